//! The keys that seal what is of an app, where a store seals.

use faceward_core::AppId;
use jiff::Timestamp;

use crate::{Pending, Reachable, Traces};

/// Replaces the data keys of apps, while they are used.
pub trait DataKeys: Reachable {
    /// How the data key of `app` stands.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`](crate::StoreError::AppUnknown); the store fails.
    fn data_key<'a>(&'a self, app: &'a AppId) -> Pending<'a, DataKeyRecord>;

    /// Makes a new data key for `app`, by which everything is sealed from now on. What older ones have sealed stays readable, and is
    /// for [`DataKeys::reseal`].
    ///
    /// # Errors
    /// As [`DataKeys::data_key`].
    fn renew_data_key<'a>(&'a self, app: &'a AppId, now: Timestamp) -> Pending<'a, DataKeyRecord>;

    /// Looks at up to `limit` more of the values of `app`, and seals those by its newest key that are not yet. Goes on where the last
    /// call of this process has ended; a process that comes after it looks at all of them again. With the last one the older keys are
    /// deleted.
    ///
    /// # Errors
    /// As [`DataKeys::data_key`]; a value was altered. What was sealed before stays so.
    fn reseal<'a>(&'a self, app: &'a AppId, limit: usize) -> Pending<'a, Resealed>;
}

/// How the data key of an app stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataKeyRecord {
    /// The number of the key that seals. It rises with each new one, by one or more.
    pub generation: u32,
    /// When that was made.
    pub created_at: Timestamp,
    /// Older keys that are there until nothing is left that they have sealed.
    pub n_older: usize,
    /// Whether something may be left that the master key itself has sealed, before there were data keys.
    pub by_master: bool,
}

/// What sealing anew did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resealed {
    /// Values that were sealed by the newest key.
    pub n_sealed: usize,
    /// Whether nothing is left that another key has sealed; the older ones are gone.
    pub done: bool,
    /// Whether the older keys have left traces on the disk.
    pub traces: Traces,
}
