//! Access tokens: an app shows its key once and a signed token afterwards (JWT, RFC 7519; RS256, RFC 7518).
//!
//! A token ends by itself, with its app, with the key that it was made with, or when it is revoked. The keys that sign lie
//! sealed in the directory and can be changed without an interruption, by this process or another: what is kept of them here
//! is as new as the directory's version.

mod claims;
#[cfg(fuzzing)]
pub mod fuzzing;
mod ring;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use faceward_core::AppId;
use faceward_store::{AuditSink, Directory, OtherKeys, SigningKey, Stores, Traces};
use jiff::Timestamp;
use parking_lot::RwLock;
use uuid::Uuid;

use crate::apps::Apps;
use crate::audit::{LocalChange, changed};
use crate::error::{InternalError, ServiceError};
use claims::Claims;
use ring::Ring;

/// Issues, accepts and revokes the access tokens of apps. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    directory: Arc<dyn Directory>,
    audit: Arc<dyn AuditSink>,
    lifetime: Duration,
    /// What was read last. Held for the blink of an eye: every request with a token reads it.
    ring: RwLock<Option<Arc<Ring>>>,
    /// Held while a key is made, so that one process makes one at a time.
    making: tokio::sync::Mutex<()>,
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
    /// Tokens of the apps in `stores`, accepted for `lifetime`.
    #[must_use]
    pub fn new(stores: &Stores, lifetime: Duration) -> Self {
        let inner = Inner {
            directory: Arc::clone(&stores.directory),
            audit: Arc::clone(&stores.audit),
            lifetime,
            ring: RwLock::new(None),
            making: tokio::sync::Mutex::new(()),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Makes the first signing key if there is none. Takes a second then.
    ///
    /// # Errors
    /// The stored keys cannot be read; the store or the system's randomness fails.
    pub async fn prepare(&self) -> Result<(), ServiceError> {
        if self.ring().await?.signs() {
            return Ok(());
        }
        let _making = self.inner.making.lock().await;
        // Somebody else may have been faster.
        if !self.ring().await?.signs() {
            self.make("create_signing_key", OtherKeys::Win).await?;
        }
        Ok(())
    }

    /// Makes a new signing key and gives its id. Tokens that the others have signed are accepted for another `overlap`, but
    /// none longer than it would have been.
    ///
    /// # Errors
    /// The store or the system's randomness fails.
    pub async fn rotate(&self, overlap: Duration) -> Result<Uuid, ServiceError> {
        let _making = self.inner.making.lock().await;
        // Far beyond any date that the store can hold means for ever.
        let until = Timestamp::now().saturating_add(overlap).unwrap_or(Timestamp::MAX);
        self.make("rotate_signing_key", OtherKeys::EndAt(until)).await
    }

    /// The signing keys, oldest first, those that have ended as well.
    ///
    /// # Errors
    /// The store fails.
    pub async fn keys(&self) -> Result<Vec<SigningKey>, ServiceError> {
        Ok(self.inner.directory.signing_keys().await?.0)
    }

    /// A new token for `app`, which has shown its key `app_key`.
    ///
    /// # Errors
    /// The store or the system's randomness fails.
    pub(crate) async fn issue(&self, app: AppId, app_key: &str) -> Result<AccessToken, ServiceError> {
        self.prepare().await?;
        let key = Apps::fingerprint(app_key);
        let lifetime = self.inner.lifetime;
        let claims = Claims::new(app, key, Timestamp::now(), lifetime);
        let ring = self.ring().await?;
        let text = off_thread(move || ring.sign(&claims)).await?;
        Ok(AccessToken { text, lifetime })
    }

    /// The app that a token was issued to.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] whatever is wrong with it; the store fails.
    pub async fn authenticate(&self, token: &str) -> Result<AppId, ServiceError> {
        let claims = self.ring().await?.verified(token.trim(), Timestamp::now())?;
        let app = AppId(claims.sub);
        let standing = self.inner.directory.standing(&app, Some(claims.jti)).await?;
        if Apps::has_key(&standing, &claims.key) && !standing.revoked && !standing.disabled {
            Ok(app)
        } else {
            Err(ServiceError::Unauthenticated)
        }
    }

    /// What makes a token of `app` end now: a token that has ended or was revoked before is no error.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`]: no token of ours; [`ServiceError::ForeignToken`]: another app's; the store fails.
    pub(crate) async fn revocable(&self, app: AppId, token: &str) -> Result<Revocable, ServiceError> {
        let claims = self.ring().await?.signed_by_us(token.trim(), Timestamp::now())?;
        if AppId(claims.sub) != app {
            return Err(ServiceError::ForeignToken);
        }
        Ok(Revocable { token: claims.jti, ends_at: claims.ends()? })
    }

    /// Accepts a token no longer, for good.
    ///
    /// # Errors
    /// The store fails.
    pub(crate) async fn revoke(&self, revocable: Revocable) -> Result<(), ServiceError> {
        let Revocable { token, ends_at } = revocable;
        Ok(self.inner.directory.revoke_token(token, ends_at, Timestamp::now()).await?)
    }

    /// The keys as the directory has them now.
    async fn ring(&self) -> Result<Arc<Ring>, ServiceError> {
        let version = self.inner.directory.version().await?.signing_keys;
        let kept = self.inner.ring.read().clone();
        if let Some(ring) = kept.filter(|ring| ring.version >= version) {
            return Ok(ring);
        }
        let (stored, version) = self.inner.directory.signing_keys().await?;
        let ring = Arc::new(off_thread(move || Ring::read(&stored, version)).await?);
        let mut kept = self.inner.ring.write();
        // Another request may have read a newer one meanwhile.
        if kept.as_ref().is_none_or(|kept| kept.version < ring.version) {
            *kept = Some(Arc::clone(&ring));
        }
        Ok(ring)
    }

    /// Makes and stores a key; nobody who reads the ring waits for it.
    async fn make(&self, action: &'static str, others: OtherKeys) -> Result<Uuid, ServiceError> {
        let Inner { directory, audit, .. } = &*self.inner;
        let made = async {
            let key = off_thread(|| ring::generate(Timestamp::now())).await?;
            match directory.add_signing_key(&key, others).await? {
                Traces::Wiped | Traces::Fading => {}
                Traces::Left => {
                    tracing::warn!(
                        "traces of ended signing keys are left; the store's next change wipes them"
                    );
                }
            }
            Ok(key.id)
        };
        changed(&**audit, LocalChange { action, app: None, operator: None }, made).await
    }
}

/// A token of ours that an app may revoke.
pub(crate) struct Revocable {
    token: Uuid,
    ends_at: Timestamp,
}

/// Runs `work`, which takes long, off the async threads.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| InternalError::TaskDied(error.to_string()))?
}
