//! From a key file to a sealer that is proved to be the right one.

use std::path::Path;

use crate::{MasterKey, Sealer, SealingError};

/// A sealer, and what its database has to remember of it.
pub struct Unlocked {
    /// With the key in the file.
    pub sealer: Sealer,
    /// A proof of the key, to be kept in the database; `None` if it has one.
    pub new_proof: Option<Vec<u8>>,
}

/// Opens the key at `path` for a database that keeps `proof` of its key. Where it keeps none, nothing was sealed yet, and a
/// key is made if there is no file.
///
/// # Errors
/// The file is missing, exposed, damaged or holds another key.
pub fn unlock(path: &Path, proof: Option<&[u8]>) -> Result<Unlocked, SealingError> {
    match (proof, MasterKey::load(path)?) {
        (Some(proof), Some(key)) => {
            let sealer = Sealer::new(&key);
            if sealer.accepts_proof(proof) {
                Ok(Unlocked { sealer, new_proof: None })
            } else {
                Err(SealingError::KeyWrong(path.into()))
            }
        }
        // A new key would make the old templates unreadable for ever.
        (Some(_), None) => Err(SealingError::KeyMissing(path.into())),
        (None, key) => {
            let sealer = Sealer::new(&match key {
                Some(key) => key,
                None => MasterKey::create(path)?,
            });
            let new_proof = Some(sealer.key_proof()?);
            Ok(Unlocked { sealer, new_proof })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_was_sealed_takes_its_own_key_and_no_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let [ours, theirs, none] = ["a.key", "b.key", "c.key"].map(|name| dir.path().join(name));
        let proof = unlock(&ours, None).expect("a new key").new_proof.expect("nothing was sealed yet");
        assert!(unlock(&ours, None).expect("the same key").sealer.accepts_proof(&proof));
        assert!(unlock(&ours, Some(&proof)).expect("the right key").new_proof.is_none());
        unlock(&theirs, None).map(drop).expect("a new key");
        assert!(
            matches!(unlock(&theirs, Some(&proof)).err(), Some(SealingError::KeyWrong(path)) if path == theirs)
        );
        assert!(
            matches!(unlock(&none, Some(&proof)).err(), Some(SealingError::KeyMissing(path)) if path == none)
        );
        assert!(!none.exists(), "no key was made in its place");
    }
}
