//! How long a template counts: until the earlier of the end of its own and the one that its app sets.

use std::num::NonZeroU32;

use jiff::{SignedDuration, Timestamp};

use crate::{AppSettings, TemplateRecord};

/// Which templates of an app still count at one moment. What no longer does is compared with nothing, whether it is deleted yet
/// or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Living {
    at: Timestamp,
    expire_after_days: Option<NonZeroU32>,
}

impl Living {
    /// At `at`, in an app of these settings.
    #[must_use]
    pub const fn at(at: Timestamp, settings: &AppSettings) -> Self {
        Self { at, expire_after_days: settings.expire_after_days }
    }

    /// Whether the template of this record counts.
    #[must_use]
    pub fn counts_record(&self, record: &TemplateRecord) -> bool {
        self.counts(record.created_at, record.expires_at)
    }

    /// Whether a template that was enrolled at `created_at`, and has an end of its own or none, counts.
    #[must_use]
    pub fn counts(&self, created_at: Timestamp, expires_at: Option<Timestamp>) -> bool {
        end(created_at, expires_at, self.expire_after_days).is_none_or(|end| self.at < end)
    }
}

impl AppSettings {
    /// From when on `record` no longer counts, and is deleted; `None`: it has no end, or one beyond any date.
    #[must_use]
    pub fn end_of(&self, record: &TemplateRecord) -> Option<Timestamp> {
        end(record.created_at, record.expires_at, self.expire_after_days)
    }
}

fn end(created_at: Timestamp, own: Option<Timestamp>, days: Option<NonZeroU32>) -> Option<Timestamp> {
    let kept_for = |days: NonZeroU32| SignedDuration::from_hours(24 * i64::from(days.get()));
    let of_app = days.and_then(|days| created_at.checked_add(kept_for(days)).ok());
    match (own, of_app) {
        (Some(own), Some(of_app)) => Some(own.min(of_app)),
        (own, of_app) => own.or(of_app),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_end_counts_and_at_it_the_template_no_longer_does() {
        let day = |day: i64| Timestamp::from_second(86_400 * day).expect("a time");
        let ends = [
            (None, None, None),
            (Some(day(3)), None, Some(day(3))),
            (None, Some(2), Some(day(2))),
            (Some(day(3)), Some(2), Some(day(2))),
            (Some(day(1)), Some(2), Some(day(1))),
            // Beyond the year 9999.
            (None, Some(u32::MAX), None),
        ];
        for (own, days, expected) in ends {
            let expire_after_days = days.and_then(NonZeroU32::new);
            let settings = AppSettings { expire_after_days, ..AppSettings::default() };
            assert_eq!(end(day(0), own, expire_after_days), expected, "{own:?}, {days:?}");
            let counts = |at| Living::at(at, &settings).counts(day(0), own);
            let Some(expected) = expected else {
                assert!(counts(Timestamp::MAX));
                continue;
            };
            assert!(counts(expected - SignedDuration::from_micros(1)) && !counts(expected));
        }
    }
}
