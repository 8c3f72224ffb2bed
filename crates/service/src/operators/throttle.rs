//! How often somebody may try to log in: by name, so that nobody's password is guessed, and by address, so that nobody tries
//! one password on many names. Every attempt counts, the right ones too.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::ServiceError;

/// Attempts for one name at once; then one a minute.
const BY_NAME: (u32, Duration) = (10, Duration::from_secs(60));
/// Attempts from one address at once; then one every ten seconds.
const BY_ADDRESS: (u32, Duration) = (30, Duration::from_secs(10));
/// Names and addresses that are remembered before those that have no attempt to wait for are forgotten.
const REMEMBERED: usize = 10_000;

pub(super) struct Throttle {
    names: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Default for Throttle {
    fn default() -> Self {
        let limiter = |limit| RateLimiter::keyed(quota(limit));
        Self { names: limiter(BY_NAME), addresses: limiter(BY_ADDRESS), clock: DefaultClock::default() }
    }
}

impl Throttle {
    /// Counts an attempt.
    ///
    /// # Errors
    /// [`ServiceError::TooManyAttempts`].
    pub(super) fn attempt(&self, name: &str, address: &str) -> Result<(), ServiceError> {
        // A longer name is nobody's, and all of them share the attempts of one.
        let name: String = name.chars().take(120).collect();
        for (limiter, key) in [(&self.addresses, address.to_owned()), (&self.names, name)] {
            if limiter.len() > REMEMBERED {
                limiter.retain_recent();
            }
            if let Err(early) = limiter.check_key(&key) {
                let wait = early.wait_time_from(self.clock.now());
                return Err(ServiceError::TooManyAttempts { retry_after: wait.max(Duration::from_secs(1)) });
            }
        }
        Ok(())
    }
}

fn quota((burst, period): (u32, Duration)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(period).unwrap_or(Quota::per_minute(NonZeroU32::MIN)).allow_burst(burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_ten_attempts_and_an_address_thirty() {
        let throttle = Throttle::default();
        for attempt in 0..10 {
            assert!(throttle.attempt("ann", &format!("10.0.0.{attempt}")).is_ok(), "{attempt}");
        }
        let refused = throttle.attempt("ann", "10.0.0.99");
        assert!(
            matches!(refused, Err(ServiceError::TooManyAttempts { retry_after }) if retry_after.as_secs() <= 60)
        );
        assert!(throttle.attempt("ben", "10.0.0.99").is_ok(), "another name");
        let refused = (0..31).find(|n| throttle.attempt(&format!("n{n}"), "10.1.1.1").is_err());
        assert_eq!(refused, Some(30), "the 31st name tried from one address");
    }
}
