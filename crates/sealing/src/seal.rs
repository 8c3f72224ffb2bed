//! Sealing and opening a vector, a name, a part of a webhook, a session or a signing key. (Blocks: `block`.)
//!
//! Sealed forms: version 1 (1 byte), nonce (24), ciphertext, tag (16), under the master key: signing keys, the proof of the key,
//! and whatever an earlier version of this program has sealed; version 2 (1 byte), generation of the data key (4, little
//! endian), nonce, ciphertext, tag, under a data key of its app.

use std::collections::HashMap;
use std::sync::Arc;

use faceward_core::{AppId, SubjectName};
use parking_lot::RwLock;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::Cipher;
use crate::context::{
    Bound, SessionFaceContext, SubjectContext, VectorContext, WebhookPart, session_context,
    signing_key_context,
};
use crate::data_key::{AppKeys, WrappedKey};
use crate::rotations::Rotations;
use crate::{MasterKey, SealingError};

const BY_MASTER: u8 = 1;
const BY_DATA_KEY: u8 = 2;
/// What the proof of the key is bound to; no other context can look like it.
const KEY_PROOF_CONTEXT: &[u8] = b"faceward key proof 1";

/// Seals and opens: what is of an app under the data keys of that app, the rest under the master key.
pub struct Sealer {
    master: RwLock<Arc<Cipher>>,
    apps: RwLock<HashMap<AppId, Arc<AppKeys>>>,
    rotations: Rotations,
}

impl Sealer {
    /// One under the master key `key`, which knows no data key yet.
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        let master = RwLock::new(Arc::new(Cipher::new(key.bytes())));
        Self { master, apps: RwLock::default(), rotations: Rotations::default() }
    }

    /// `vector`, sealed for the row of `context`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_vector(&self, vector: &[f32], context: VectorContext<'_>) -> Result<Vec<u8>, SealingError> {
        self.seal(context.app, &bytes_of(vector), &context.bytes())
    }

    /// The vector in `sealed`; `None` if it was altered or sealed for another row or with another key.
    #[must_use]
    pub fn open_vector(&self, sealed: &[u8], context: VectorContext<'_>) -> Option<Vec<f32>> {
        values_of(&self.open(context.app, sealed, &context.bytes())?)
    }

    /// `vector`, sealed for a face of a session.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_session_face(
        &self,
        vector: &[f32],
        context: SessionFaceContext<'_>,
    ) -> Result<Vec<u8>, SealingError> {
        self.seal(context.app, &bytes_of(vector), &context.bytes())
    }

    /// The vector in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_session_face(&self, sealed: &[u8], context: SessionFaceContext<'_>) -> Option<Vec<f32>> {
        values_of(&self.open(context.app, sealed, &context.bytes())?)
    }

    /// The document of a session, sealed under the ids of its app and itself.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_session(&self, document: &str, app: &AppId, id: &Uuid) -> Result<Vec<u8>, SealingError> {
        self.seal(app, document.as_bytes(), &session_context(app, id))
    }

    /// The document in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_session(&self, sealed: &[u8], app: &AppId, id: &Uuid) -> Option<String> {
        let plain = self.open(app, sealed, &session_context(app, id))?;
        std::str::from_utf8(&plain).ok().map(str::to_owned)
    }

    /// `name`, sealed for the subject of `context`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_name(
        &self,
        name: &SubjectName,
        context: SubjectContext<'_>,
    ) -> Result<Vec<u8>, SealingError> {
        self.seal(context.app, name.as_str().as_bytes(), &context.bytes())
    }

    /// The name in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_name(&self, sealed: &[u8], context: SubjectContext<'_>) -> Option<SubjectName> {
        let plain = self.open(context.app, sealed, &context.bytes())?;
        SubjectName::stored(std::str::from_utf8(&plain).ok()?).ok()
    }

    /// A private key, sealed under its id.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_signing_key(&self, private: &[u8], id: &Uuid) -> Result<Vec<u8>, SealingError> {
        self.master().seal(&[BY_MASTER], private, &signing_key_context(id))
    }

    /// The private key in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_signing_key(&self, sealed: &[u8], id: &Uuid) -> Option<Zeroizing<Vec<u8>>> {
        self.open_by_master(sealed, &signing_key_context(id))
    }

    /// A part of a webhook of `app`, sealed under the id of its secret or event.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal_webhook(
        &self,
        part: WebhookPart,
        (app, id): (&AppId, &Uuid),
        plain: &[u8],
    ) -> Result<Vec<u8>, SealingError> {
        self.seal(app, plain, &part.bytes(app, id))
    }

    /// The part of a webhook in `sealed`; `None` as for [`Sealer::open_vector`].
    #[must_use]
    pub fn open_webhook(
        &self,
        part: WebhookPart,
        (app, id): (&AppId, &Uuid),
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open(app, sealed, &part.bytes(app, id))
    }

    /// Something that only this key opens.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn key_proof(&self) -> Result<Vec<u8>, SealingError> {
        self.master().seal(&[BY_MASTER], &[], KEY_PROOF_CONTEXT)
    }

    /// Whether `proof` was made with this key.
    #[must_use]
    pub fn accepts_proof(&self, proof: &[u8]) -> bool {
        self.open_by_master(proof, KEY_PROOF_CONTEXT).is_some()
    }

    pub(crate) fn seal(&self, app: &AppId, plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealingError> {
        let keys = self.keys(app).ok_or(SealingError::NoDataKey(*app))?;
        let (generation, cipher) = keys.newest().ok_or(SealingError::NoDataKey(*app))?;
        let [a, b, c, d] = generation.to_le_bytes();
        cipher.seal(&[BY_DATA_KEY, a, b, c, d], plain, context)
    }

    pub(crate) fn open(&self, app: &AppId, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match generation_of(sealed) {
            Some((generation, rest)) => self.keys(app)?.of_generation(generation)?.open(rest, context),
            None => self.open_by_master(sealed, context),
        }
    }

    fn open_by_master(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&BY_MASTER, rest) = sealed.split_first()? else { return None };
        self.master().open(rest, context)
    }

    fn master(&self) -> Arc<Cipher> {
        Arc::clone(&self.master.read())
    }

    fn keys(&self, app: &AppId) -> Option<Arc<AppKeys>> {
        self.apps.read().get(app).map(Arc::clone)
    }
}

/// Data keys.
impl Sealer {
    /// A new data key for `app`, which is not in use yet. No other key of the database may have or have had this `generation`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new_data_key(&self, app: &AppId, generation: u32) -> Result<WrappedKey, SealingError> {
        WrappedKey::random(&self.master(), app, generation)
    }

    /// Takes what is stored as the data keys of `app`; the newest seals from now on.
    ///
    /// # Errors
    /// One was altered, belongs to another app, or was wrapped by another master key.
    pub fn take_data_keys(&self, app: &AppId, stored: &[WrappedKey]) -> Result<(), SealingError> {
        let known = self.keys(app);
        let keys = AppKeys::of(&self.master(), app, stored, known.as_deref())?;
        self.apps.write().insert(*app, Arc::new(keys));
        Ok(())
    }

    /// Forgets the data keys of `app`.
    pub fn forget_data_keys(&self, app: &AppId) {
        self.apps.write().remove(app);
    }

    /// `sealed` under the newest data key of its app; `None` where it is that already.
    ///
    /// # Errors
    /// It was altered, or its key is not known; the system gives no random numbers.
    pub fn reseal(&self, sealed: &[u8], bound: &Bound<'_>) -> Result<Option<Vec<u8>>, SealingError> {
        let Bound { app, context } = bound;
        let keys = self.keys(app).ok_or(SealingError::NoDataKey(**app))?;
        let newest = keys.newest().map(|(generation, _)| generation);
        if newest.is_some() && generation_of(sealed).map(|(generation, _)| generation) == newest {
            return Ok(None);
        }
        let plain = self.open(app, sealed, context).ok_or(SealingError::Altered(**app))?;
        self.seal(app, &plain, context).map(Some)
    }

    /// Whether `stored` is the key that seals for `app`.
    #[must_use]
    pub fn seals_by(&self, app: &AppId, stored: &WrappedKey) -> bool {
        self.keys(app).is_some_and(|keys| keys.is_newest(stored))
    }

    /// The generation of the data key that has sealed `sealed`; `None`: the master key itself has, or it is no sealed form.
    #[must_use]
    pub fn generation_of(sealed: &[u8]) -> Option<u32> {
        generation_of(sealed).map(|(generation, _)| generation)
    }

    /// Whether the key of that `generation` is known.
    #[must_use]
    pub fn knows_generation(&self, app: &AppId, generation: u32) -> bool {
        self.keys(app).is_some_and(|keys| keys.of_generation(generation).is_some())
    }

    /// Whether the key that has sealed `sealed` of `app` is known. What is no sealed form is for whoever opens it to refuse.
    #[must_use]
    pub fn knows_key_of(&self, app: &AppId, sealed: &[u8]) -> bool {
        let Some((generation, _)) = generation_of(sealed) else { return true };
        self.keys(app).is_some_and(|keys| keys.of_generation(generation).is_some())
    }
}

/// What leaves the process unsealed.
impl Sealer {
    /// The generation of the key that seals for `app`, and by whose rotation vectors are turned; `None`: none is known.
    #[must_use]
    pub fn newest_generation(&self, app: &AppId) -> Option<u32> {
        self.keys(app)?.newest().map(|(generation, _)| generation)
    }

    /// `vector`, turned by the secret rotation that follows from the data key of `app` of that `generation`: its cosines with others that
    /// the same key has turned are those of before, to within 2^-23.
    ///
    /// # Errors
    /// [`SealingError::NoDataKey`]: no such key is known.
    pub fn turned(&self, app: &AppId, generation: u32, vector: &[f32]) -> Result<Vec<f32>, SealingError> {
        let keys = self.keys(app).ok_or(SealingError::NoDataKey(*app))?;
        let seed = keys.rotation_seed(generation).ok_or(SealingError::NoDataKey(*app))?;
        Ok(self.rotations.of(seed, vector.len())?.turned(vector))
    }
}

/// Another master key.
impl Sealer {
    /// `stored` of `app`, wrapped by the master key of `next` instead.
    ///
    /// # Errors
    /// It was altered; the system gives no random numbers.
    pub fn rewrap(&self, app: &AppId, stored: &WrappedKey, next: &Self) -> Result<WrappedKey, SealingError> {
        stored.rewrapped(app, &self.master(), &next.master())
    }

    /// Goes on under the master key of `next`. Data keys that are in use stay so.
    pub fn go_on_under(&self, next: &Self) {
        *self.master.write() = next.master();
    }
}

/// The generation of the data key that has sealed `sealed`, and what follows; `None` where no data key has.
fn generation_of(sealed: &[u8]) -> Option<(u32, &[u8])> {
    let (&BY_DATA_KEY, rest) = sealed.split_first()? else { return None };
    let (generation, rest) = rest.split_first_chunk()?;
    Some((u32::from_le_bytes(*generation), rest))
}

fn bytes_of(vector: &[f32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(vector.iter().flat_map(|value| value.to_le_bytes()).collect())
}

fn values_of(plain: &[u8]) -> Option<Vec<f32>> {
    let (values, rest) = plain.as_chunks::<4>();
    rest.is_empty().then(|| values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
