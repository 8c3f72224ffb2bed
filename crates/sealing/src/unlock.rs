//! From the source of a key to a sealer that is proved to be the right one.

use crate::{KeySource, MasterKey, Sealer, SealingError};

/// A sealer, and what its database has to remember of it.
pub struct Unlocked {
    /// With the key of the source.
    pub sealer: Sealer,
    /// A proof of the key, to be kept in the database; `None` if it has one.
    pub new_proof: Option<Vec<u8>>,
}

/// Takes the key of `source` for a database that keeps `proof` of its key. Where it keeps none, nothing was sealed yet, and a
/// key is made if there is no file.
///
/// # Errors
/// The file is missing, exposed or damaged; the key is another one.
pub fn unlock(source: &KeySource, proof: Option<&[u8]>) -> Result<Unlocked, SealingError> {
    match (proof, source.load()?) {
        (Some(proof), Some(key)) => {
            let sealer = Sealer::new(&key);
            if sealer.accepts_proof(proof) {
                Ok(Unlocked { sealer, new_proof: None })
            } else {
                Err(SealingError::KeyWrong(source.origin()))
            }
        }
        // A new key would make the old templates unreadable for ever.
        (Some(_), None) => Err(SealingError::KeyMissing(source.origin())),
        (None, key) => {
            let sealer = Sealer::new(&match (key, source) {
                (Some(key), _) => key,
                (None, KeySource::Given(key, _)) => key.clone(),
                (None, KeySource::File(path)) => MasterKey::create(path)?,
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
        let [ours, theirs, none] =
            ["a.key", "b.key", "c.key"].map(|name| KeySource::File(dir.path().join(name)));
        let proof = unlock(&ours, None).expect("a new key").new_proof.expect("nothing was sealed yet");
        assert!(unlock(&ours, None).expect("the same key").sealer.accepts_proof(&proof));
        assert!(unlock(&ours, Some(&proof)).expect("the right key").new_proof.is_none());
        unlock(&theirs, None).map(drop).expect("a new key");
        assert!(
            matches!(unlock(&theirs, Some(&proof)).err(), Some(SealingError::KeyWrong(origin)) if origin == theirs.origin())
        );
        assert!(
            matches!(unlock(&none, Some(&proof)).err(), Some(SealingError::KeyMissing(origin)) if origin == none.origin())
        );
        assert!(none.load().expect("readable").is_none(), "no key was made in its place");
        let given = ours.load().expect("readable").expect("there");
        let given = KeySource::Given(given, crate::KeyOrigin::Variable("KEY".to_owned()));
        assert!(unlock(&given, Some(&proof)).expect("the same key").new_proof.is_none());
        let other = unlock(&given, unlock(&theirs, None).expect("a key").new_proof.as_deref()).err();
        assert!(other.is_some_and(|error| error.to_string().contains("the variable KEY is not the one")));
    }
}
