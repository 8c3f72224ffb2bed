//! Operators, sessions, tokens.

use faceward_service::{OperatorRecord, PassRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Name and password. Not printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminLogIn {
    /// The operator's name.
    pub(crate) name: String,
    /// The password.
    pub(crate) password: String,
}

/// Who is to be the first owner, and the secret of the link that the terminal shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminFirstOwner {
    /// What stands behind `#first=` in the link.
    pub(crate) invitation: String,
    /// The name.
    pub(crate) name: String,
    /// A password of 12 to 256 characters.
    pub(crate) password: String,
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminPasswordChange {
    /// The one that is in force.
    pub(crate) old: String,
    /// 12 to 256 characters.
    pub(crate) new: String,
}

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminMe {
    /// The operator's name.
    pub(crate) name: String,
    /// `owner`, `operator` or `auditor`.
    pub(crate) role: &'static str,
    /// `session`, `token`, or `socket` for the data folder's own.
    pub(crate) by: &'static str,
}

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminOperator {
    /// The name.
    name: String,
    /// `owner`, `operator` or `auditor`.
    role: &'static str,
    /// Whether they are let in no longer.
    disabled: bool,
    /// Whether they can log in with a password.
    has_password: bool,
    /// When they were made.
    created_at: String,
}

impl From<&OperatorRecord> for AdminOperator {
    fn from(record: &OperatorRecord) -> Self {
        Self {
            name: record.name.to_string(),
            role: record.role.name(),
            disabled: record.disabled,
            has_password: record.password.is_some(),
            created_at: record.created_at.to_string(),
        }
    }
}

/// A page of operators, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminOperatorPage {
    /// The operators.
    pub(crate) operators: Vec<AdminOperator>,
    /// `after` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// A new operator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminNewOperator {
    /// The name to log in with.
    pub(crate) name: String,
    /// `owner`, `operator` or `auditor`.
    pub(crate) role: String,
    /// 12 to 256 characters; without one they have tokens only.
    pub(crate) password: Option<String>,
}

/// What is to change; what is not there stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AdminOperatorChange {
    /// `owner`, `operator` or `auditor`.
    pub(crate) role: Option<String>,
    /// 12 to 256 characters. Every session and token ends.
    pub(crate) password: Option<String>,
    /// Whether they are let in no longer. Every session and token ends.
    pub(crate) disabled: Option<bool>,
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdminNewToken {
    /// What it is for.
    #[serde(default)]
    pub(crate) label: String,
    /// Days for which it is accepted, 1 to 3650; 90 if nothing is said.
    pub(crate) days: Option<u32>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminToken {
    /// Shown this once.
    pub(crate) token: String,
    /// Its id, to revoke it by.
    pub(crate) pass_id: Uuid,
    /// When it ends.
    pub(crate) ends_at: String,
}

/// A session or token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminPass {
    /// Its id.
    pass_id: Uuid,
    /// `session` or `token`.
    kind: &'static str,
    /// What it is for.
    label: String,
    /// When it was made.
    created_at: String,
    /// When it ends; a session that is used lives on.
    ends_at: String,
}

impl From<&PassRecord> for AdminPass {
    fn from(record: &PassRecord) -> Self {
        Self {
            pass_id: record.id,
            kind: record.kind.name(),
            label: record.label.clone(),
            created_at: record.created_at.to_string(),
            ends_at: record.ends_at.to_string(),
        }
    }
}

/// A page of sessions and tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminPassPage {
    /// The sessions and tokens.
    pub(crate) passes: Vec<AdminPass>,
    /// `after` of the next page; `null`: this is the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}
