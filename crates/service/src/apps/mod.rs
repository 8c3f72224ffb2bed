//! Apps: tenants with keys. Creating, authenticating, rotating, listing, deleting.
//!
//! Every change is in the audit log. The directory is asked at every call: a key that was rotated or retired counts as soon
//! as the directory knows of it.

mod change;
mod key;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use faceward_core::AppId;
use faceward_store::{
    AppRecord, AppSettings, AuditSink, DeletionRecord, Directory, Extent, KeyHash, Page, Standing, StoredKey,
    Stores, Version,
};
use jiff::Timestamp;
use parking_lot::RwLock;
use subtle::{Choice, ConstantTimeEq};
use uuid::Uuid;

use crate::audit::{LocalChange, changed, deleted};
use crate::erased::erased;
#[cfg(doc)]
use crate::error::InternalError;
use crate::error::ServiceError;

pub use change::{AppChange, DemandsChange};
pub use key::{AppKey, InvalidKey};

/// How long a change of settings rests after another one came first.
const AFTER_ANOTHER: Duration = Duration::from_millis(20);

/// The apps of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Apps {
    directory: Arc<dyn Directory>,
    audit: Arc<dyn AuditSink>,
    /// The origins of all apps, as of a version of the directory.
    origins: Arc<RwLock<Option<Origins>>>,
}

/// Origins, and the version that they are of.
type Origins = (Version, Arc<HashSet<String>>);

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
    /// The apps in `stores`.
    #[must_use]
    pub fn new(stores: &Stores) -> Self {
        let (directory, audit) = (Arc::clone(&stores.directory), Arc::clone(&stores.audit));
        Self { directory, audit, origins: Arc::default() }
    }

    /// Creates an app with its key.
    ///
    /// # Errors
    /// [`ServiceError::AppExists`]; the store or the system's randomness fails.
    pub async fn create(&self, new: NewApp) -> Result<Credentials, ServiceError> {
        let NewApp { name, id, key } = new;
        let id = id.unwrap_or_else(|| AppId(Uuid::new_v4()));
        let key = key.map_or_else(AppKey::random, Ok)?;
        let app = AppRecord { id, name, settings: AppSettings::default(), created_at: Timestamp::now() };
        self.changed("create_app", &id, async { Ok(self.directory.create_app(&app, &key.hash()).await?) })
            .await?;
        Ok(Credentials { id, key })
    }

    /// All apps, oldest first.
    ///
    /// # Errors
    /// The store fails.
    pub async fn list(&self) -> Result<Vec<AppRecord>, ServiceError> {
        let mut apps: Vec<AppRecord> = Vec::new();
        loop {
            let after = apps.last().map(|app| app.id);
            let page = self.directory.list_apps(Page::largest(after.as_ref())).await?;
            if page.is_empty() {
                break;
            }
            apps.extend(page);
        }
        apps.sort_by_key(|app| (app.created_at, app.id));
        Ok(apps)
    }

    /// A page of the apps, by id.
    ///
    /// # Errors
    /// The store fails.
    pub async fn page(&self, page: Page<'_, AppId>) -> Result<Vec<AppRecord>, ServiceError> {
        Ok(self.directory.list_apps(page).await?)
    }

    /// The app's keys, oldest first, those that have ended as well.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn keys(&self, app: &AppId) -> Result<Vec<StoredKey>, ServiceError> {
        self.get(app).await?;
        Ok(self.directory.standing(app, None).await?.keys)
    }

    /// Gives the app a new key. Its other keys work on for `overlap`, but none longer than it would have.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store or the system's randomness fails.
    pub async fn rotate_key(&self, app: &AppId, overlap: Duration) -> Result<AppKey, ServiceError> {
        let key = AppKey::random()?;
        self.replace_keys(app, &key, overlap).await?;
        Ok(key)
    }

    /// Gives the app a key that clients already have, otherwise as [`Apps::rotate_key`].
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn replace_keys(
        &self,
        app: &AppId,
        key: &AppKey,
        overlap: Duration,
    ) -> Result<(), ServiceError> {
        let now = Timestamp::now();
        // Far beyond any date that the store can hold means for ever.
        let until = now.saturating_add(overlap).unwrap_or(Timestamp::MAX);
        let replaced = async { Ok(self.directory.replace_keys(app, &key.hash(), now, until).await?) };
        self.changed("rotate_key", app, replaced).await
    }

    /// Ends the key that was added at `added`, as [`Apps::keys`] tells it, now; false if the app has none such. Ending the only
    /// one shuts the app's clients out until it gets another.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn end_key(&self, app: &AppId, added: Timestamp) -> Result<bool, ServiceError> {
        if !self.keys(app).await?.iter().any(|key| key.created_at == added) {
            return Ok(false);
        }
        let ended = async { Ok(self.directory.end_key(app, added, Timestamp::now()).await?) };
        self.changed("end_key", app, ended).await
    }

    /// Deletes the app, its keys, galleries and templates, and gives what an auditor is told of these.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; [`InternalError::TracesLeft`] if it is deleted and its traces are still on disk; the
    /// store fails.
    pub async fn delete(&self, app: &AppId) -> Result<DeletionRecord, ServiceError> {
        let make = async { erased(*app, Extent::App, self.directory.delete_app(app).await?) };
        let change = LocalChange { action: "delete_app", app: Some(*app), operator: None };
        deleted(&*self.audit, change, make).await
    }

    /// Gives the app another name, for people.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the name is none; the store fails.
    pub async fn rename(&self, app: &AppId, name: &str) -> Result<(), ServiceError> {
        let name = settings::checked_name(name)?;
        let renamed = async { Ok(self.directory.rename_app(app, name).await?) };
        self.changed("rename_app", app, renamed).await
    }

    /// Makes a change, of which the name comes last: where anything of it cannot be, nothing is changed.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; something cannot be a setting or a name; the store fails.
    pub async fn change(&self, app: &AppId, change: AppChange) -> Result<(), ServiceError> {
        let name = change.name.as_deref().map(settings::checked_name).transpose()?.map(str::to_owned);
        let known = self.get(app).await?.settings;
        if change.clone().applied(&known) != known {
            self.replaced("set_app_settings", app, |known| change.clone().applied(known)).await?;
        }
        match name {
            Some(name) => self.rename(app, &name).await,
            None => Ok(()),
        }
    }

    /// Gives the app other settings.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; something cannot be a setting; the store fails.
    pub async fn set_settings(&self, app: &AppId, settings: &AppSettings) -> Result<(), ServiceError> {
        settings::check(settings)?;
        let set = async { Ok(self.directory.set_settings(app, settings).await?) };
        self.changed("set_app_settings", app, set).await
    }

    /// Gives the app what `make` makes of its settings, whoever else changes them meanwhile.
    async fn replaced(
        &self,
        action: &'static str,
        app: &AppId,
        make: impl Fn(&AppSettings) -> AppSettings,
    ) -> Result<(), ServiceError> {
        let replace = async {
            loop {
                let known = self.get(app).await?.settings;
                let settings = make(&known);
                settings::check(&settings)?;
                if self.directory.replace_settings(app, &known, &settings).await? {
                    return Ok(());
                }
                // Somebody else was first. What they have done is known here in a moment.
                tokio::time::sleep(AFTER_ANOTHER).await;
            }
        };
        self.changed(action, app, replace).await
    }

    /// The record of the app.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`].
    pub async fn get(&self, app: &AppId) -> Result<AppRecord, ServiceError> {
        Ok(self.directory.app(app).await?)
    }

    /// Sets whether the app's clients send mirror images, as some front cameras make them.
    ///
    /// # Errors
    /// [`ServiceError::AppNotFound`]; the store fails.
    pub async fn set_mirrored(&self, app: &AppId, mirrored: bool) -> Result<(), ServiceError> {
        self.replaced("set_mirrored", app, |known| AppSettings { mirrored, ..known.clone() }).await
    }

    /// Whether any app lets pages of `origin` call.
    ///
    /// # Errors
    /// The store fails.
    pub async fn any_allows(&self, origin: &str) -> Result<bool, ServiceError> {
        let version = self.directory.version().await?.apps;
        let kept = self.origins.read().clone();
        if let Some((_, origins)) = kept.filter(|(of, _)| *of >= version) {
            return Ok(origins.contains(origin));
        }
        let apps = self.list().await?;
        let origins: HashSet<String> = apps.into_iter().flat_map(|app| app.settings.origins).collect();
        let allows = origins.contains(origin);
        *self.origins.write() = Some((version, Arc::new(origins)));
        Ok(allows)
    }

    /// What a token says about the key `app_key`: enough to find it among an app's keys, and nothing to learn it by.
    pub(crate) fn fingerprint(app_key: &str) -> String {
        key::fingerprint(&key::hash(app_key.trim()))
    }

    /// Whether an unexpired key in `standing` has the fingerprint `fingerprint`.
    pub(crate) fn has_key(standing: &Standing, fingerprint: &str) -> bool {
        let now = Timestamp::now();
        let in_force = |key: &&StoredKey| key.expires_at.is_none_or(|end| now < end);
        standing.keys.iter().filter(in_force).any(|key| key::fingerprint(&key.hash) == fingerprint)
    }

    /// The app `app_id`, if `app_key` is one of its unexpired keys. White space around either is no part of it.
    ///
    /// # Errors
    /// [`ServiceError::Unauthenticated`] whatever is wrong with them, after the same work; the store fails.
    pub async fn authenticate(&self, app_id: &str, app_key: &str) -> Result<AppId, ServiceError> {
        let presented = key::hash(app_key.trim());
        let app = Uuid::try_parse(app_id.trim()).ok().map(AppId);
        // An id that is none is looked up as one that nobody has.
        let standing = self.directory.standing(&app.unwrap_or(AppId(Uuid::nil())), None).await?;
        let matches = is_among(&presented, &standing.keys, Timestamp::now()) && !standing.disabled;
        app.filter(|_| matches).ok_or(ServiceError::Unauthenticated)
    }

    async fn changed<T>(
        &self,
        action: &'static str,
        app: &AppId,
        make: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError> {
        changed(&*self.audit, LocalChange { action, app: Some(*app), operator: None }, make).await
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
