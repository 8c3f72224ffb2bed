//! Passwords: Argon2id with the parameters that OWASP recommends (19 MiB, 2 passes), off the async threads.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::{OnceCell, Semaphore};
use zeroize::Zeroizing;

use crate::error::{InternalError, ServiceError};

/// Shortest and longest password, in characters. Length is what keeps a password from being guessed.
const LENGTHS: std::ops::RangeInclusive<usize> = 12..=256;
/// Hashes that are computed at once. Each takes 19 MiB; further ones wait.
const AT_ONCE: usize = 2;

pub(super) struct Passwords {
    slots: Semaphore,
    /// The hash of a password that nobody knows: what is compared for a name that nobody has.
    decoy: OnceCell<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { slots: Semaphore::new(AT_ONCE), decoy: OnceCell::new() }
    }
}

impl Passwords {
    /// Hash of a password, in the PHC string format.
    ///
    /// # Errors
    /// It is too short or too long; the system's randomness fails.
    pub(super) async fn hash(&self, password: Zeroizing<String>) -> Result<String, ServiceError> {
        if !LENGTHS.contains(&password.chars().count()) {
            let expected = "a password of 12 to 256 characters";
            return Err(ServiceError::InvalidParameter { name: "password", expected });
        }
        self.off_thread(move || {
            Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
        })
        .await
    }

    /// Whether `password` is the one of `hash`; without one, no, after the same work.
    ///
    /// # Errors
    /// The stored hash is none.
    pub(super) async fn fits(
        &self,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<bool, ServiceError> {
        let is_real = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.decoy().await?.clone(),
        };
        // Longer ones are nobody's; they are cut so that they cost no more.
        let password = Zeroizing::new(password.chars().take(LENGTHS.end() + 1).collect::<String>());
        let fits = self.off_thread(move || {
            let hash = PasswordHash::new(&hash)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(fits.await? && is_real)
    }

    async fn decoy(&self) -> Result<&String, ServiceError> {
        let make = async || {
            let secret = crate::secret::Secret::random()?;
            self.hash(Zeroizing::new(secret.reveal().to_owned())).await
        };
        self.decoy.get_or_try_init(make).await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _slot = self.slots.acquire().await.map_err(|_| ServiceError::ShuttingDown)?;
        let done = tokio::task::spawn_blocking(work).await;
        let done = done.map_err(|error| InternalError::TaskDied(error.to_string()))?;
        done.map_err(|error| InternalError::Password(error.to_string()).into())
    }
}
