//! Who may ask: apps with their keys and settings, the keys that sign access tokens, tokens that are no longer accepted.

use faceward_core::AppId;
use jiff::Timestamp;
use uuid::Uuid;

#[cfg(doc)]
use crate::StoreError;
use crate::{
    AppRecord, AppSettings, Deletion, KeyHash, Page, Pending, Reachable, SigningKey, StoredKey, Traces,
    Version,
};

/// Apps, keys, signing keys, revocations and settings.
///
/// [`Directory::standing`], [`Directory::app`] and [`Directory::version`] are asked for each request: implementations answer
/// them from memory.
pub trait Directory: Reachable {
    /// Where the directory stands, as far as this process knows.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn version(&self) -> Pending<'_, DirectoryVersion>;

    /// Creates an app together with its first key, which has no end.
    ///
    /// # Errors
    /// [`StoreError::AppExists`].
    fn create_app<'a>(&'a self, app: &'a AppRecord, key: &'a KeyHash) -> Pending<'a, ()>;

    /// The record of an app.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn app<'a>(&'a self, app: &'a AppId) -> Pending<'a, AppRecord>;

    /// A page of all apps.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn list_apps<'a>(&'a self, page: Page<'a, AppId>) -> Pending<'a, Vec<AppRecord>>;

    /// Gives an app other settings.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn set_settings<'a>(&'a self, app: &'a AppId, settings: &'a AppSettings) -> Pending<'a, ()>;

    /// Gives an app other settings, if it still has those that were known; false if somebody else has changed them.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn replace_settings<'a>(
        &'a self,
        app: &'a AppId,
        known: &'a AppSettings,
        settings: &'a AppSettings,
    ) -> Pending<'a, bool>;

    /// Gives an app another name.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn rename_app<'a>(&'a self, app: &'a AppId, name: &'a str) -> Pending<'a, ()>;

    /// Deletes an app with its keys, its galleries and all that is in them.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn delete_app<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion>;

    /// Adds a key without an end, made at `now`, and lets every other key of the app end at `until` if it does not end
    /// earlier. A key that the app has already loses its end.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn replace_keys<'a>(
        &'a self,
        app: &'a AppId,
        key: &'a KeyHash,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, ()>;

    /// Lets the key of the app that was added at `added` end at `now`, if it does not end earlier; false if there is none.
    ///
    /// # Errors
    /// [`StoreError::AppUnknown`].
    fn end_key<'a>(&'a self, app: &'a AppId, added: Timestamp, now: Timestamp) -> Pending<'a, bool>;

    /// Everything that decides whether a request of `app` is let in; `token` is the access token that it shows, if it shows
    /// one. An app that does not exist has no keys.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn standing<'a>(&'a self, app: &'a AppId, token: Option<Uuid>) -> Pending<'a, Standing>;

    /// Every signing key, oldest first, those that have ended as well, and the version that they are of.
    ///
    /// # Errors
    /// The store fails; a key was altered.
    fn signing_keys(&self) -> Pending<'_, (Vec<SigningKey>, Version)>;

    /// Adds a key that signs from now on, and forgets those that had ended when it was made.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn add_signing_key<'a>(&'a self, key: &'a SigningKey, others: OtherKeys) -> Pending<'a, Traces>;

    /// Accepts the token `token`, which ends by itself at `expires_at`, no longer. Twice is no error. Tokens that have ended
    /// before `now` by themselves may be forgotten.
    ///
    /// # Errors
    /// The store fails or cannot be reached.
    fn revoke_token(&self, token: Uuid, expires_at: Timestamp, now: Timestamp) -> Pending<'_, ()>;
}

/// Where a directory stands. Each number rises with every change of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectoryVersion {
    /// Apps, their settings and their keys.
    pub apps: Version,
    /// Keys that sign tokens.
    pub signing_keys: Version,
    /// Tokens that were revoked.
    pub revocations: Version,
}

/// What is known of who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The app's keys, oldest first, those that have ended as well.
    pub keys: Vec<StoredKey>,
    /// Whether the token was revoked.
    pub revoked: bool,
    /// Whether the app is switched off: nobody is let in.
    pub disabled: bool,
}

/// What becomes of the other signing keys when one is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherKeys {
    /// Where one of them signs, the new one is not needed and not added: of two who find none, the first wins.
    Win,
    /// Each ends then, if it does not end earlier.
    EndAt(Timestamp),
}
