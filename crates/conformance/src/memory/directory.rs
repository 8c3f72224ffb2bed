//! Apps, keys and tokens.

use std::collections::BTreeMap;

use faceward_core::AppId;
use faceward_store::{
    AppRecord, AppSettings, Deletion, Directory, DirectoryVersion, KeyHash, OtherKeys, Page, Pending,
    SigningKey, Standing, StoreError, StoredKey, Traces, Version,
};
use jiff::Timestamp;
use uuid::Uuid;

use super::{App, Memory};

impl Directory for Memory {
    fn version(&self) -> Pending<'_, DirectoryVersion> {
        Box::pin(async move { Ok(self.state()?.directory) })
    }

    fn create_app<'a>(&'a self, app: &'a AppRecord, key: &'a KeyHash) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            if state.apps.contains_key(&app.id) {
                return Err(StoreError::AppExists(app.id));
            }
            let keys = vec![StoredKey { hash: *key, created_at: app.created_at, expires_at: None }];
            let (galleries, templates, names) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
            let data_key = state.new_data_key(app.created_at, 0);
            state.apps.insert(
                app.id,
                App {
                    record: app.clone(),
                    keys,
                    galleries,
                    templates,
                    names,
                    webhook: None,
                    data_key,
                    n_left: 0,
                },
            );
            state.directory.apps = state.directory.apps.next();
            Ok(())
        })
    }

    fn app<'a>(&'a self, app: &'a AppId) -> Pending<'a, AppRecord> {
        Box::pin(async move { Ok(self.state()?.app(app)?.record.clone()) })
    }

    fn list_apps<'a>(&'a self, page: Page<'a, AppId>) -> Pending<'a, Vec<AppRecord>> {
        Box::pin(async move {
            let state = self.state()?;
            let later =
                state.apps.values().filter(|app| page.after.is_none_or(|after| app.record.id > *after));
            Ok(later.take(page.limit()).map(|app| app.record.clone()).collect())
        })
    }

    fn set_settings<'a>(&'a self, app: &'a AppId, settings: &'a AppSettings) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            state.app(app)?.record.settings = settings.clone();
            state.directory.apps = state.directory.apps.next();
            Ok(())
        })
    }

    fn replace_settings<'a>(
        &'a self,
        app: &'a AppId,
        known: &'a AppSettings,
        settings: &'a AppSettings,
    ) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut state = self.state()?;
            let held = &mut state.app(app)?.record.settings;
            if held != known {
                return Ok(false);
            }
            *held = settings.clone();
            state.directory.apps = state.directory.apps.next();
            Ok(true)
        })
    }

    fn rename_app<'a>(&'a self, app: &'a AppId, name: &'a str) -> Pending<'a, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            name.clone_into(&mut state.app(app)?.record.name);
            state.directory.apps = state.directory.apps.next();
            Ok(())
        })
    }

    fn delete_app<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        Box::pin(async move {
            let mut state = self.state()?;
            let rows = state.delete(app, |_| true)?;
            state.apps.remove(app);
            state.sessions.retain(|_, (session, _)| session.app != *app);
            state.directory.apps = state.directory.apps.next();
            Ok(rows.deleted(state.traces()))
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
            let mut state = self.state()?;
            let keys = &mut state.app(app)?.keys;
            for other in keys.iter_mut() {
                let end = other.expires_at.map_or(until, |end| end.min(until));
                other.expires_at = (other.hash != *key).then_some(end);
            }
            if !keys.iter().any(|other| other.hash == *key) {
                keys.push(StoredKey { hash: *key, created_at: now, expires_at: None });
            }
            state.directory.apps = state.directory.apps.next();
            Ok(())
        })
    }

    fn end_key<'a>(&'a self, app: &'a AppId, added: Timestamp, now: Timestamp) -> Pending<'a, bool> {
        Box::pin(async move {
            let mut state = self.state()?;
            let mut found = false;
            for key in state.app(app)?.keys.iter_mut().filter(|key| key.created_at == added) {
                key.expires_at = Some(key.expires_at.map_or(now, |end| end.min(now)));
                found = true;
            }
            state.directory.apps = state.directory.apps.next();
            Ok(found)
        })
    }

    fn standing<'a>(&'a self, app: &'a AppId, token: Option<Uuid>) -> Pending<'a, Standing> {
        Box::pin(async move {
            let state = self.state()?;
            let entry = state.apps.get(app);
            let keys = entry.map(|app| app.keys.clone()).unwrap_or_default();
            let disabled = entry.is_some_and(|app| app.record.settings.disabled);
            let revoked = token.is_some_and(|token| state.revoked.contains(&token));
            Ok(Standing { keys, revoked, disabled })
        })
    }

    fn signing_keys(&self) -> Pending<'_, (Vec<SigningKey>, Version)> {
        Box::pin(async move {
            let state = self.state()?;
            Ok((state.signing_keys.clone(), state.directory.signing_keys))
        })
    }

    fn add_signing_key<'a>(&'a self, key: &'a SigningKey, others: OtherKeys) -> Pending<'a, Traces> {
        Box::pin(async move {
            let mut state = self.state()?;
            let signs = state.signing_keys.iter().any(|other| other.expires_at.is_none());
            match others {
                OtherKeys::Win if signs => return Ok(Traces::Wiped),
                OtherKeys::Win => {}
                OtherKeys::EndAt(until) => {
                    for other in &mut state.signing_keys {
                        other.expires_at = Some(other.expires_at.map_or(until, |end| end.min(until)));
                    }
                }
            }
            state.signing_keys.retain(|other| other.expires_at.is_none_or(|end| end > key.created_at));
            state.signing_keys.push(key.clone());
            state.directory.signing_keys = state.directory.signing_keys.next();
            Ok(Traces::Wiped)
        })
    }

    fn revoke_token(&self, token: Uuid, _expires_at: Timestamp, _now: Timestamp) -> Pending<'_, ()> {
        Box::pin(async move {
            let mut state = self.state()?;
            state.revoked.insert(token);
            state.directory.revocations = state.directory.revocations.next();
            Ok(())
        })
    }
}
