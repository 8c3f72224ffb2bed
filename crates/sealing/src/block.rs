//! Keys of blocks: many rows of an app sealed together, under a key that exists for them alone.
//!
//! The key lies, sealed, where it can be deleted together with any one of the rows. What it has sealed then opens for nobody.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use faceward_core::AppId;
use zeroize::Zeroizing;

use crate::context::framed;
use crate::{Sealer, SealingError};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const KEY_DOMAIN: &[u8] = b"faceward block key 1";
const BLOCK_DOMAIN: &[u8] = b"faceward block 1";

/// The block that a key and what it seals belong to.
#[derive(Clone, Copy)]
pub struct BlockContext<'a> {
    /// Its app.
    pub app: &'a AppId,
    /// Its number, which no other block of the database has or had.
    pub number: i64,
    /// What its content was made by.
    pub recipe: &'a [u8],
}

impl BlockContext<'_> {
    fn bytes(self, domain: &[u8]) -> Vec<u8> {
        framed(&[domain, self.app.0.as_bytes(), &self.number.to_le_bytes(), self.recipe])
    }
}

/// Seals one block, once, and opens it.
pub struct BlockKey {
    cipher: XChaCha20Poly1305,
    context: Vec<u8>,
}

impl Sealer {
    /// A new key for the block of `context`, and the same sealed by the newest data key of its app.
    ///
    /// # Errors
    /// The app has no data key; the system gives no random numbers.
    pub fn new_block_key(&self, context: BlockContext<'_>) -> Result<(BlockKey, Vec<u8>), SealingError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(key.as_mut_slice()).map_err(SealingError::Randomness)?;
        let sealed = self.seal(context.app, key.as_slice(), &context.bytes(KEY_DOMAIN))?;
        Ok((BlockKey::new(&key, context), sealed))
    }

    /// The key in `sealed`; `None` if it was altered or sealed for another block or with another key.
    #[must_use]
    pub fn open_block_key(&self, sealed: &[u8], context: BlockContext<'_>) -> Option<BlockKey> {
        let key = self.open(context.app, sealed, &context.bytes(KEY_DOMAIN))?;
        Some(BlockKey::new(<&[u8; KEY_BYTES]>::try_from(key.as_slice()).ok()?, context))
    }
}

impl BlockKey {
    fn new(key: &[u8; KEY_BYTES], context: BlockContext<'_>) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.into()), context: context.bytes(BLOCK_DOMAIN) }
    }

    /// Seals `block` in its place: ciphertext, tag (16 bytes), nonce (24).
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn seal(&self, block: &mut Vec<u8>) -> Result<(), SealingError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(SealingError::Randomness)?;
        let sealed = self.cipher.encrypt_in_place(&XNonce::from(nonce), &self.context, block);
        sealed.map_err(|_| SealingError::TooLong)?;
        block.extend_from_slice(&nonce);
        Ok(())
    }

    /// Opens `block` in its place; `None` if it was altered, cut off, or is another one. Then nothing of use is in it.
    #[must_use]
    pub fn open(&self, block: &mut Vec<u8>) -> Option<()> {
        let (rest, nonce) = block.split_last_chunk::<NONCE_BYTES>()?;
        let (length, nonce) = (rest.len(), XNonce::from(*nonce));
        block.truncate(length);
        self.cipher.decrypt_in_place(&nonce, &self.context, block).ok()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::MasterKey;

    const APP: AppId = AppId(Uuid::from_u128(1));

    fn sealer() -> Sealer {
        let dir = tempfile::tempdir().expect("a folder");
        let sealer = Sealer::new(&MasterKey::create(&dir.path().join("key")).expect("a key"));
        let key = sealer.new_data_key(&APP, 1).expect("random");
        sealer.take_data_keys(&APP, &[key]).expect("its own");
        sealer
    }

    #[test]
    fn a_block_opens_as_the_one_that_it_is_and_as_no_other() {
        let sealer = sealer();
        let context = |number, recipe| BlockContext { app: &APP, number, recipe };
        let (key, sealed_key) = sealer.new_block_key(context(7, b"one")).expect("sealed");
        let mut sealed = b"some rows".to_vec();
        key.seal(&mut sealed).expect("sealed");
        assert_eq!(sealed.len(), 9 + 16 + 24);
        let again = sealer.open_block_key(&sealed_key, context(7, b"one")).expect("its own");
        let mut opened = sealed.clone();
        assert_eq!(again.open(&mut opened), Some(()));
        assert_eq!(opened, b"some rows");
        for (number, recipe) in [(8, &b"one"[..]), (7, b"two")] {
            assert!(sealer.open_block_key(&sealed_key, context(number, recipe)).is_none());
        }
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(again.open(&mut altered).is_none(), "byte {at}");
            assert!(again.open(&mut sealed[..at].to_vec()).is_none(), "cut at {at}");
        }
        let (other, _) = sealer.new_block_key(context(7, b"one")).expect("sealed");
        assert!(other.open(&mut sealed).is_none(), "the key of a block that was there before");
    }
}
