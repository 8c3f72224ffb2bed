//! What the address of an endpoint can be.

use url::{Host, Url};

use super::address::is_public;
use super::settings::WebhookSettings;
use crate::error::ServiceError;

/// Longest address, in bytes.
const MOST_BYTES: usize = 2048;

/// Why an address is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCalled {
    /// It is no address of a web server.
    NoAddress,
    /// It is `http`, and its host is not allowed to do without TLS.
    NotEncrypted,
    /// It names an address that is not of the public internet.
    NotPublic,
}

/// Whether `url` may be called, as far as it says itself: https to the public internet, or whatever the settings allow for its
/// host. A name is looked at when it is resolved.
///
/// # Errors
/// Why not.
pub fn may_be_called(url: &Url, settings: &WebhookSettings) -> Result<(), NotCalled> {
    let (Some(host), Some(name)) = (url.host(), url.host_str()) else { return Err(NotCalled::NoAddress) };
    let is_allowed = settings.allows(name);
    match url.scheme() {
        "https" => {}
        "http" if is_allowed => {}
        "http" => return Err(NotCalled::NotEncrypted),
        _ => return Err(NotCalled::NoAddress),
    }
    let address = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    };
    let is_inside = address.is_some_and(|address| !is_public(address));
    if is_inside && !is_allowed { Err(NotCalled::NotPublic) } else { Ok(()) }
}

/// `text` as it is kept, if it can be called: https, or whatever the settings allow for its host. Names are looked up when
/// they are called, not here.
pub(super) fn checked(text: &str, settings: &WebhookSettings) -> Result<String, ServiceError> {
    let refused = |expected| ServiceError::InvalidParameter { name: "url", expected };
    let plain = "an address as https://example.com/hook, of at most 2048 bytes, without a user or a #";
    let url = Url::parse(text.trim()).map_err(|_| refused(plain))?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.fragment().is_some() || url.as_str().len() > MOST_BYTES || url.port() == Some(0) {
        return Err(refused(plain));
    }
    may_be_called(&url, settings).map_err(|why| {
        refused(match why {
            NotCalled::NoAddress => plain,
            NotCalled::NotEncrypted => "https: `webhooks.allowed_hosts` does not let this host do without",
            NotCalled::NotPublic => {
                "of the public internet: `webhooks.allowed_hosts` does not name this address"
            }
        })
    })?;
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, allowed: &[&str]) -> Option<String> {
        let allowed_hosts = allowed.iter().map(|&host| host.to_owned()).collect();
        checked(text, &WebhookSettings { allowed_hosts, ..WebhookSettings::default() }).ok()
    }

    #[test]
    fn an_endpoint_is_https_and_public_unless_it_is_allowed() {
        for (text, expected) in [
            ("https://a.example/hook?x=1", "https://a.example/hook?x=1"),
            (" https://A.example ", "https://a.example/"),
            ("https://a.example:8443/", "https://a.example:8443/"),
            ("https://1.1.1.1/", "https://1.1.1.1/"),
            ("https://[2606:4700::1]/", "https://[2606:4700::1]/"),
        ] {
            assert_eq!(kept(text, &[]).as_deref(), Some(expected), "{text}");
        }
        let long = format!("https://a.example/{}", "x".repeat(2048));
        for bad in [
            "",
            "a.example",
            "http://a.example",
            "ftp://a.example",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "https://user:word@a.example",
            "https://user@a.example",
            "https://a.example/#part",
            "https://a.example:0/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest",
            &long,
        ] {
            assert_eq!(kept(bad, &[]), None, "{bad}");
        }
        assert!(kept("http://intern.example/", &["intern.example"]).is_some());
        assert!(kept("http://intern.example/", &["other.example"]).is_none());
        assert!(kept("http://127.0.0.1:9000/", &["127.0.0.1"]).is_some());
        assert!(kept("https://[::1]/", &["::1"]).is_some());
        assert!(kept("http://10.1.1.1/", &["*"]).is_some());
        assert!(kept("ftp://10.1.1.1/", &["*"]).is_none());
    }
}
