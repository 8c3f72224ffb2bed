//! Whether a store can be asked at all.

use crate::Pending;

/// What every store says of itself, for those who decide whether a server gets requests.
pub trait Reachable: Send + Sync {
    /// Whether the store can be reached now. A store on another machine asks it.
    ///
    /// # Errors
    /// [`crate::StoreError::Unreachable`].
    fn reach(&self) -> Pending<'_, ()>;
}
