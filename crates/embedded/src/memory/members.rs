//! Who may ask: apps, their keys, tokens that were revoked.

use std::collections::{BTreeMap, HashMap};

use faceward_core::AppId;
use faceward_store::{AppRecord, DirectoryVersion, StoreError, StoredKey};
use jiff::Timestamp;
use uuid::Uuid;

/// All of it, with its versions.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) apps: BTreeMap<AppId, AppEntry>,
    /// Tokens that are no longer accepted, each with its own end.
    pub(crate) revoked: HashMap<Uuid, Timestamp>,
    pub(crate) version: DirectoryVersion,
}

/// An app and its keys, oldest first.
pub(crate) struct AppEntry {
    pub(crate) record: AppRecord,
    pub(crate) keys: Vec<StoredKey>,
}

impl Members {
    pub(crate) fn app(&self, app: &AppId) -> Result<&AppEntry, StoreError> {
        self.apps.get(app).ok_or(StoreError::AppUnknown(*app))
    }

    /// The app, about to be changed.
    pub(crate) fn change(&mut self, app: &AppId) -> Result<&mut AppEntry, StoreError> {
        self.version.apps = self.version.apps.next();
        self.apps.get_mut(app).ok_or(StoreError::AppUnknown(*app))
    }
}
