//! One key at work: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with random nonces, of which 192 bits never repeat by chance.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::SealingError;

const NONCE_BYTES: usize = 24;

/// Seals and opens under one key. Wiped from memory when dropped.
pub(crate) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// `header`, nonce (24 bytes), ciphertext and tag (16 bytes) of `plain`, bound to `context`.
    pub(crate) fn seal(&self, header: &[u8], plain: &[u8], context: &[u8]) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(SealingError::Randomness)?;
        let ciphertext = self
            .0
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context })
            .map_err(|_| SealingError::TooLong)?;
        Ok([header, &nonce, &ciphertext].concat())
    }

    /// What follows a header, opened; `None` if it was altered, bound to something else or sealed under another key.
    pub(crate) fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let opened = self.0.decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: context });
        opened.ok().map(Zeroizing::new)
    }
}
