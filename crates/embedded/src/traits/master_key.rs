//! Another master key for the data folder.

use faceward_sealing::{KeySource, MasterKey as Key, Sealer, create_pending, settle_pending};
use faceward_store::{MasterKey, MasterKeyChange, Pending};

use crate::embedded::Embedded;
use crate::error::EmbeddedError;
use crate::folder::Folder;

impl MasterKey for Embedded {
    fn replace_master_key(&self) -> Pending<'_, MasterKeyChange> {
        Box::pin(self.off_thread(|folder| Ok(folder.replace_master_key()?)))
    }
}

impl Folder {
    /// Of a key in a file: the new one lies beside it before the database is under it, and takes its place after; whichever the
    /// database is under is there at each moment, and is found by whoever opens the folder.
    fn replace_master_key(&self) -> Result<MasterKeyChange, EmbeddedError> {
        let database = self.database.lock();
        if database.has_sealed_by_master()? {
            return Ok(MasterKeyChange::SealedByMaster);
        }
        let (next, place): (Key, _) = match (&self.sources.next, &self.sources.current) {
            (Some(next), _) => match next.load()? {
                Some(key) => (key, None),
                None => return Ok(MasterKeyChange::NoNextKey),
            },
            (None, KeySource::File(path)) => (create_pending(path)?, Some(path)),
            (None, KeySource::Given(..)) => return Ok(MasterKeyChange::NoNextKey),
        };
        let next = Sealer::new(&next);
        if database.is_under(&next)? {
            return Ok(MasterKeyChange::SameKey);
        }
        database.go_under(&next)?;
        if let Some(path) = place {
            settle_pending(path)?;
        }
        Ok(MasterKeyChange::Replaced(database.wipe()))
    }
}
