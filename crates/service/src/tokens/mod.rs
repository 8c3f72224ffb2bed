//! Access tokens: an app shows its key once and a signed token afterwards (JWT, RFC 7519; RS256, RFC 7518).
//!
//! A token ends by itself, with its app, with the key that it was made with, or when it is revoked. The keys that sign lie
//! sealed in the gallery's database and can be changed without an interruption.

mod claims;
#[cfg(fuzzing)]
pub mod fuzzing;
mod ring;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use faceward_core::AppId;
use faceward_gallery::{Gallery, GalleryError, SigningKey};
use jiff::Timestamp;
use parking_lot::RwLock;
use uuid::Uuid;

use crate::apps::Apps;
use crate::error::{InternalError, ServiceError};
use claims::Claims;
use ring::Ring;

/// Issues, accepts and revokes the access tokens of a gallery's apps. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    gallery: Arc<Gallery>,
    apps: Apps,
    lifetime: Duration,
    /// Empty until the first token is asked for, or until [`Tokens::prepare`].
    ring: RwLock<Ring>,
}

/// A token as its owner gets it. Not printed.
pub struct AccessToken {
    text: String,
    /// How long it is accepted.
    pub lifetime: Duration,
}

impl AccessToken {
    /// The token itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessToken").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Tokens of the apps in `gallery`, accepted for `lifetime`.
    ///
    /// # Errors
    /// The stored keys cannot be read.
    pub fn new(gallery: impl Into<Arc<Gallery>>, lifetime: Duration) -> Result<Self, ServiceError> {
        let gallery = gallery.into();
        let ring = RwLock::new(Ring::load(&gallery)?);
        let apps = Apps::new(Arc::clone(&gallery));
        Ok(Self { inner: Arc::new(Inner { gallery, apps, lifetime, ring }) })
    }

    /// Makes the first signing key if there is none. Takes a second; blocking.
    ///
    /// # Errors
    /// The store or the system's randomness fails.
    pub fn prepare(&self) -> Result<(), ServiceError> {
        if self.inner.ring.read().signs() {
            return Ok(());
        }
        let mut ring = self.inner.ring.write();
        // Somebody else may have been faster.
        if !ring.signs() {
            *ring = self.renewed(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Makes a new signing key. Tokens that the others have signed are accepted for another `overlap`, but none longer than
    /// it would have been. Blocking.
    ///
    /// # Errors
    /// The store or the system's randomness fails.
    pub fn rotate(&self, overlap: Duration) -> Result<Uuid, ServiceError> {
        let mut ring = self.inner.ring.write();
        *ring = self.renewed(overlap)?;
        ring.newest().ok_or_else(|| InternalError::Token("no key signs after a rotation".to_owned()).into())
    }

    /// The signing keys, oldest first, those that have ended as well.
    ///
    /// # Errors
    /// The store fails.
    pub fn keys(&self) -> Result<Vec<SigningKey>, ServiceError> {
        Ok(self.inner.gallery.signing_keys()?)
    }

    /// A new token for the app `app_id`, if `app_key` is one of its unexpired keys. Blocking.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]; the store or the system's randomness fails.
    pub fn issue(&self, app_id: &str, app_key: &str) -> Result<AccessToken, ServiceError> {
        let app = self.inner.apps.authenticate(app_id, app_key)?;
        self.prepare()?;
        let key = Apps::fingerprint(app_key);
        let claims = Claims::new(app, key, Timestamp::now(), self.inner.lifetime);
        let text = self.inner.ring.read().sign(&claims)?;
        Ok(AccessToken { text, lifetime: self.inner.lifetime })
    }

    /// The app that a token was issued to. Reads memory only.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] whatever is wrong with it.
    pub fn authenticate(&self, token: &str) -> Result<AppId, ServiceError> {
        let claims = self.inner.ring.read().verified(token.trim(), Timestamp::now())?;
        let app = AppId(claims.sub);
        let in_force = self.inner.apps.has_key(&app, &claims.key)?;
        if in_force && !self.inner.gallery.is_token_revoked(claims.jti) {
            Ok(app)
        } else {
            Err(ServiceError::Unauthenticated)
        }
    }

    /// Accepts a token no longer, for good. `app_id` and `app_key` are those of the app that it was issued to. A token that
    /// has ended or was revoked before is no error. Blocking.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]: wrong credentials, or no token of ours; [`ServiceError::ForeignToken`]: another
    /// app's; the store fails.
    pub fn revoke(&self, app_id: &str, app_key: &str, token: &str) -> Result<(), ServiceError> {
        let app = self.inner.apps.authenticate(app_id, app_key)?;
        let claims = self.inner.ring.read().signed_by_us(token.trim(), Timestamp::now())?;
        if AppId(claims.sub) != app {
            return Err(ServiceError::ForeignToken);
        }
        Ok(self.inner.gallery.revoke_token(claims.jti, claims.ends()?)?)
    }

    fn renewed(&self, overlap: Duration) -> Result<Ring, ServiceError> {
        let created_at = Timestamp::now();
        let key = ring::generate(created_at)?;
        // Far beyond any date that the store can hold means for ever.
        let until = created_at.saturating_add(overlap).unwrap_or(Timestamp::MAX);
        match self.inner.gallery.add_signing_key(&key, until) {
            // The key is in force; what is left of ended ones is wiped at the next chance.
            Ok(()) | Err(GalleryError::NotErased) => Ring::load(&self.inner.gallery),
            Err(error) => Err(error.into()),
        }
    }
}
