//! Apps: tenants with keys. Creating, authenticating, rotating, listing, deleting.
//!
//! Every change is in the audit log. Blocking, but for authentication, which reads memory. The gallery is asked at every call: a key that
//! was rotated or retired counts at once.

mod key;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use faceward_core::AppId;
use faceward_gallery::{AppRecord, Gallery, GalleryError, KeyHash, StoredKey};
use jiff::Timestamp;
use subtle::{Choice, ConstantTimeEq};
use uuid::Uuid;

use crate::audit::{Change, changed};
use crate::error::ServiceError;

pub use key::{AppKey, InvalidKey};

/// The apps of a gallery. Cheap to clone.
#[derive(Clone)]
pub struct Apps {
    gallery: Arc<Gallery>,
}

/// What a new app is to be.
#[derive(Debug, Default)]
pub struct NewApp {
    /// Its name, for people.
    pub name: String,
    /// An id that clients already have; `None`: a random one.
    pub id: Option<AppId>,
    /// A key that clients already have; `None`: a random one.
    pub key: Option<AppKey>,
}

/// An app's id and key, to be shown once.
#[derive(Debug)]
pub struct Credentials {
    /// The id.
    pub id: AppId,
    /// The key.
    pub key: AppKey,
}

impl Apps {
    /// The apps of `gallery`.
    #[must_use]
    pub fn new(gallery: impl Into<Arc<Gallery>>) -> Self {
        Self { gallery: gallery.into() }
    }

    /// Creates an app.
    ///
    /// # Errors
    /// [`ServiceError::AppExists`]; the store or the system's randomness fails.
    pub fn create(&self, new: NewApp) -> Result<Credentials, ServiceError> {
        let NewApp { name, id, key } = new;
        let id = id.unwrap_or_else(|| AppId(Uuid::new_v4()));
        let key = key.map_or_else(AppKey::random, Ok)?;
        let now = Timestamp::now();
        changed(&self.gallery, Change { action: "create_app", app: id }, || {
            self.gallery.create_app(&AppRecord { id, name, mirrored: false, created_at: now })?;
            self.gallery.add_key(&id, &key.hash(), now)?;
            Ok(())
        })?;
        Ok(Credentials { id, key })
    }

    /// All apps.
    #[must_use]
    pub fn list(&self) -> Vec<AppRecord> {
        self.gallery.list_apps()
    }

    /// Gives the app a new key. Its other keys work on for `overlap`, but none longer than it would have.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store or the system's randomness fails.
    pub fn rotate_key(&self, app: &AppId, overlap: Duration) -> Result<AppKey, ServiceError> {
        let key = AppKey::random()?;
        self.replace_keys(app, &key, overlap)?;
        Ok(key)
    }

    /// Gives the app a key that clients already have, otherwise as [`Apps::rotate_key`].
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub fn replace_keys(&self, app: &AppId, key: &AppKey, overlap: Duration) -> Result<(), ServiceError> {
        let now = Timestamp::now();
        // Far beyond any date that the store can hold means for ever; the new key is in force before the old ones end.
        let until = now.saturating_add(overlap).unwrap_or(Timestamp::MAX);
        changed(&self.gallery, Change { action: "rotate_key", app: *app }, || {
            self.gallery.add_key(app, &key.hash(), now)?;
            self.gallery.retire_keys(app, &key.hash(), until)?;
            Ok(())
        })
    }

    /// Deletes the app, its keys, galleries and templates.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub fn delete(&self, app: &AppId) -> Result<(), ServiceError> {
        changed(&self.gallery, Change { action: "delete_app", app: *app }, || {
            if self.gallery.delete_app(app)? { Ok(()) } else { Err(ServiceError::AppNotFound(*app)) }
        })
    }

    /// The record of the app.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`].
    pub fn get(&self, app: &AppId) -> Result<AppRecord, ServiceError> {
        Ok(self.gallery.app(app)?)
    }

    /// Sets whether the app's clients send mirror images, as some front cameras make them.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub fn set_mirrored(&self, app: &AppId, mirrored: bool) -> Result<(), ServiceError> {
        changed(&self.gallery, Change { action: "set_mirrored", app: *app }, || {
            Ok(self.gallery.set_mirrored(app, mirrored)?)
        })
    }

    /// What a token says about the key `app_key`: enough to find it among an app's keys, and nothing to learn it by.
    pub(crate) fn fingerprint(app_key: &str) -> String {
        key::fingerprint(&key::hash(app_key.trim()))
    }

    /// Whether an unexpired key of `app` has the fingerprint `fingerprint`.
    pub(crate) fn has_key(&self, app: &AppId, fingerprint: &str) -> Result<bool, ServiceError> {
        let now = Timestamp::now();
        let in_force = |key: &StoredKey| key.expires_at.is_none_or(|end| now < end);
        match self.gallery.keys(app) {
            Ok(keys) => Ok(keys.iter().any(|k| in_force(k) && key::fingerprint(&k.hash) == fingerprint)),
            Err(GalleryError::AppUnknown(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The app `app_id`, if `app_key` is one of its unexpired keys. White space around either is no part of it.
    /// Reads memory only: never waits for the disk.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] whatever is wrong with them, after the same work.
    pub fn authenticate(&self, app_id: &str, app_key: &str) -> Result<AppId, ServiceError> {
        let presented = key::hash(app_key.trim());
        let app = Uuid::try_parse(app_id.trim()).ok().map(AppId);
        // An id that is none is looked up as one that nobody has.
        let keys = match self.gallery.keys(&app.unwrap_or(AppId(Uuid::nil()))) {
            Err(GalleryError::AppUnknown(_)) => Vec::new(),
            found => found?,
        };
        let matches = is_among(&presented, &keys, Timestamp::now());
        app.filter(|_| matches).ok_or(ServiceError::Unauthenticated)
    }
}

/// Compares with every key, expired or not, and at least with one, in constant time each.
fn is_among(presented: &KeyHash, keys: &[StoredKey], now: Timestamp) -> bool {
    const NOBODYS: [u8; 32] = [0; 32];
    let mut found = Choice::from(0);
    for key in keys {
        let in_force = key.expires_at.is_none_or(|end| now < end);
        found |= presented.sha256.ct_eq(&key.hash.sha256) & Choice::from(u8::from(in_force));
    }
    let nobody = presented.sha256.ct_eq(&NOBODYS) & Choice::from(0);
    (found | nobody).into()
}
