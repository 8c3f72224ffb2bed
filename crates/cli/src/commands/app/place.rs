//! Where the apps are.

use faceward_service::apps::Apps;

use crate::remote::Remote;

/// Where the apps are.
pub(super) enum Place {
    /// In the configured store.
    Here(Apps),
    /// Behind a server.
    There(Remote),
}
