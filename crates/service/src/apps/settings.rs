//! What names and settings of apps can be.

use faceward_store::{AppSettings, AppThresholds, Consent};

use crate::error::ServiceError;

/// Longest name, in characters.
const NAME_CHARS: usize = 120;
/// Most origins of an app.
const MOST_ORIGINS: usize = 32;
/// Longest origin, in bytes: a host has up to 253.
const ORIGIN_BYTES: usize = 280;
/// Longest time that a template is kept where it has an end, in days.
const MOST_DAYS: u32 = 36_500;
/// Longest version and text of a consent, in characters.
const CONSENT_CHARS: [usize; 2] = [60, 10_000];

/// `name`, trimmed, if it can be one.
pub(super) fn checked_name(name: &str) -> Result<&str, ServiceError> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS && !name.chars().any(char::is_control);
    let expected = "1 to 120 characters, none of them a control character";
    if fits { Ok(name) } else { Err(ServiceError::InvalidParameter { name: "name", expected }) }
}

/// Refuses settings that cannot be meant.
pub(super) fn check(settings: &AppSettings) -> Result<(), ServiceError> {
    check_origins(&settings.origins)?;
    settings.consent.as_ref().map_or(Ok(()), check_consent)?;
    let AppThresholds { similarity, liveness, deepfake } = settings.thresholds;
    for (name, score) in [
        ("similarity_threshold", similarity),
        ("liveness_threshold", liveness),
        ("deepfake_threshold", deepfake),
        ("enroll.quality", settings.enroll.quality),
        ("compare.quality", settings.compare.quality),
    ] {
        if score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
            return Err(ServiceError::InvalidParameter { name, expected: "a number from 0 to 1" });
        }
    }
    let too_long = settings.expire_after_days.is_some_and(|days| days.get() > MOST_DAYS);
    let expected = "1 to 36500 days";
    if too_long {
        Err(ServiceError::InvalidParameter { name: "expire_after_days", expected })
    } else {
        Ok(())
    }
}

fn check_consent(Consent { version, text }: &Consent) -> Result<(), ServiceError> {
    let fits = |text: &str, most| !text.trim().is_empty() && text.chars().count() <= most;
    let [version_chars, text_chars] = CONSENT_CHARS;
    let is_version = fits(version, version_chars) && !version.chars().any(char::is_control);
    let is_text = fits(text, text_chars) && !text.chars().any(|char| char.is_control() && char != '\n');
    let expected = "a `version` of 1 to 60 characters and a `text` of 1 to 10000, plain, in lines";
    if is_version && is_text {
        Ok(())
    } else {
        Err(ServiceError::InvalidParameter { name: "consent", expected })
    }
}

/// Refuses what no browser would ever send as an origin.
fn check_origins(origins: &[String]) -> Result<(), ServiceError> {
    if origins.len() <= MOST_ORIGINS && origins.iter().all(|origin| is_origin(origin)) {
        return Ok(());
    }
    let expected = "at most 32 origins as a browser sends them: https://example.com, http://localhost:3000";
    Err(ServiceError::InvalidParameter { name: "origins", expected })
}

/// Scheme, host in lower case, and a port unless it is the scheme's own (RFC 6454 section 6.2).
fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let own_port = match scheme {
        "http" => "80",
        "https" => "443",
        _ => return false,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let is_port = |port: &str| {
        port != own_port && !port.starts_with('0') && port.parse::<u16>().is_ok_and(|number| number > 0)
    };
    text.len() <= ORIGIN_BYTES && is_host(host) && port.is_none_or(is_port)
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        for good in [
            "https://example.com",
            "http://localhost:3000",
            "https://a.b-c.example:8443",
            "http://127.0.0.1:8080",
            "http://[::1]:3000",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "*",
            "null",
            "",
            "example.com",
            "https://",
            "https://example.com/",
            "https://example.com:443",
            "http://example.com:80",
            "https://Example.com",
            "https://*.example.com",
            "https://a@example.com",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:99999",
            "https://example.com:08443",
            "https://example..com",
            "ftp://example.com",
            "https://[::g]",
            "https://example.com https://b.example",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn a_consent_is_a_plain_text_with_a_version() {
        let long = "x".repeat(10_001);
        for (version, text, expected) in [
            ("2026-11", "We compare your photo.\n\nNobody keeps it.", true),
            ("", "text", false),
            ("1", " \n", false),
            ("1\n", "text", false),
            ("1", "a\ttab", false),
            ("1", &long, false),
            ("1", &long[1..], true),
            (&long[..61], "text", false),
        ] {
            let consent = Consent { version: version.to_owned(), text: text.to_owned() };
            let settings = AppSettings { consent: Some(consent), ..AppSettings::default() };
            assert_eq!(check(&settings).is_ok(), expected, "{version:?}, {} characters", text.len());
        }
    }

    #[test]
    fn scores_are_0_to_1_and_times_end() {
        let refused = |change: fn(&mut AppSettings, f64)| {
            [-0.1, 0.0, 1.0, 1.1, f64::NAN].map(|score| {
                let mut settings = AppSettings::default();
                change(&mut settings, score);
                check(&settings).is_err()
            })
        };
        let expected = [true, false, false, true, true];
        assert_eq!(refused(|settings, score| settings.thresholds.similarity = Some(score)), expected);
        assert_eq!(refused(|settings, score| settings.thresholds.liveness = Some(score)), expected);
        assert_eq!(refused(|settings, score| settings.thresholds.deepfake = Some(score)), expected);
        assert_eq!(refused(|settings, score| settings.enroll.quality = Some(score)), expected);
        assert_eq!(refused(|settings, score| settings.compare.quality = Some(score)), expected);
        for (days, expected) in [(1, true), (36_500, true), (36_501, false)] {
            let expire_after_days = std::num::NonZeroU32::new(days);
            let settings = AppSettings { expire_after_days, ..AppSettings::default() };
            assert_eq!(check(&settings).is_ok(), expected, "{days}");
        }
    }

    #[test]
    fn a_name_is_short_and_visible() {
        assert_eq!(checked_name(" door 1 ").ok(), Some("door 1"));
        for bad in ["", "  ", "a\nb", &"x".repeat(121)] {
            assert!(checked_name(bad).is_err(), "{bad:?}");
        }
    }
}
