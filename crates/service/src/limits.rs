//! How much an app may ask: so many requests a minute, in bursts of as many, and so many a day (UTC).
//!
//! Counted by this process, in memory: a restart begins anew.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use faceward_core::AppId;
use faceward_store::AppSettings;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::error::ServiceError;

const DAY_SECONDS: i64 = 24 * 60 * 60;

type PerMinute = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// What is left to an app after a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Of a minute; `None`: no limit.
    pub per_minute: Option<Left>,
    /// Of the day; `None`: no limit.
    pub per_day: Option<Left>,
}

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The limit.
    pub limit: u32,
    /// Requests that are left.
    pub remaining: u32,
    /// When there are more.
    pub resets_in: Duration,
}

/// The counts of all apps that have a limit.
#[derive(Default)]
pub(crate) struct Limits(Mutex<HashMap<AppId, OfApp>>);

#[derive(Default)]
struct OfApp {
    per_minute: Option<(NonZeroU32, PerMinute)>,
    /// The day since 1970, and the requests that it has seen.
    day: (i64, u32),
}

impl Limits {
    /// Counts a request of `app`, whose settings are `settings`.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`], [`ServiceError::QuotaExceeded`].
    pub(crate) fn count(
        &self,
        app: &AppId,
        settings: &AppSettings,
        now: Timestamp,
    ) -> Result<Allowance, ServiceError> {
        let mut apps = self.0.lock();
        if settings.requests_per_minute.is_none() && settings.requests_per_day.is_none() {
            apps.remove(app);
            return Ok(Allowance::default());
        }
        let counts = apps.entry(*app).or_default();
        let per_minute = counts.count_in_minute(settings.requests_per_minute)?;
        let per_day = counts.count_in_day(settings.requests_per_day, now)?;
        Ok(Allowance { per_minute, per_day })
    }
}

impl OfApp {
    fn count_in_minute(&mut self, limit: Option<NonZeroU32>) -> Result<Option<Left>, ServiceError> {
        let Some(limit) = limit else {
            self.per_minute = None;
            return Ok(None);
        };
        // Another limit begins with a full minute.
        if self.per_minute.as_ref().is_none_or(|(known, _)| *known != limit) {
            let limiter = RateLimiter::direct(Quota::per_minute(limit)).with_middleware();
            self.per_minute = Some((limit, limiter));
        }
        let Some((_, limiter)) = &self.per_minute else { return Ok(None) };
        match limiter.check() {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let resets_in = Duration::from_secs(60) / limit.get();
                Ok(Some(Left { limit: limit.get(), remaining, resets_in }))
            }
            Err(early) => {
                let wait = early.wait_time_from(DefaultClock::default().now());
                Err(ServiceError::RateLimited { limit: limit.get(), retry_after: up_to_a_second(wait) })
            }
        }
    }

    fn count_in_day(
        &mut self,
        limit: Option<NonZeroU32>,
        now: Timestamp,
    ) -> Result<Option<Left>, ServiceError> {
        let day = now.as_second().div_euclid(DAY_SECONDS);
        if self.day.0 != day {
            self.day = (day, 0);
        }
        let Some(limit) = limit.map(NonZeroU32::get) else { return Ok(None) };
        let seconds = DAY_SECONDS - now.as_second().rem_euclid(DAY_SECONDS);
        let resets_in = Duration::from_secs(seconds.unsigned_abs());
        if self.day.1 >= limit {
            return Err(ServiceError::QuotaExceeded { limit, retry_after: resets_in });
        }
        self.day.1 += 1;
        Ok(Some(Left { limit, remaining: limit - self.day.1, resets_in }))
    }
}

/// Whole seconds: `Retry-After` knows no parts, and none of them is too early.
fn up_to_a_second(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn settings(per_minute: u32, per_day: u32) -> AppSettings {
        AppSettings {
            requests_per_minute: NonZeroU32::new(per_minute),
            requests_per_day: NonZeroU32::new(per_day),
            ..AppSettings::default()
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    const APP: AppId = AppId(Uuid::nil());

    #[test]
    fn a_minute_has_a_burst_of_its_limit() {
        let limits = Limits::default();
        let left = |limits: &Limits| limits.count(&APP, &settings(3, 0), at(0));
        for remaining in [2, 1, 0] {
            let allowance = left(&limits).expect("allowed").per_minute.expect("a limit");
            assert_eq!((allowance.limit, allowance.remaining), (3, remaining));
        }
        let refused = left(&limits);
        assert!(
            matches!(refused, Err(ServiceError::RateLimited { limit: 3, retry_after })
                if (1..=20).contains(&retry_after.as_secs())),
            "{refused:?}"
        );
        let other = AppId(Uuid::from_u128(1));
        assert!(limits.count(&other, &settings(3, 0), at(0)).is_ok(), "another app");
        assert!(limits.count(&APP, &settings(4, 0), at(0)).is_ok(), "another limit");
        assert_eq!(limits.count(&APP, &settings(0, 0), at(0)).ok(), Some(Allowance::default()));
    }

    #[test]
    fn a_day_ends_at_midnight_utc() {
        let limits = Limits::default();
        let midnight = 20_000 * DAY_SECONDS;
        for remaining in [1, 0] {
            let left = limits.count(&APP, &settings(0, 2), at(midnight - 10)).expect("allowed").per_day;
            let resets_in = Duration::from_secs(10);
            assert_eq!(left, Some(Left { limit: 2, remaining, resets_in }));
        }
        let refused = limits.count(&APP, &settings(0, 2), at(midnight - 3));
        assert!(
            matches!(refused, Err(ServiceError::QuotaExceeded { limit: 2, retry_after }) if retry_after.as_secs() == 3),
            "{refused:?}"
        );
        assert!(limits.count(&APP, &settings(0, 2), at(midnight)).is_ok());
    }
}
