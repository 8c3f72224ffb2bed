//! Secrets that sign: 256 random bits, written as Standard Webhooks writes them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use faceward_store::WebhookSecret;
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::InternalError;

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";

/// A secret as its owner gets it, once. Not printed; wiped when dropped.
pub struct SigningSecret(Zeroizing<String>);

impl SigningSecret {
    /// A new one, and what is kept of it.
    pub(super) fn random(now: Timestamp) -> Result<(Self, WebhookSecret), InternalError> {
        let mut key = Zeroizing::new(vec![0; 32]);
        getrandom::fill(key.as_mut_slice())
            .map_err(|error| InternalError::NoRandomness(error.to_string()))?;
        let encoded = Zeroizing::new(BASE64_STANDARD.encode(key.as_slice()));
        let text = Zeroizing::new(format!("{PREFIX}{}", *encoded));
        Ok((Self(text), WebhookSecret { id: Uuid::now_v7(), key, created_at: now }))
    }

    /// The secret itself: `whsec_` and base64.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}
