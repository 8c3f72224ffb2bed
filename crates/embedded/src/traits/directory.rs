//! Apps, keys and tokens of the data folder.

use std::ops::Bound;

use faceward_core::AppId;
use faceward_index::AppEntry;
use faceward_store::{
    AppRecord, AppSettings, Deletion, Directory, DirectoryVersion, Extent, KeyHash, OtherKeys, Page, Pending,
    SigningKey, Standing, StoreError, Traces, Version,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::database::as_stored;
use crate::embedded::Embedded;
use crate::folder::Folder;

impl Directory for Embedded {
    fn version(&self) -> Pending<'_, DirectoryVersion> {
        Box::pin(async move { self.now(|folder| Ok(folder.members.read().version)) })
    }

    fn create_app<'a>(&'a self, app: &'a AppRecord, key: &'a KeyHash) -> Pending<'a, ()> {
        Box::pin(async move {
            let (app, key) = (app.clone(), *key);
            self.off_thread(move |folder| folder.create_app(app, &key)).await
        })
    }

    fn app<'a>(&'a self, app: &'a AppId) -> Pending<'a, AppRecord> {
        Box::pin(async move { self.now(|folder| Ok(folder.members.read().app(app)?.record.clone())) })
    }

    fn list_apps<'a>(&'a self, page: Page<'a, AppId>) -> Pending<'a, Vec<AppRecord>> {
        Box::pin(async move {
            self.now(|folder| {
                let from = (page.after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
                let members = folder.members.read();
                let apps = members.apps.range::<AppId, _>(from).take(page.limit());
                Ok(apps.map(|(_, entry)| entry.record.clone()).collect())
            })
        })
    }

    fn set_settings<'a>(&'a self, app: &'a AppId, settings: &'a AppSettings) -> Pending<'a, ()> {
        Box::pin(async move {
            let (app, settings) = (*app, settings.clone());
            self.off_thread(move |folder| folder.set_settings(&app, settings)).await
        })
    }

    fn replace_settings<'a>(
        &'a self,
        app: &'a AppId,
        known: &'a AppSettings,
        settings: &'a AppSettings,
    ) -> Pending<'a, bool> {
        Box::pin(async move {
            let (app, known, settings) = (*app, known.clone(), settings.clone());
            self.off_thread(move |folder| folder.replace_settings(&app, &known, settings)).await
        })
    }

    fn rename_app<'a>(&'a self, app: &'a AppId, name: &'a str) -> Pending<'a, ()> {
        Box::pin(async move {
            let (app, name) = (*app, name.to_owned());
            self.off_thread(move |folder| folder.rename_app(&app, name)).await
        })
    }

    fn delete_app<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let app = *app;
            self.off_thread(move |folder| folder.delete_app(&app)).await
        })
    }

    fn replace_keys<'a>(
        &'a self,
        app: &'a AppId,
        key: &'a KeyHash,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            let (app, key) = (*app, *key);
            self.off_thread(move |folder| folder.replace_keys(&app, &key, now, until)).await
        })
    }

    fn end_key<'a>(&'a self, app: &'a AppId, added: Timestamp, now: Timestamp) -> Pending<'a, bool> {
        Box::pin(async move {
            let app = *app;
            self.off_thread(move |folder| folder.end_key(&app, added, now)).await
        })
    }

    fn standing<'a>(&'a self, app: &'a AppId, token: Option<Uuid>) -> Pending<'a, Standing> {
        Box::pin(async move {
            self.now(|folder| {
                let members = folder.members.read();
                let entry = members.apps.get(app);
                let keys = entry.map(|entry| entry.keys.clone()).unwrap_or_default();
                let disabled = entry.is_some_and(|entry| entry.record.settings.disabled);
                let revoked = token.is_some_and(|token| members.revoked.contains_key(&token));
                Ok(Standing { keys, revoked, disabled })
            })
        })
    }

    fn signing_keys(&self) -> Pending<'_, (Vec<SigningKey>, Version)> {
        Box::pin(async move {
            self.off_thread(|folder| {
                // Under its lock no key is added between the two readings.
                let database = folder.database.lock();
                Ok((database.signing_keys()?, folder.members.read().version.signing_keys))
            })
            .await
        })
    }

    fn add_signing_key<'a>(&'a self, key: &'a SigningKey, others: OtherKeys) -> Pending<'a, Traces> {
        Box::pin(async move {
            let key = key.clone();
            self.off_thread(move |folder| folder.add_signing_key(&key, others)).await
        })
    }

    fn revoke_token(&self, token: Uuid, expires_at: Timestamp, now: Timestamp) -> Pending<'_, ()> {
        Box::pin(
            async move { self.off_thread(move |folder| folder.revoke_token(token, expires_at, now)).await },
        )
    }
}

/// The changes: on disk first.
impl Folder {
    fn create_app(&self, app: AppRecord, key: &KeyHash) -> Result<(), StoreError> {
        let database = self.database.lock();
        if self.members.read().apps.contains_key(&app.id) {
            return Err(StoreError::AppExists(app.id));
        }
        let app = AppRecord { created_at: as_stored(app.created_at)?, ..app };
        database.create_app(&app, key)?;
        let (id, keys) = (app.id, database.keys(&app.id)?);
        self.index.put_app(id, self.new_tenant());
        let mut members = self.members.write();
        members.apps.insert(id, AppEntry { record: app, keys });
        members.version.apps = members.version.apps.next();
        Ok(())
    }

    fn set_settings(&self, app: &AppId, settings: AppSettings) -> Result<(), StoreError> {
        let database = self.database.lock();
        self.members.read().app(app)?;
        database.set_settings(app, &settings)?;
        self.members.write().change(app)?.record.settings = settings;
        Ok(())
    }

    fn replace_settings(
        &self,
        app: &AppId,
        known: &AppSettings,
        settings: AppSettings,
    ) -> Result<bool, StoreError> {
        let database = self.database.lock();
        if self.members.read().app(app)?.record.settings != *known {
            return Ok(false);
        }
        database.set_settings(app, &settings)?;
        self.members.write().change(app)?.record.settings = settings;
        Ok(true)
    }

    fn rename_app(&self, app: &AppId, name: String) -> Result<(), StoreError> {
        let database = self.database.lock();
        self.members.read().app(app)?;
        database.rename_app(app, &name)?;
        self.members.write().change(app)?.record.name = name;
        Ok(())
    }

    fn delete_app(&self, app: &AppId) -> Result<Deletion, StoreError> {
        let database = self.database.lock();
        self.members.read().app(app)?;
        let rows = database.delete(app, &Extent::App)?;
        let mut members = self.members.write();
        members.apps.remove(app);
        members.version.apps = members.version.apps.next();
        drop(members);
        self.index.remove_app(app);
        self.templates_changed();
        Ok(rows.deleted(database.wipe()))
    }

    fn replace_keys(
        &self,
        app: &AppId,
        key: &KeyHash,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let database = self.database.lock();
        self.members.read().app(app)?;
        database.replace_keys(app, key, now, until)?;
        let keys = database.keys(app)?;
        self.members.write().change(app)?.keys = keys;
        database.wipe_left();
        Ok(())
    }

    fn end_key(&self, app: &AppId, added: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let database = self.database.lock();
        self.members.read().app(app)?;
        let found = database.end_key(app, added, now)?;
        let keys = database.keys(app)?;
        self.members.write().change(app)?.keys = keys;
        database.wipe_left();
        Ok(found)
    }

    fn add_signing_key(&self, key: &SigningKey, others: OtherKeys) -> Result<Traces, StoreError> {
        let database = self.database.lock();
        if !database.put_signing_key(key, others)? {
            return Ok(Traces::Wiped);
        }
        let mut members = self.members.write();
        members.version.signing_keys = members.version.signing_keys.next();
        drop(members);
        Ok(database.wipe())
    }

    fn revoke_token(&self, token: Uuid, expires_at: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let database = self.database.lock();
        database.revoke_token(token, expires_at, now)?;
        let mut members = self.members.write();
        members.revoked.retain(|_, end| *end >= now);
        members.revoked.insert(token, expires_at);
        members.version.revocations = members.version.revocations.next();
        drop(members);
        database.wipe_left();
        Ok(())
    }
}
