//! From the source of a key to a sealer that is proved to be the right one.

use crate::key::settle_pending;
use crate::{KeySource, KeySources, MasterKey, Sealer, SealingError};

/// A sealer, and what its database has to remember of it.
pub struct Unlocked {
    /// With the key of the source.
    pub sealer: Sealer,
    /// A proof of the key, to be kept in the database; `None` if it has one.
    pub new_proof: Option<Vec<u8>>,
    /// Whether the next key is in force: it should be where the current one is looked for.
    pub by_next: bool,
}

/// Takes the key of `sources` for a database that keeps `proof` of its key. Where it keeps none, nothing was sealed yet, and a
/// key is made if there is no file. Where a process has ended while it replaced the key, one of the two is the right one: the
/// file of the other goes.
///
/// # Errors
/// The file is missing, exposed or damaged; the key is another one.
pub fn unlock(sources: &KeySources, proof: Option<&[u8]>) -> Result<Unlocked, SealingError> {
    let source = &sources.current;
    let Some(proof) = proof else {
        let sealer = Sealer::new(&match (source.load()?, source) {
            (Some(key), _) => key,
            (None, KeySource::Given(key, _)) => key.clone(),
            (None, KeySource::File(path)) => MasterKey::create(path)?,
        });
        let new_proof = Some(sealer.key_proof()?);
        return Ok(Unlocked { sealer, new_proof, by_next: false });
    };
    let opened = |key: &MasterKey| Some(Sealer::new(key)).filter(|sealer| sealer.accepts_proof(proof));
    let current = source.load()?;
    if let Some(sealer) = current.as_ref().and_then(opened) {
        if let Some(pending) = sources.pending().filter(|path| path.exists()) {
            fs_err::remove_file(pending)?;
        }
        return Ok(Unlocked { sealer, new_proof: None, by_next: false });
    }
    if let (Some(pending), KeySource::File(path)) = (sources.pending(), source)
        && let Some(sealer) = MasterKey::load(&pending)?.as_ref().and_then(opened)
    {
        settle_pending(path)?;
        return Ok(Unlocked { sealer, new_proof: None, by_next: false });
    }
    let next = sources.next.as_ref().map(KeySource::load).transpose()?.flatten();
    if let Some(sealer) = next.as_ref().and_then(opened) {
        return Ok(Unlocked { sealer, new_proof: None, by_next: true });
    }
    // A new key would make the old templates unreadable for ever.
    let origin = source.origin();
    Err(if current.is_some() { SealingError::KeyWrong(origin) } else { SealingError::KeyMissing(origin) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_was_sealed_takes_its_own_key_and_no_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let [ours, theirs, none] =
            ["a.key", "b.key", "c.key"].map(|name| KeySource::File(dir.path().join(name)));
        let unlock = |source: &KeySource, proof: Option<&[u8]>| super::unlock(&source.clone().into(), proof);
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

    #[test]
    fn whichever_of_two_keys_the_database_is_under_opens_it_and_the_file_of_the_other_goes() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("master.key");
        let sources = KeySources::from(KeySource::File(path.clone()));
        let pending = sources.pending().expect("of a file");
        let old = unlock(&sources, None).expect("a new key").new_proof.expect("nothing was sealed yet");
        // Ended before the database was under the new key.
        let new = crate::create_pending(&path).expect("made");
        unlock(&sources, Some(&old)).map(drop).expect("the old key");
        assert!(!pending.exists());
        // Ended after.
        let newer = crate::create_pending(&path).expect("made");
        let proof = Sealer::new(&newer).key_proof().expect("sealed");
        unlock(&sources, Some(&proof)).map(drop).expect("the new key");
        assert!(!pending.exists());
        assert_eq!(MasterKey::load(&path).expect("readable").expect("there").bytes(), newer.bytes());
        assert!(unlock(&sources, Some(&old)).is_err(), "the old key is gone");
        // From elsewhere.
        let given =
            |key: &MasterKey| KeySource::Given(key.clone(), crate::KeyOrigin::Variable("KEY".to_owned()));
        let both = KeySources { current: given(&new), next: Some(given(&newer)) };
        assert!(unlock(&both, Some(&proof)).expect("the next key").by_next);
        let both = KeySources { current: given(&newer), next: Some(given(&new)) };
        assert!(!unlock(&both, Some(&proof)).expect("the current key").by_next);
    }
}
