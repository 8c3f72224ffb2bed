//! Whoever acts through the administration.

use faceward_core::OperatorName;
use faceward_store::{PassKind, Role};
use uuid::Uuid;

/// Who the socket in the data folder stands for. Nobody else has this name.
pub(super) const LOCAL: &str = "local";

/// An operator who has shown a pass, or whoever may write the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The name.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// The pass that they showed: its id and kind; `None`: the socket in the data folder.
    pub pass: Option<(Uuid, PassKind)>,
}

impl Actor {
    /// Whoever reaches the socket in the data folder: the permissions of the file let nobody else in.
    ///
    /// # Errors
    /// Never: the name is one.
    pub fn local() -> Result<Self, faceward_core::InvalidId> {
        Ok(Self { name: OperatorName::parse(LOCAL)?, role: Role::Owner, pass: None })
    }
}
