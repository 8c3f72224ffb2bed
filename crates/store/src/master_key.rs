//! The master key of a store that keeps it itself.

use crate::{Pending, Traces};

/// A store that can put another master key in the place of its own, while it is used.
pub trait MasterKey: Send + Sync {
    /// Wraps everything that the master key protects by the next one, in one step, from which on only that opens the store. Where it lay
    /// in a file of its own, a new random one is put into that file's place.
    ///
    /// # Errors
    /// The store or the file system fails. Afterwards one of the two keys opens the store, and is where it is looked for.
    fn replace_master_key(&self) -> Pending<'_, MasterKeyChange>;
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MasterKeyChange {
    /// The next key is in force.
    Replaced(Traces),
    /// Nothing was changed: it is not known where the next key comes from.
    NoNextKey,
    /// Nothing was changed: the next key is the one in force already.
    SameKey,
    /// Nothing was changed: something is sealed by the master key itself, as it was before there were data keys.
    SealedByMaster,
}
