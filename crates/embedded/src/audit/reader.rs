//! Reading the log, also while a server writes it.

use std::path::Path;

use faceward_core::{GalleryId, OperatorName, SubjectId, TemplateId};
use faceward_store::{AuditFilter, AuditRecord};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};
use uuid::Uuid;

use super::row::{COLUMNS, read};
use super::schema::SCHEMA;
use super::{PATIENCE, path_in};
use crate::EmbeddedError;

/// The reading end of an audit log. Takes no lock on the folder: any number may read while one process writes.
pub struct AuditReader {
    connection: Connection,
    /// The column with what was deleted, which a log has since the version [`DELETIONS_SINCE`].
    deletion: &'static str,
}

const DELETIONS_SINCE: u32 = 3;

/// What holds for a record that passes, with the parameters of [`AuditReader::page`].
const CONDITIONS: &str =
    "(?1 IS NULL OR app = ?1) AND (?2 IS NULL OR gallery = ?2) AND (?3 IS NULL OR subject = ?3)
    AND (?4 IS NULL OR template = ?4) AND (?5 IS NULL OR action = ?5) AND (?6 IS NULL OR tx = ?6)
    AND (?7 IS NULL OR at >= ?7) AND (?8 IS NULL OR at < ?8) AND (?9 IS NULL OR operator = ?9)";

impl AuditReader {
    /// Opens the log in the data folder `dir` for reading; `None` if there is none.
    ///
    /// # Errors
    /// A newer version has written it; the file cannot be read.
    pub fn open(dir: &Path) -> Result<Option<Self>, EmbeddedError> {
        let path = path_in(dir);
        if !path.try_exists()? {
            return Ok(None);
        }
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(PATIENCE)?;
        let found = SCHEMA.check(&connection)?;
        let deletion = if found < DELETIONS_SINCE { "NULL AS deletion" } else { "deletion" };
        Ok(Some(Self { connection, deletion }))
    }

    /// Up to `limit` records after the number `after`, oldest first. A page is one short transaction, so that a long
    /// export keeps no purge from wiping.
    ///
    /// # Errors
    /// The database fails, or holds what this program never writes.
    pub fn page(
        &self,
        filter: &AuditFilter,
        after: i64,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, EmbeddedError> {
        let order = "sequence > ?10 ORDER BY sequence LIMIT ?11";
        self.select(order, filter, after, limit)
    }

    /// Up to `limit` records before the number `before`, newest first; `None`: the newest of all.
    ///
    /// # Errors
    /// As [`AuditReader::page`].
    pub fn newest(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, EmbeddedError> {
        let order = "sequence < ?10 ORDER BY sequence DESC LIMIT ?11";
        self.select(order, filter, before.unwrap_or(i64::MAX), limit)
    }

    fn select(
        &self,
        order: &str,
        filter: &AuditFilter,
        edge: i64,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, EmbeddedError> {
        let AuditFilter { app, operator, gallery, subject, template, action, transaction, since, until } =
            filter;
        let deletion = self.deletion;
        let sql = format!("SELECT {COLUMNS}, {deletion} FROM records WHERE {CONDITIONS} AND {order}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            app.as_ref().map(|app| app.0.as_bytes()),
            gallery.as_ref().map(GalleryId::as_str),
            subject.as_ref().map(SubjectId::as_str),
            template.as_ref().map(TemplateId::as_str),
            action,
            transaction.as_ref().map(Uuid::as_bytes),
            since.map(Timestamp::as_microsecond),
            until.map(Timestamp::as_microsecond),
            operator.as_ref().map(OperatorName::as_str),
            edge,
            i64::try_from(limit).unwrap_or(i64::MAX),
        ])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(read(row)?);
        }
        Ok(records)
    }
}
