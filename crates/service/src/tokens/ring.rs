//! The signing keys: the newest signs, those that have not ended verify.

use faceward_store::{SigningKey, Version};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use rsa::traits::PublicKeyParts as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::claims::{Claims, ISSUER};
use crate::error::{InternalError, ServiceError};

/// NIST SP 800-57 part 1: good until 2030. Tokens live for a day.
const KEY_BITS: usize = 2048;

/// Every key, oldest first.
pub(super) struct Ring {
    /// That of the directory's signing keys.
    pub(super) version: Version,
    keys: Vec<Key>,
}

struct Key {
    id: Uuid,
    signing: EncodingKey,
    verifying: DecodingKey,
    /// From when on its tokens are no longer accepted; `None`: it signs.
    expires_at: Option<Timestamp>,
}

impl Ring {
    /// The keys `stored`, as they are at `version`. Takes milliseconds.
    pub(super) fn read(stored: &[SigningKey], version: Version) -> Result<Self, ServiceError> {
        let keys = stored.iter().map(Key::read).collect::<Result<_, _>>()?;
        Ok(Self { version, keys })
    }

    /// Whether a key signs.
    pub(super) fn signs(&self) -> bool {
        self.signer().is_some()
    }

    /// A signed token.
    pub(super) fn sign(&self, claims: &Claims) -> Result<String, ServiceError> {
        let key = self.signer().ok_or_else(|| InternalError::Token("no key signs".to_owned()))?;
        let header = Header { kid: Some(key.id.to_string()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &key.signing)
            .map_err(|error| InternalError::Token(error.to_string()).into())
    }

    /// What a token of ours that has not ended says.
    pub(super) fn verified(&self, token: &str, now: Timestamp) -> Result<Claims, ServiceError> {
        let claims = self.signed_by_us(token, now)?;
        if now.as_second() < claims.exp { Ok(claims) } else { Err(ServiceError::Unauthenticated) }
    }

    /// What a token of ours says, ended or not.
    pub(super) fn signed_by_us(&self, token: &str, now: Timestamp) -> Result<Claims, ServiceError> {
        let refused = |_| ServiceError::Unauthenticated;
        let header = jsonwebtoken::decode_header(token).map_err(refused)?;
        let id = header.kid.as_deref().and_then(|id| Uuid::try_parse(id).ok());
        let in_force = |key: &&Key| key.expires_at.is_none_or(|end| now < end);
        let key = self.keys.iter().find(|key| Some(key.id) == id).filter(in_force);
        let key = key.ok_or(ServiceError::Unauthenticated)?;
        // One algorithm, whatever the token's head claims. Its end is compared with our own clock reading.
        let mut rules = Validation::new(Algorithm::RS256);
        rules.validate_exp = false;
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        Ok(jsonwebtoken::decode::<Claims>(token, &key.verifying, &rules).map_err(refused)?.claims)
    }

    fn signer(&self) -> Option<&Key> {
        self.keys.iter().rev().find(|key| key.expires_at.is_none())
    }
}

impl Key {
    fn read(stored: &SigningKey) -> Result<Self, ServiceError> {
        let private = RsaPrivateKey::from_pkcs1_der(&stored.private)
            .map_err(|error| InternalError::Token(format!("a stored signing key is none: {error}")))?;
        Ok(Self {
            id: stored.id,
            signing: EncodingKey::from_rsa_der(&stored.private),
            verifying: DecodingKey::from_rsa_raw_components(
                &private.n().to_bytes_be(),
                &private.e().to_bytes_be(),
            ),
            expires_at: stored.expires_at,
        })
    }
}

/// A new key. Takes a second.
pub(super) fn generate(created_at: Timestamp) -> Result<SigningKey, ServiceError> {
    let failed = |error: String| ServiceError::from(InternalError::Token(error));
    let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS)
        .map_err(|error| failed(format!("cannot make a signing key: {error}")))?;
    let der =
        private.to_pkcs1_der().map_err(|error| failed(format!("cannot write a signing key: {error}")))?;
    let private = Zeroizing::new(der.as_bytes().to_vec());
    Ok(SigningKey { id: Uuid::new_v4(), private, created_at, expires_at: None })
}
