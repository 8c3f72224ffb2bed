//! The keys that seal what is of an app.

use faceward_service::data_keys::DataKeyState;
use serde::Serialize;
use utoipa::ToSchema;

/// The key that seals what is of an app, without itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminDataKey {
    /// Its number; a newer one has a higher one.
    generation: u32,
    /// When it was made.
    created_at: String,
    /// Older keys that are kept until nothing is left that they have sealed; 0: sealing anew is done.
    older_keys: usize,
    /// Whether something may be left that the master key itself has sealed, before apps had keys. A rotation ends that.
    by_master: bool,
    /// Values that this server has sealed anew by it so far.
    sealed_anew: usize,
}

impl From<DataKeyState> for AdminDataKey {
    fn from(DataKeyState { record, n_sealed_anew }: DataKeyState) -> Self {
        Self {
            generation: record.generation,
            created_at: record.created_at.to_string(),
            older_keys: record.n_older,
            by_master: record.by_master,
            sealed_anew: n_sealed_anew,
        }
    }
}
