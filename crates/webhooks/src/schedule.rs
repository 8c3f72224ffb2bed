//! When an event is tried again.

use std::time::Duration;

use faceward_service::webhooks::WebhookSettings;
use faceward_service::{Delivery, NextStep};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// What comes after an attempt that failed at `now`. `asked` is how long the receiver wants to be left alone, and `chance` a
/// random number, 0 to 1: receivers that were down are not called by everybody at once.
pub(crate) fn after_failure(
    delivery: &Delivery,
    settings: &WebhookSettings,
    now: Timestamp,
    (asked, chance): (Option<Duration>, f64),
) -> NextStep {
    if now >= delivery.until {
        return NextStep::Failed;
    }
    let pause = pause(settings.first_pause, delivery.tries, chance).max(asked.unwrap_or_default());
    let next = now.saturating_add(pause.min(WebhookSettings::LONGEST_PAUSE)).unwrap_or(Timestamp::MAX);
    NextStep::Retry(next.min(delivery.until))
}

/// Doubles with each try, and is longer or shorter by up to a fifth.
fn pause(first: Duration, tries: u32, chance: f64) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(tries)).min(WebhookSettings::LONGEST_PAUSE);
    doubled.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

/// What `Retry-After` says: seconds, or a date (RFC 9110 section 10.2.3). What is none is no wish.
pub(crate) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(header).ok()?;
    let wait: SignedDuration = date.duration_since(now);
    Duration::try_from(wait).ok()
}

#[cfg(test)]
mod tests {
    use faceward_conformance::samples::{app, at};
    use uuid::Uuid;

    use super::*;

    fn next(tries: u32, now: i64, asked: Option<u64>, chance: f64) -> NextStep {
        let delivery = Delivery {
            app: app(1),
            id: Uuid::nil(),
            claim: Uuid::nil(),
            url: String::new(),
            secrets: Vec::new(),
            body: String::new(),
            tries,
            until: at(86_400),
        };
        let asked = asked.map(Duration::from_secs);
        after_failure(&delivery, &WebhookSettings::default(), at(now), (asked, chance))
    }

    fn at_second(second: i64) -> NextStep {
        NextStep::Retry(at(second))
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        let chance = 0.5;
        for (tries, pause) in [(0, 5), (1, 10), (2, 20), (9, 2560), (10, 3600), (11, 3600), (u32::MAX, 3600)]
        {
            assert_eq!(next(tries, 100, None, chance), at_second(100 + pause), "after {tries} tries");
        }
        assert_eq!(
            next(30, 86_000, None, chance),
            at_second(86_400),
            "the last attempt is at the end of the day"
        );
        assert_eq!(next(31, 86_400, None, chance), NextStep::Failed);
        assert_eq!(next(0, 90_000, None, chance), NextStep::Failed);
    }

    #[test]
    fn chance_makes_a_pause_longer_or_shorter_by_a_fifth() {
        assert_eq!(next(0, 0, None, 0.0), at_second(4));
        assert_eq!(next(0, 0, None, 1.0), at_second(6));
        assert_eq!(next(20, 0, None, 1.0), at_second(3600), "an hour is the most");
    }

    #[test]
    fn a_receiver_may_ask_for_up_to_an_hour() {
        assert_eq!(next(0, 0, Some(60), 0.5), at_second(60));
        assert_eq!(next(0, 0, Some(1), 0.5), at_second(5), "never sooner");
        assert_eq!(next(0, 0, Some(u64::MAX), 0.5), at_second(3600));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::from_second(784_111_700).expect("a time");
        for (header, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(77)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", None),
            ("-1", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999999", None),
        ] {
            assert_eq!(retry_after(header, now), expected.map(Duration::from_secs), "{header}");
        }
    }
}
