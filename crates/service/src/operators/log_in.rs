//! Logging in and out, and knowing an operator by a pass.

use faceward_core::OperatorName;
use faceward_store::{OperatorRecord, PassKind, PassRecord, StoreError};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Actor, NewPass, OperatorChange, Operators};
use crate::audit::{LocalChange, Origin, noted};
use crate::error::ServiceError;
use crate::secret::hash_of;

impl Operators {
    /// A session for the operator `name`, if `password` is theirs. `address` is where the attempt comes from.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], whatever is wrong, after the same work; [`ServiceError::TooManyAttempts`]; the store
    /// fails.
    pub async fn log_in(
        &self,
        name: &str,
        password: Zeroizing<String>,
        address: &str,
    ) -> Result<NewPass, ServiceError> {
        self.inner.throttle.attempt(name, address)?;
        let known = self.known(name).await?;
        let hash = known.as_ref().and_then(|operator| operator.password.clone());
        let fits = self.inner.passwords.fits(password, hash).await?;
        // Strangers leave no records: they would fill the log.
        let Some(operator) = known else { return Err(ServiceError::Unauthenticated) };
        let session = async {
            if !fits || operator.disabled {
                return Err(ServiceError::Unauthenticated);
            }
            let idle = self.inner.settings.session_idle.min(self.inner.settings.session_lifetime);
            self.new_pass(&operator.name, PassKind::Session, "", idle).await
        };
        let change = LocalChange { action: "log_in", app: None, operator: None };
        let origin = Origin::current().by(operator.name.clone());
        origin.scope(noted(&*self.inner.audit, change, session)).await
    }

    /// Ends the session of `actor`.
    ///
    /// # Errors
    /// The store fails.
    pub async fn log_out(&self, actor: &Actor) -> Result<(), ServiceError> {
        let change = LocalChange { action: "log_out", app: None, operator: None };
        let ended = async {
            if let Some((pass, PassKind::Session)) = &actor.pass {
                self.inner.store.end_pass(&actor.name, pass).await?;
            }
            Ok(())
        };
        noted(&*self.inner.audit, change, ended).await
    }

    /// Gives `actor` another password, who has to know the one before; every session and token of theirs ends.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]: the old one is wrong; [`ServiceError::TooManyAttempts`]; the new one is too short or
    /// too long; the store fails.
    pub async fn set_own_password(
        &self,
        actor: &Actor,
        [old, new]: [Zeroizing<String>; 2],
        address: &str,
    ) -> Result<(), ServiceError> {
        self.inner.throttle.attempt(actor.name.as_str(), address)?;
        let hash = self.get(&actor.name).await?.password;
        if !self.inner.passwords.fits(old, hash).await? {
            return Err(ServiceError::Unauthenticated);
        }
        let change = OperatorChange { password: Some(new), ..OperatorChange::default() };
        self.change(&actor.name, change).await.map(drop)
    }

    /// Whose pass `secret` is. A session that is used lives on.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`], whatever is wrong with it; the store fails.
    pub async fn authenticate(&self, secret: &str) -> Result<Actor, ServiceError> {
        let now = Timestamp::now();
        let found = self.inner.store.pass(&hash_of(secret.trim())).await?;
        let (pass, operator) = found.ok_or(ServiceError::Unauthenticated)?;
        if pass.ends_at <= now || operator.disabled {
            return Err(ServiceError::Unauthenticated);
        }
        match pass.kind {
            PassKind::Session => self.prolong(&pass, now).await?,
            PassKind::Token => {}
        }
        Ok(Actor { name: operator.name, role: operator.role, pass: Some((pass.id, pass.kind)) })
    }

    /// Moves the end of a session that is used, up to its longest life; not at every request.
    async fn prolong(&self, pass: &PassRecord, now: Timestamp) -> Result<(), ServiceError> {
        let settings = &self.inner.settings;
        let end = |from: Timestamp, after| from.saturating_add(after).unwrap_or(Timestamp::MAX);
        let ends_at = end(now, settings.session_idle).min(end(pass.created_at, settings.session_lifetime));
        let step = settings.session_idle / 20;
        if ends_at > end(pass.ends_at, step) {
            self.inner.store.extend_pass(&pass.id, ends_at).await?;
        }
        Ok(())
    }

    async fn known(&self, name: &str) -> Result<Option<OperatorRecord>, ServiceError> {
        // A name that is none is looked up as one that nobody has.
        let name = OperatorName::parse(name).or_else(|_| OperatorName::parse("?"))?;
        match self.inner.store.operator(&name).await {
            Ok(operator) => Ok(Some(operator)),
            Err(StoreError::OperatorUnknown) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
