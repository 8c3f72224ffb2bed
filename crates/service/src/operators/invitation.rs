//! The link to the first owner: shown on the terminal by a server without operators, good once and for ten minutes.

use faceward_core::OperatorName;
use faceward_store::{KeyHash, OperatorRecord, Role};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{NewOperator, Operators};
use crate::error::ServiceError;
use crate::secret::{Secret, hash_of};

/// How long an invitation is good.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// At most one invitation, in memory: a restart makes another one.
#[derive(Default)]
pub(super) struct Invitations(Mutex<Option<(KeyHash, Timestamp)>>);

impl Invitations {
    fn make(&self) -> Result<Secret, ServiceError> {
        let secret = Secret::random()?;
        *self.0.lock() = Some((secret.hash(), Timestamp::now() + LIFETIME));
        Ok(secret)
    }

    /// Takes the invitation if it is `presented` and its time is not over.
    fn take(&self, presented: &str, now: Timestamp) -> Result<(), ServiceError> {
        let presented = hash_of(presented);
        let mut open = self.0.lock();
        let fits =
            open.filter(|(hash, ends_at)| now < *ends_at && bool::from(hash.sha256.ct_eq(&presented.sha256)));
        if fits.is_none() {
            return Err(ServiceError::Unauthenticated);
        }
        *open = None;
        Ok(())
    }
}

impl Operators {
    /// An invitation for the first owner, in the place of an earlier one; `None` where there are operators.
    ///
    /// # Errors
    /// The store or the system's randomness fails.
    pub async fn invite(&self) -> Result<Option<Secret>, ServiceError> {
        if self.any().await? { Ok(None) } else { self.inner.invitations.make().map(Some) }
    }

    /// Creates the first owner by an invitation, which is used up by it.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]: no such invitation, or not any more, or there are operators already; the password is
    /// too short or too long; the store fails.
    pub async fn accept(
        &self,
        invitation: &str,
        name: OperatorName,
        password: Zeroizing<String>,
        address: &str,
    ) -> Result<OperatorRecord, ServiceError> {
        self.inner.throttle.attempt("", address)?;
        if self.any().await? {
            return Err(ServiceError::Unauthenticated);
        }
        // A password that is refused does not use the invitation up.
        let hash = self.inner.passwords.hash(password.clone()).await?;
        drop(hash);
        self.inner.invitations.take(invitation, Timestamp::now())?;
        self.create(NewOperator { name, role: Role::Owner, password: Some(password) }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_good_once_and_for_ten_minutes() {
        let invitations = Invitations::default();
        let now = Timestamp::now();
        assert!(invitations.take("", now).is_err(), "there is none");
        let secret = invitations.make().expect("randomness");
        assert!(invitations.take("another", now).is_err());
        let late = now + LIFETIME + SignedDuration::from_secs(1);
        assert!(invitations.take(secret.reveal(), late).is_err(), "too late");
        assert!(invitations.take(secret.reveal(), now).is_ok());
        assert!(invitations.take(secret.reveal(), now).is_err(), "used up");
    }
}
