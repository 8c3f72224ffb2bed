//! Random secrets that are shown once and kept as hashes.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use faceward_store::KeyHash;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::error::InternalError;

/// 256 random bits as 43 characters of base64url. Neither printed nor compared; wiped when dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A new one.
    pub(crate) fn random() -> Result<Self, InternalError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice())
            .map_err(|error| InternalError::NoRandomness(error.to_string()))?;
        Ok(Self(Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
    }

    /// The secret itself, for the one time that it is shown.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> KeyHash {
        hash_of(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// SHA-256 without salt or stretching: 256 random bits have nothing to guess.
pub(crate) fn hash_of(secret: &str) -> KeyHash {
    KeyHash { sha256: Sha256::digest(secret.as_bytes()).into() }
}
