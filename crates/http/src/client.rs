//! From where a request comes.

use std::net::IpAddr;

use axum::http::{Extensions, HeaderMap, HeaderName};

/// Whom proxies have taken a request from.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How it came to the first of them.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The other end of the connection. The server puts it into each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// A machine.
    Network {
        /// Its address.
        address: IpAddr,
        /// Whether nobody on the way could read along.
        secure: bool,
    },
    /// A process that may use the socket in the data folder.
    Local,
}

impl Client {
    /// The client behind a proxy, as far as `trusted` proxies tell it: the last address that is none of theirs.
    pub(crate) fn behind(self, trusted: &[IpAddr], headers: &HeaderMap) -> Self {
        let Self::Network { address: proxy, secure } = self else { return self };
        if !trusted.contains(&proxy.to_canonical()) {
            return self;
        }
        let texts = |name: &HeaderName| {
            let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|text| text.split(',')).map(|text| text.trim().to_owned()).collect::<Vec<_>>()
        };
        let hops = texts(&FORWARDED_FOR);
        let hops =
            hops.iter().rev().map_while(|hop| hop.parse::<IpAddr>().ok()).map(|hop| hop.to_canonical());
        let address = hops.into_iter().find(|hop| !trusted.contains(hop)).unwrap_or(proxy);
        let secure = texts(&FORWARDED_PROTO).last().map_or(secure, |scheme| scheme == "https");
        Self::Network { address, secure }
    }

    /// How attempts from there are counted together.
    pub(crate) fn counted_as(self) -> String {
        match self {
            Self::Network { address: IpAddr::V4(address), .. } => address.to_string(),
            // One household has a network of 64 bits.
            Self::Network { address: IpAddr::V6(address), .. } => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
            Self::Local => String::new(),
        }
    }

    /// Whether nobody on the way of a request could read along.
    pub(crate) fn came_securely(request: &Extensions) -> bool {
        request.get::<Self>().is_some_and(|client| client.is_secure())
    }

    /// Whether nobody on the way could read along.
    pub(crate) const fn is_secure(self) -> bool {
        match self {
            Self::Network { secure, .. } => secure,
            Self::Local => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_hop() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let trusted = [address("10.0.0.1"), address("10.0.0.2")];
        let seen = |peer: &str, hops: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR, axum::http::HeaderValue::from_static(hops));
            headers.insert(FORWARDED_PROTO, axum::http::HeaderValue::from_static("https"));
            let client = Client::Network { address: address(peer), secure: false };
            (client.behind(&trusted, &headers).counted_as(), client.behind(&trusted, &headers).is_secure())
        };
        assert_eq!(seen("10.0.0.1", "192.0.2.7"), ("192.0.2.7".to_owned(), true));
        assert_eq!(seen("192.0.2.9", "192.0.2.7"), ("192.0.2.9".to_owned(), false), "a stranger");
        assert_eq!(seen("10.0.0.1", "1.1.1.1, 192.0.2.7, 10.0.0.2").0, "192.0.2.7", "the rest is a claim");
        assert_eq!(seen("10.0.0.1", "192.0.2.7, nonsense").0, "10.0.0.1");
        assert_eq!(seen("::ffff:10.0.0.1", "192.0.2.7").0, "192.0.2.7");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let count = |text: &str| {
            Client::Network { address: text.parse().expect("an address"), secure: false }.counted_as()
        };
        assert_eq!(count("2001:db8:1:2:3:4:5:6"), count("2001:db8:1:2::1"));
        assert_ne!(count("2001:db8:1:2::1"), count("2001:db8:1:3::1"));
        assert_ne!(count("10.0.0.1"), count("10.0.0.2"));
    }
}
