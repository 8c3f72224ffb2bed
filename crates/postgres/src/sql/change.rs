//! A change: a transaction that writes into the log what it did.
//!
//! Numbers of the log rise in the order in which transactions commit, without gaps. A sequence of the database would not do
//! that: of two transactions, the one with the higher number may commit first, and whoever has read up to it would never
//! see the other. Here the number comes out of the one row of `log_head`, the last thing before the commit: its row lock is
//! held until the transaction is visible to others or gone, and goes back with it. So changes commit one after the other,
//! each for as long as the database takes to sync; what comes before the log runs side by side, but for those of one app,
//! which take the lock of its row first.

use faceward_core::{AppId, GalleryId, SubjectId, TemplateId};
use faceward_store::StoreError;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::PostgresError;
use crate::connect::{Begun, Client, Values};

/// Listens to the bell that [`Change::commit`] rings.
pub(crate) const LISTEN: &str = "LISTEN faceward_log";

/// Entries that are kept at least. Who is further behind reads everything anew.
pub(crate) const KEPT: i64 = 100_000;

/// What an entry of the log says. Where something was put, the reader looks at how it is now; what is gone is told, as
/// something else of the same name may be there again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An app, its settings or keys.
    App(AppId),
    AppGone(AppId),
    Gallery(AppId, GalleryId),
    GalleryGone(AppId, GalleryId),
    AllGalleriesGone(AppId),
    SubjectGone(AppId, GalleryId, SubjectId),
    /// A template, put or gone, with the name of its subject.
    Template(AppId, TemplateId),
    SigningKeys,
    Token(Uuid),
}

/// Words of the column `what`.
pub(crate) mod word {
    pub(crate) const APP: &str = "app";
    pub(crate) const APP_GONE: &str = "app_gone";
    pub(crate) const GALLERY: &str = "gallery";
    pub(crate) const GALLERY_GONE: &str = "gallery_gone";
    pub(crate) const ALL_GALLERIES_GONE: &str = "all_galleries_gone";
    pub(crate) const SUBJECT_GONE: &str = "subject_gone";
    pub(crate) const TEMPLATE: &str = "template";
    pub(crate) const SIGNING_KEYS: &str = "signing_keys";
    pub(crate) const TOKEN: &str = "token";
}

/// A transaction that changes something.
pub(crate) struct Change<'c> {
    transaction: Begun<'c>,
}

impl<'c> Change<'c> {
    pub(crate) async fn begin(client: &'c mut Client) -> Result<Self, PostgresError> {
        Ok(Self { transaction: Begun::on(client).await? })
    }

    /// One inside of an app, which lets no other into that app until it ends.
    pub(crate) async fn of_app(client: &'c mut Client, app: &AppId) -> Result<Self, StoreError> {
        let change = Self::begin(client).await?;
        // Blocks other changes and the deletion of the app, and no foreign key to it.
        let lock = "SELECT FROM faceward.apps WHERE id = $1 FOR NO KEY UPDATE";
        match change.execute(lock, &[&app.0]).await? {
            0 => Err(StoreError::AppUnknown(*app)),
            _there => Ok(change),
        }
    }

    /// How many rows the statement touched.
    pub(crate) async fn execute(&self, sql: &str, values: Values<'_>) -> Result<u64, PostgresError> {
        self.transaction.execute(sql, values).await
    }

    /// The rows that the statement gives.
    pub(crate) async fn query(
        &self,
        sql: &str,
        values: Values<'_>,
    ) -> Result<Vec<tokio_postgres::Row>, PostgresError> {
        self.transaction.query(sql, values).await
    }

    /// Commits without a line in the log: what changed is in nobody's memory.
    pub(crate) async fn commit_unlogged(self) -> Result<(), PostgresError> {
        self.transaction.commit().await
    }

    /// Writes `entries` into the log, rings the bell and commits. Gives the number of the last of them.
    pub(crate) async fn commit(self, entries: &[Entry]) -> Result<i64, PostgresError> {
        let columns = Columns::of(entries);
        let rows = self.query(APPEND, &columns.values()).await?;
        let last: i64 = rows.first().ok_or(PostgresError::Corrupt("the head of the log"))?.try_get("last")?;
        // Rarely, by whoever passes a round number.
        if last / (KEPT / 10) != (last - entries.len() as i64) / (KEPT / 10) {
            self.execute("DELETE FROM faceward.log WHERE sequence <= $1", &[&(last - KEPT)]).await?;
        }
        self.transaction.commit().await?;
        Ok(last)
    }
}

/// Appends the entries in one statement, under the lock of the head, and notifies whoever listens once this commits.
const APPEND: &str = "
WITH head AS (
    UPDATE faceward.log_head SET last = last + cardinality($1::text[]) RETURNING last
), entries AS (
    INSERT INTO faceward.log (sequence, what, app, gallery, subject, template, token)
    SELECT head.last - cardinality($1::text[]) + place, what, app, gallery, subject, template, token
    FROM head, unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[])
        WITH ORDINALITY AS entry (what, app, gallery, subject, template, token, place)
)
SELECT head.last, pg_notify('faceward_log', head.last::text)::text FROM head";

/// The entries, a column a list.
#[derive(Default)]
struct Columns<'e> {
    what: Vec<&'static str>,
    app: Vec<Option<Uuid>>,
    gallery: Vec<Option<&'e str>>,
    subject: Vec<Option<&'e str>>,
    template: Vec<Option<&'e str>>,
    token: Vec<Option<Uuid>>,
}

impl<'e> Columns<'e> {
    fn of(entries: &'e [Entry]) -> Self {
        let mut columns = Self::default();
        for entry in entries {
            columns.push(entry);
        }
        columns
    }

    fn push(&mut self, entry: &'e Entry) {
        let (what, app, gallery, subject, template, token) = match entry {
            Entry::App(app) => (word::APP, Some(app), None, None, None, None),
            Entry::AppGone(app) => (word::APP_GONE, Some(app), None, None, None, None),
            Entry::Gallery(app, gallery) => (word::GALLERY, Some(app), Some(gallery), None, None, None),
            Entry::GalleryGone(app, gallery) => {
                (word::GALLERY_GONE, Some(app), Some(gallery), None, None, None)
            }
            Entry::AllGalleriesGone(app) => (word::ALL_GALLERIES_GONE, Some(app), None, None, None, None),
            Entry::SubjectGone(app, gallery, subject) => {
                (word::SUBJECT_GONE, Some(app), Some(gallery), Some(subject), None, None)
            }
            Entry::Template(app, template) => (word::TEMPLATE, Some(app), None, None, Some(template), None),
            Entry::SigningKeys => (word::SIGNING_KEYS, None, None, None, None, None),
            Entry::Token(token) => (word::TOKEN, None, None, None, None, Some(*token)),
        };
        self.what.push(what);
        self.app.push(app.map(|app| app.0));
        self.gallery.push(gallery.map(GalleryId::as_str));
        self.subject.push(subject.map(SubjectId::as_str));
        self.template.push(template.map(TemplateId::as_str));
        self.token.push(token);
    }

    fn values(&self) -> [&(dyn ToSql + Sync); 6] {
        [&self.what, &self.app, &self.gallery, &self.subject, &self.template, &self.token]
    }
}
