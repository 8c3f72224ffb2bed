//! The name of a challenge: 256 random bits. Who knows it was given it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use faceward_store::ChallengeKey;

use crate::error::{InternalError, ServiceError};

/// A nonce. As text 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChallengeId([u8; 32]);

impl ChallengeId {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub(crate) fn random() -> Result<Self, ServiceError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| InternalError::NoRandomness(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// Reads what [`fmt::Display`] wrote; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl From<&ChallengeId> for ChallengeKey {
    fn from(id: &ChallengeId) -> Self {
        Self(id.0)
    }
}

impl fmt::Display for ChallengeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Until it is answered a nonce is a secret between the server and one client: it is not logged.
impl fmt::Debug for ChallengeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_43_characters_and_nothing_else_is_one() {
        let id = ChallengeId::random().expect("randomness");
        let text = id.to_string();
        assert_eq!((text.len(), ChallengeId::parse(&text)), (43, Some(id)));
        assert_ne!(ChallengeId::random().expect("randomness"), id);
        for wrong in ["", "abc", &text[1..], &format!("{text}A"), &format!("{text}="), &"!".repeat(43)] {
            assert_eq!(ChallengeId::parse(wrong), None, "{wrong}");
        }
        assert!(!format!("{id:?}").contains(&text));
    }
}
