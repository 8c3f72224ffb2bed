//! Apps, keys and tokens: changed in the database, answered from memory.

use std::ops::Bound;

use faceward_core::AppId;
use faceward_store::{
    AppRecord, AppSettings, Deletion, Directory, DirectoryVersion, KeyHash, OtherKeys, Page, Pending,
    SigningKey, Standing, Traces, Version,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Postgres;
use crate::sql::{apps, tokens};

impl Directory for Postgres {
    fn version(&self) -> Pending<'_, DirectoryVersion> {
        Box::pin(async move { Ok(self.fresh().await?.members.read().version) })
    }

    fn create_app<'a>(&'a self, app: &'a AppRecord, key: &'a KeyHash) -> Pending<'a, ()> {
        let (app, key) = (app.clone(), *key);
        self.ask(move |asked| async move {
            asked.seen(apps::create(&mut asked.client().await?, &asked.sealer, &app, &key).await?).await;
            Ok(())
        })
    }

    fn app<'a>(&'a self, app: &'a AppId) -> Pending<'a, AppRecord> {
        Box::pin(async move { Ok(self.fresh().await?.members.read().app(app)?.record.clone()) })
    }

    fn list_apps<'a>(&'a self, page: Page<'a, AppId>) -> Pending<'a, Vec<AppRecord>> {
        Box::pin(async move {
            let from = (page.after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
            let members = self.fresh().await?.members.read();
            let apps = members.apps.range::<AppId, _>(from).take(page.limit());
            Ok(apps.map(|(_, entry)| entry.record.clone()).collect())
        })
    }

    fn set_settings<'a>(&'a self, app: &'a AppId, settings: &'a AppSettings) -> Pending<'a, ()> {
        let (app, settings) = (*app, settings.clone());
        self.ask(move |asked| async move {
            asked.seen(apps::set_settings(&mut asked.client().await?, &app, &settings).await?).await;
            Ok(())
        })
    }

    fn replace_settings<'a>(
        &'a self,
        app: &'a AppId,
        known: &'a AppSettings,
        settings: &'a AppSettings,
    ) -> Pending<'a, bool> {
        let (app, known, settings) = (*app, known.clone(), settings.clone());
        self.ask(move |asked| async move {
            let client = &mut asked.client().await?;
            let Some(sequence) = apps::replace_settings(client, &app, &known, &settings).await? else {
                return Ok(false);
            };
            asked.seen(sequence).await;
            Ok(true)
        })
    }

    fn rename_app<'a>(&'a self, app: &'a AppId, name: &'a str) -> Pending<'a, ()> {
        let (app, name) = (*app, name.to_owned());
        self.ask(move |asked| async move {
            asked.seen(apps::rename(&mut asked.client().await?, &app, &name).await?).await;
            Ok(())
        })
    }

    fn delete_app<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        let app = *app;
        self.ask(move |asked| async move {
            asked.may_delete()?;
            let (rows, sequence) = apps::delete(&mut asked.client().await?, &app).await?;
            asked.seen(sequence).await;
            // Its keys are gone even where it had no template.
            Ok(rows.deleted(asked.gone().await))
        })
    }

    fn replace_keys<'a>(
        &'a self,
        app: &'a AppId,
        key: &'a KeyHash,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, ()> {
        let (app, key) = (*app, *key);
        self.ask(move |asked| async move {
            asked.seen(apps::replace_keys(&mut asked.client().await?, &app, &key, now, until).await?).await;
            Ok(())
        })
    }

    fn end_key<'a>(&'a self, app: &'a AppId, added: Timestamp, now: Timestamp) -> Pending<'a, bool> {
        let app = *app;
        self.ask(move |asked| async move {
            let ended = apps::end_key(&mut asked.client().await?, &app, added, now).await?;
            let Some(sequence) = ended else { return Ok(false) };
            asked.seen(sequence).await;
            Ok(true)
        })
    }

    fn standing<'a>(&'a self, app: &'a AppId, token: Option<Uuid>) -> Pending<'a, Standing> {
        Box::pin(async move {
            let members = self.fresh().await?.members.read();
            let entry = members.apps.get(app);
            let keys = entry.map(|entry| entry.keys.clone()).unwrap_or_default();
            let disabled = entry.is_some_and(|entry| entry.record.settings.disabled);
            let revoked = token.is_some_and(|token| members.revoked.contains_key(&token));
            Ok(Standing { keys, revoked, disabled })
        })
    }

    fn signing_keys(&self) -> Pending<'_, (Vec<SigningKey>, Version)> {
        self.ask(|asked| async move {
            // Before the keys are read: at worst they are newer than their version, and are read once more.
            let version = asked.memory.members.read().version.signing_keys;
            Ok((tokens::signing_keys(&asked.client().await?, &asked.sealer).await?, version))
        })
    }

    fn add_signing_key<'a>(&'a self, key: &'a SigningKey, others: OtherKeys) -> Pending<'a, Traces> {
        let key = key.clone();
        self.ask(move |asked| async move {
            let added =
                tokens::add_signing_key(&mut asked.client().await?, &asked.sealer, &key, others).await?;
            let Some((sequence, forgot)) = added else { return Ok(Traces::Wiped) };
            asked.seen(sequence).await;
            Ok(if forgot { Traces::Fading } else { Traces::Wiped })
        })
    }

    fn revoke_token(&self, token: Uuid, expires_at: Timestamp, now: Timestamp) -> Pending<'_, ()> {
        self.ask(move |asked| async move {
            asked.seen(tokens::revoke(&mut asked.client().await?, token, expires_at, now).await?).await;
            Ok(())
        })
    }
}
