//! What can be set about webhooks.

use std::num::NonZeroUsize;
use std::time::Duration;

/// How receivers are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Hosts, as they stand in an endpoint, that may have private addresses and be called without TLS; `*`: all of them.
    pub allowed_hosts: Vec<String>,
    /// Longest time of one attempt, from the look-up of the host to the end of the answer.
    pub timeout: Duration,
    /// From a first failed attempt to the second one. Doubles with each further one, up to an hour.
    pub first_pause: Duration,
    /// How long an event is tried; then, if the last attempt fails, it has failed.
    pub retried_for: Duration,
    /// How long events are kept, in whatever state.
    pub retention: Duration,
    /// Most attempts at once; a quarter of them, at least one, of one app.
    pub max_deliveries: NonZeroUsize,
}

impl WebhookSettings {
    /// Longest time from one attempt to the next.
    pub const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

    /// Whether `host`, as it stands in an endpoint, may be whatever it is.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.allowed_hosts.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(host))
    }
}

impl Default for WebhookSettings {
    fn default() -> Self {
        const DAY: u64 = 24 * 3600;
        Self {
            allowed_hosts: Vec::new(),
            timeout: Duration::from_secs(10),
            first_pause: Duration::from_secs(5),
            retried_for: Duration::from_secs(DAY),
            retention: Duration::from_secs(30 * DAY),
            max_deliveries: NonZeroUsize::MIN.saturating_add(31),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_allowed_by_its_name_or_with_all() {
        let allowing = |hosts: &[&str]| WebhookSettings {
            allowed_hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            ..WebhookSettings::default()
        };
        assert!(!allowing(&[]).allows("a.example"));
        let named = allowing(&["Intern.example", "::1", "10.0.0.1"]);
        for (host, expected) in [
            ("intern.example", true),
            ("[::1]", true),
            ("10.0.0.1", true),
            ("10.0.0.2", false),
            ("a.intern.example", false),
        ] {
            assert_eq!(named.allows(host), expected, "{host}");
        }
        assert!(allowing(&["*"]).allows("whatever"));
    }
}
