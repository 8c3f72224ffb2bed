//! Operators: who runs the installation. Creating, changing, logging in, passes for scripts.
//!
//! A password or the link to the first owner is shown once, for a session; a session or token is a pass, shown with every
//! request. All are kept as hashes. Every change is in the audit log, under the name of whoever made it.

mod actor;
mod invitation;
mod log_in;
mod password;
mod settings;
#[cfg(test)]
mod tests;
mod throttle;

use std::sync::Arc;
use std::time::Duration;

use faceward_core::OperatorName;
use faceward_store::{
    AuditSink, OperatorRecord, Operators as OperatorStore, Page, PassKind, PassRecord, Passes, Role, Stores,
};
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::{LocalChange, changed};
use crate::error::ServiceError;
use crate::secret::Secret;
use actor::LOCAL;
use invitation::Invitations;
use password::Passwords;
use throttle::Throttle;

pub use actor::Actor;
pub use settings::OperatorSettings;

/// Longest label of a token, in characters.
const LABEL_CHARS: usize = 120;
/// Longest life of a token.
const TOKEN_DAYS: std::ops::RangeInclusive<u32> = 1..=3650;

/// The operators of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Operators {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn OperatorStore>,
    audit: Arc<dyn AuditSink>,
    settings: OperatorSettings,
    passwords: Passwords,
    throttle: Throttle,
    invitations: Invitations,
}

/// Who a new operator is to be.
#[derive(Debug)]
pub struct NewOperator {
    /// The name.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// The password; `None`: they have tokens only.
    pub password: Option<Zeroizing<String>>,
}

/// What is to change about an operator; what is `None` stays.
#[derive(Debug, Default)]
pub struct OperatorChange {
    /// What they may do from now on.
    pub role: Option<Role>,
    /// The new password.
    pub password: Option<Zeroizing<String>>,
    /// Whether they are let in no longer.
    pub disabled: Option<bool>,
}

/// A pass as its owner gets it, once.
#[derive(Debug)]
pub struct NewPass {
    /// What is shown with every request.
    pub secret: Secret,
    /// What is kept of it.
    pub record: PassRecord,
}

impl Operators {
    /// The operators in `stores`.
    #[must_use]
    pub fn new(stores: &Stores, settings: OperatorSettings) -> Self {
        let inner = Inner {
            store: Arc::clone(&stores.operators),
            audit: Arc::clone(&stores.audit),
            settings,
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            invitations: Invitations::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Creates an operator.
    ///
    /// # Errors
    /// [`ServiceError::OperatorExists`]; the password is too short or too long; the store fails.
    pub async fn create(&self, new: NewOperator) -> Result<OperatorRecord, ServiceError> {
        let NewOperator { name, role, password } = new;
        if name.as_str() == LOCAL {
            let expected = "another name than `local`, which stands for the data folder's own socket";
            return Err(ServiceError::InvalidParameter { name: "name", expected });
        }
        let password = self.hashed(password).await?;
        let record = OperatorRecord { name, role, password, disabled: false, created_at: Timestamp::now() };
        let created = async { Ok(self.inner.store.create_operator(&record).await?) };
        self.changed("create_operator", &record.name, created).await?;
        Ok(record)
    }

    /// Whether there is any operator.
    ///
    /// # Errors
    /// The store fails.
    pub async fn any(&self) -> Result<bool, ServiceError> {
        Ok(!self.inner.store.list_operators(Page::new(None, 1)).await?.is_empty())
    }

    /// A page of the operators, by name.
    ///
    /// # Errors
    /// The store fails.
    pub async fn page(&self, page: Page<'_, OperatorName>) -> Result<Vec<OperatorRecord>, ServiceError> {
        Ok(self.inner.store.list_operators(page).await?)
    }

    /// An operator.
    ///
    /// # Errors
    /// [`ServiceError::OperatorNotFound`].
    pub async fn get(&self, name: &OperatorName) -> Result<OperatorRecord, ServiceError> {
        Ok(self.inner.store.operator(name).await?)
    }

    /// Changes an operator. Who gets another password or is disabled loses every session and token.
    ///
    /// # Errors
    /// [`ServiceError::OperatorNotFound`]; [`ServiceError::LastOwner`]: nobody would be left to run operators; the password
    /// is too short or too long; the store fails.
    pub async fn change(
        &self,
        name: &OperatorName,
        change: OperatorChange,
    ) -> Result<OperatorRecord, ServiceError> {
        let OperatorChange { role, password, disabled } = change;
        let known = self.get(name).await?;
        let hash = self.hashed(password).await?;
        let ends = hash.is_some() || disabled == Some(true);
        let record = OperatorRecord {
            role: role.unwrap_or(known.role),
            password: hash.or_else(|| known.password.clone()),
            disabled: disabled.unwrap_or(known.disabled),
            ..known.clone()
        };
        let passes = if ends { Passes::End } else { Passes::Keep };
        let changed = async {
            if is_owner(&known) && !is_owner(&record) && !self.has_owner_besides(name).await? {
                return Err(ServiceError::LastOwner);
            }
            Ok(self.inner.store.change_operator(&record, passes).await?)
        };
        self.changed("change_operator", name, changed).await?;
        Ok(record)
    }

    /// A new token for `name`, accepted for `days`.
    ///
    /// # Errors
    /// [`ServiceError::OperatorNotFound`]; `days` or the label is out of range; the store or the system's randomness fails.
    pub async fn issue_token(
        &self,
        name: &OperatorName,
        label: &str,
        days: u32,
    ) -> Result<NewPass, ServiceError> {
        if !TOKEN_DAYS.contains(&days) {
            return Err(ServiceError::InvalidParameter { name: "days", expected: "1 to 3650" });
        }
        let fits = label.chars().count() <= LABEL_CHARS && !label.chars().any(char::is_control);
        if !fits {
            let expected = "at most 120 characters, none of them a control character";
            return Err(ServiceError::InvalidParameter { name: "label", expected });
        }
        self.get(name).await?;
        let lifetime = Duration::from_secs(u64::from(days) * 24 * 3600);
        let issued = self.new_pass(name, PassKind::Token, label, lifetime);
        self.changed("issue_operator_token", name, issued).await
    }

    /// A page of the sessions and tokens of `name`.
    ///
    /// # Errors
    /// [`ServiceError::OperatorNotFound`]; the store fails.
    pub async fn passes(
        &self,
        name: &OperatorName,
        page: Page<'_, Uuid>,
    ) -> Result<Vec<PassRecord>, ServiceError> {
        self.get(name).await?;
        Ok(self.inner.store.list_passes(name, page).await?)
    }

    /// Ends a session or token of `name`.
    ///
    /// # Errors
    /// [`ServiceError::PassNotFound`]; the store fails.
    pub async fn end_pass(&self, name: &OperatorName, pass: Uuid) -> Result<(), ServiceError> {
        let ended = async {
            let was_there = self.inner.store.end_pass(name, &pass).await?;
            if was_there { Ok(()) } else { Err(ServiceError::PassNotFound) }
        };
        self.changed("revoke_operator_token", name, ended).await
    }

    async fn new_pass(
        &self,
        name: &OperatorName,
        kind: PassKind,
        label: &str,
        lifetime: Duration,
    ) -> Result<NewPass, ServiceError> {
        let (secret, now) = (Secret::random()?, Timestamp::now());
        let record = PassRecord {
            id: Uuid::new_v4(),
            operator: name.clone(),
            kind,
            label: label.to_owned(),
            hash: secret.hash(),
            created_at: now,
            ends_at: now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
        };
        self.inner.store.add_pass(&record).await?;
        Ok(NewPass { secret, record })
    }

    async fn hashed(&self, password: Option<Zeroizing<String>>) -> Result<Option<String>, ServiceError> {
        match password {
            Some(password) => Ok(Some(self.inner.passwords.hash(password).await?)),
            None => Ok(None),
        }
    }

    async fn has_owner_besides(&self, name: &OperatorName) -> Result<bool, ServiceError> {
        let mut after: Option<OperatorName> = None;
        loop {
            let records = self.page(Page::largest(after.as_ref())).await?;
            if records.iter().any(|record| record.name != *name && is_owner(record)) {
                return Ok(true);
            }
            let Some(last) = records.last() else { return Ok(false) };
            after = Some(last.name.clone());
        }
    }

    async fn changed<T>(
        &self,
        action: &'static str,
        operator: &OperatorName,
        make: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError> {
        let change = LocalChange { action, app: None, operator: Some(operator) };
        changed(&*self.inner.audit, change, make).await
    }
}

/// Whether somebody can run operators.
fn is_owner(record: &OperatorRecord) -> bool {
    record.role == Role::Owner && !record.disabled
}
