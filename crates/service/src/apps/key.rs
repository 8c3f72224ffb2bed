//! An app's key: shown once, stored as a hash, wiped from memory.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use faceward_store::KeyHash;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::error::InternalError;

/// Bytes of a random key: 256 bits.
const RANDOM_BYTES: usize = 32;
/// Shortest and longest key that an operator brings along. The API that this one replaces hands out JWTs.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=4096;

/// A key as its owner knows it. Neither printed nor compared; wiped when dropped.
pub struct AppKey(Zeroizing<String>);

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 16 to 4096 visible ASCII characters")]
pub struct InvalidKey;

impl AppKey {
    /// A new key of 256 random bits, as 43 characters of base64url.
    pub(super) fn random() -> Result<Self, InternalError> {
        let mut bytes = Zeroizing::new([0; RANDOM_BYTES]);
        getrandom::fill(bytes.as_mut_slice())
            .map_err(|error| InternalError::NoRandomness(error.to_string()))?;
        Ok(Self(Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// An existing key, as in a client that changes its base URL only. Surrounding white space is no part of it.
    ///
    /// # Errors
    /// It is shorter than 16 or longer than 4096 characters, or has others than visible ASCII: no header carries it.
    pub fn parse(mut text: String) -> Result<Self, InvalidKey> {
        let key = text.trim();
        let acceptable = LENGTHS.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        let parsed = acceptable.then(|| Self(Zeroizing::new(key.to_owned())));
        text.zeroize();
        parsed.ok_or(InvalidKey)
    }

    /// The key itself, for the one time that it is shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> KeyHash {
        hash(&self.0)
    }
}

impl std::fmt::Debug for AppKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppKey(..)")
    }
}

/// SHA-256 without salt or stretching: a random key of 256 bits has nothing to guess.
pub(super) fn hash(key: &str) -> KeyHash {
    KeyHash { sha256: Sha256::digest(key.as_bytes()).into() }
}

/// 96 bits of a hash of the hash: a token that is read tells nothing that a key could be found by.
pub(super) fn fingerprint(hash: &KeyHash) -> String {
    let digest: [u8; 32] =
        Sha256::new().chain_update(b"faceward key fingerprint 1").chain_update(hash.sha256).finalize().into();
    BASE64_URL_SAFE_NO_PAD.encode(&digest[..12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_keys_have_256_bits_and_never_repeat() {
        let (a, b) = (AppKey::random().expect("randomness"), AppKey::random().expect("randomness"));
        assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(a.reveal()).expect("base64url").len(), 32);
        assert_ne!(a.reveal(), b.reveal());
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = AppKey::parse("0123456789abcdef".to_owned()).expect("a key");
        assert_eq!(format!("{key:?}"), "AppKey(..)");
    }

    #[test]
    fn existing_keys_may_be_long_and_have_dots() {
        let jwt = format!("{}.{}.{}", "h".repeat(36), "p".repeat(3900), "s".repeat(43));
        assert!(AppKey::parse(format!(" {jwt}\n")).is_ok_and(|key| key.reveal() == jwt));
        for bad in ["", "short", "with blank in the middle", "sechzehn Zeichen ä", &"x".repeat(4097)] {
            assert_eq!(AppKey::parse(bad.to_owned()).err(), Some(InvalidKey), "{bad:?}");
        }
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        let expected = [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
            0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ];
        assert_eq!(hash("abc").sha256, expected);
    }
}
