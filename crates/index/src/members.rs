//! Who may ask: apps, their keys, tokens that were revoked.

use std::collections::{BTreeMap, HashMap};

use faceward_core::AppId;
use faceward_store::{AppRecord, DirectoryVersion, Living, StoreError, StoredKey};
use jiff::Timestamp;
use uuid::Uuid;

/// All of it, with its versions.
#[derive(Default)]
pub struct Members {
    /// Apps with their keys.
    pub apps: BTreeMap<AppId, AppEntry>,
    /// Tokens that are no longer accepted, each with its own end.
    pub revoked: HashMap<Uuid, Timestamp>,
    /// Rises as [`faceward_store::Directory::version`] says.
    pub version: DirectoryVersion,
}

/// An app and its keys.
pub struct AppEntry {
    /// The app.
    pub record: AppRecord,
    /// Its keys, oldest first.
    pub keys: Vec<StoredKey>,
}

impl Members {
    /// An app.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    pub fn app(&self, app: &AppId) -> Result<&AppEntry, StoreError> {
        self.apps.get(app).ok_or(StoreError::AppUnknown(*app))
    }

    /// Which templates of an app count now.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    pub fn living(&self, app: &AppId) -> Result<Living, StoreError> {
        Ok(Living::at(Timestamp::now(), &self.app(app)?.record.settings))
    }

    /// An app, about to be changed.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    pub fn change(&mut self, app: &AppId) -> Result<&mut AppEntry, StoreError> {
        self.version.apps = self.version.apps.next();
        self.apps.get_mut(app).ok_or(StoreError::AppUnknown(*app))
    }
}
