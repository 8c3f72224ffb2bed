//! Who runs an installation: operators, their passwords as hashes, and the passes that they act with.

use std::fmt;

use faceward_core::OperatorName;
use jiff::Timestamp;
use uuid::Uuid;

#[cfg(doc)]
use crate::StoreError;
use crate::{KeyHash, Page, Pending, Reachable};

/// Operators and their passes. Passwords and passes are kept as hashes only.
///
/// [`Operators::pass`] is asked for each request of an operator. Operators are never deleted: the audit log names them.
pub trait Operators: Reachable {
    /// Creates an operator.
    ///
    /// # Errors
    /// [`StoreError::OperatorExists`].
    fn create_operator<'a>(&'a self, operator: &'a OperatorRecord) -> Pending<'a, ()>;

    /// The record of an operator.
    ///
    /// # Errors
    /// [`StoreError::OperatorUnknown`].
    fn operator<'a>(&'a self, name: &'a OperatorName) -> Pending<'a, OperatorRecord>;

    /// A page of all operators.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_operators<'a>(&'a self, page: Page<'a, OperatorName>) -> Pending<'a, Vec<OperatorRecord>>;

    /// Puts `operator` in the place of the record of its name; all but the time of its creation changes.
    ///
    /// # Errors
    /// [`StoreError::OperatorUnknown`].
    fn change_operator<'a>(&'a self, operator: &'a OperatorRecord, passes: Passes) -> Pending<'a, ()>;

    /// Adds a pass, and forgets all that had ended when it was made.
    ///
    /// # Errors
    /// [`StoreError::OperatorUnknown`].
    fn add_pass<'a>(&'a self, pass: &'a PassRecord) -> Pending<'a, ()>;

    /// The pass with this hash, ended or not, and its operator as it is now.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn pass<'a>(&'a self, hash: &'a KeyHash) -> Pending<'a, Option<(PassRecord, OperatorRecord)>>;

    /// A page of the passes of an operator, by id. An operator that does not exist has none.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_passes<'a>(
        &'a self,
        operator: &'a OperatorName,
        page: Page<'a, Uuid>,
    ) -> Pending<'a, Vec<PassRecord>>;

    /// Lets a pass end at `ends_at`; one that is gone is no error.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn extend_pass<'a>(&'a self, pass: &'a Uuid, ends_at: Timestamp) -> Pending<'a, ()>;

    /// Forgets the pass `pass` of `operator`, and says whether there was one.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn end_pass<'a>(&'a self, operator: &'a OperatorName, pass: &'a Uuid) -> Pending<'a, bool>;
}

/// What becomes of an operator's passes with a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// They stay.
    Keep,
    /// They are all forgotten.
    End,
}

/// What an operator may do. Each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, and changes nothing.
    Auditor,
    /// Runs apps, galleries and templates.
    Operator,
    /// Runs operators and signing keys as well, and deletes apps.
    Owner,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auditor, Self::Operator, Self::Owner];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Somebody who runs the installation.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorRecord {
    /// The name.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// Hash of the password in the PHC string format; `None`: nobody can log in with one.
    pub password: Option<String>,
    /// Whether they are let in no longer.
    pub disabled: bool,
    /// When they were made.
    pub created_at: Timestamp,
}

impl fmt::Debug for OperatorRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("OperatorRecord");
        shown.field("name", &self.name).field("role", &self.role).field("disabled", &self.disabled);
        shown.finish_non_exhaustive()
    }
}

/// Something that an operator acts with instead of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassRecord {
    /// Its id, which is no secret.
    pub id: Uuid,
    /// Whose it is.
    pub operator: OperatorName,
    /// What it is.
    pub kind: PassKind,
    /// What it is for, for people.
    pub label: String,
    /// What a presented pass is compared with.
    pub hash: KeyHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is no longer accepted.
    pub ends_at: Timestamp,
}

/// What a pass is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassKind {
    /// Of a browser that logged in.
    Session,
    /// Of a script.
    Token,
}

impl PassKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Session, Self::Token];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
