//! The data keys of apps: each app has its own, wrapped by the master key, and perhaps older ones that are being replaced.

use std::sync::Arc;

use faceward_core::AppId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::SealingError;
use crate::cipher::Cipher;
use crate::context::framed;
use crate::rotation::SEED_BYTES;

const KEY_BYTES: usize = 32;
const WRAPPED_DOMAIN: &[u8] = b"faceward data key 1";
const ROTATION_DOMAIN: &[u8] = b"faceward rotation 1";

/// A data key as it lies in a database: sealed by the master key, bound to its app and generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its number, which no other key of the database has or had: the newest of an app seals.
    pub generation: u32,
    /// The sealed key.
    pub wrapped: Vec<u8>,
}

impl WrappedKey {
    /// A new random key.
    pub(crate) fn random(master: &Cipher, app: &AppId, generation: u32) -> Result<Self, SealingError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(key.as_mut_slice()).map_err(SealingError::Randomness)?;
        let wrapped = master.seal(&[], key.as_slice(), &context(app, generation))?;
        Ok(Self { generation, wrapped })
    }

    /// The same key, wrapped by `next` instead of `master`.
    pub(crate) fn rewrapped(
        &self,
        app: &AppId,
        master: &Cipher,
        next: &Cipher,
    ) -> Result<Self, SealingError> {
        let context = context(app, self.generation);
        let key = master.open(&self.wrapped, &context).ok_or(SealingError::DataKeyDamaged(*app))?;
        Ok(Self { generation: self.generation, wrapped: next.seal(&[], &key, &context)? })
    }

    fn unwrap(&self, master: &Cipher, app: &AppId) -> Result<DataKey, SealingError> {
        let opened = master.open(&self.wrapped, &context(app, self.generation));
        let key = opened.as_deref().and_then(|key| <&[u8; KEY_BYTES]>::try_from(key.as_slice()).ok());
        let key = key.ok_or(SealingError::DataKeyDamaged(*app))?;
        Ok(DataKey {
            stored: self.clone(),
            cipher: Arc::new(Cipher::new(key)),
            rotation: Arc::new(rotation_seed(key, app, self.generation)?),
        })
    }
}

/// What the rotation of a data key follows from. It tells nothing of the key.
fn rotation_seed(
    key: &[u8; KEY_BYTES],
    app: &AppId,
    generation: u32,
) -> Result<Zeroizing<[u8; SEED_BYTES]>, SealingError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| SealingError::DataKeyDamaged(*app))?;
    mac.update(&framed(&[ROTATION_DOMAIN, app.0.as_bytes(), &generation.to_le_bytes()]));
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

fn context(app: &AppId, generation: u32) -> Vec<u8> {
    framed(&[WRAPPED_DOMAIN, app.0.as_bytes(), &generation.to_le_bytes()])
}

/// A data key that is in use.
#[derive(Clone)]
struct DataKey {
    stored: WrappedKey,
    cipher: Arc<Cipher>,
    /// The seed of its rotation.
    rotation: Arc<Zeroizing<[u8; SEED_BYTES]>>,
}

/// The data keys of one app, the newest last.
pub(crate) struct AppKeys(Vec<DataKey>);

impl AppKeys {
    /// The keys that are `stored`. Of those that were `known` and are stored no more the newest stays: somebody may hold a value
    /// that was read before it was sealed anew.
    pub(crate) fn of(
        master: &Cipher,
        app: &AppId,
        stored: &[WrappedKey],
        known: Option<&Self>,
    ) -> Result<Self, SealingError> {
        let known = known.map(|known| known.0.as_slice()).unwrap_or_default();
        let newest = stored.iter().map(|key| key.generation).max();
        let gone = |key: &&DataKey| !stored.contains(&key.stored) && newest > Some(key.stored.generation);
        let mut keys: Vec<DataKey> = known.iter().rfind(gone).into_iter().cloned().collect();
        for key in stored {
            keys.push(key.unwrap(master, app)?);
        }
        keys.sort_by_key(|key| key.stored.generation);
        Ok(Self(keys))
    }

    /// The newest, with its generation.
    pub(crate) fn newest(&self) -> Option<(u32, &Cipher)> {
        self.0.last().map(|key| (key.stored.generation, key.cipher.as_ref()))
    }

    /// The seed of the rotation of that generation.
    pub(crate) fn rotation_seed(&self, generation: u32) -> Option<&[u8; SEED_BYTES]> {
        self.0.iter().find(|key| key.stored.generation == generation).map(|key| &**key.rotation)
    }

    pub(crate) fn is_newest(&self, stored: &WrappedKey) -> bool {
        self.0.last().is_some_and(|key| key.stored == *stored)
    }

    pub(crate) fn of_generation(&self, generation: u32) -> Option<&Cipher> {
        self.0.iter().find(|key| key.stored.generation == generation).map(|key| key.cipher.as_ref())
    }
}
