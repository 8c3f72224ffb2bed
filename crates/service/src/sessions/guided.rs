//! How often each person has been guided.
//!
//! Kept in memory: guidance decides nothing, and is asked for every other second. A restart begins anew.

use std::collections::HashMap;

use jiff::Timestamp;
use parking_lot::Mutex;
use uuid::Uuid;

use super::session::Session;

/// The sessions that were guided, until their time is over.
#[derive(Default)]
pub(crate) struct Guided {
    known: Mutex<HashMap<Uuid, Count>>,
}

struct Count {
    n_looks: usize,
    expires_at: Timestamp,
}

impl Guided {
    /// Counts a look; false if the session has had `most`.
    pub(crate) fn count(&self, session: &Session, most: usize) -> bool {
        let mut known = self.known.lock();
        let fresh = || Count { n_looks: 0, expires_at: session.expires_at };
        let count = known.entry(session.id).or_insert_with(fresh);
        if count.n_looks >= most {
            return false;
        }
        count.n_looks += 1;
        true
    }

    /// Forgets the sessions whose time is over at `now`: nobody is guided in them any more.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.known.lock().retain(|_, count| count.expires_at > now);
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::AppId;
    use faceward_store::{Consent, KeyHash};

    use super::*;
    use crate::requests::Checks;
    use crate::sessions::SessionPlan;

    fn session(expires_at: Timestamp) -> Session {
        let checks = Checks { liveness: true, deepfake: false };
        let plan = SessionPlan { checks, challenge_steps: None, compared_with: None, enroll: None };
        let consent = Consent { version: "v1".to_owned(), text: "yes?".to_owned() };
        Session::new(AppId(Uuid::nil()), KeyHash { sha256: [1; 32] }, (plan, consent), expires_at)
    }

    #[test]
    fn each_session_is_guided_so_often_and_forgotten_with_its_end() {
        let second = |n| Timestamp::from_second(n).expect("a time");
        let (first, second_one) = (session(second(10)), session(second(20)));
        let guided = Guided::default();
        let counted: Vec<_> = (0..4).map(|_| guided.count(&first, 3)).collect();
        assert_eq!(counted, [true, true, true, false]);
        assert!(guided.count(&second_one, 3), "another has its own");
        guided.forget(second(9));
        assert!(!guided.count(&first, 3), "its time is not over");
        guided.forget(second(10));
        assert_eq!(guided.known.lock().len(), 1, "the other one is left");
    }
}
