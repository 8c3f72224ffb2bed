//! What people call subjects. Sealed: a name says more about a person than an id does.

use faceward_core::{AppId, GalleryId, SubjectId, SubjectName};
use faceward_sealing::{Sealer, SubjectContext};
use rusqlite::{Transaction, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, gallery_id, subject_id};

impl Database {
    /// Calls `visit` with the name of every subject that has one.
    pub(crate) fn for_each_subject_name(
        &self,
        mut visit: impl FnMut(AppId, GalleryId, SubjectId, SubjectName) -> Result<(), EmbeddedError>,
    ) -> Result<(), EmbeddedError> {
        let mut statement =
            self.connection.prepare("SELECT app, gallery, subject, sealed FROM subject_names")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (app, gallery, subject) =
                (app_id(row, "app")?, gallery_id(row, "gallery")?, subject_id(row, "subject")?);
            let sealed =
                row.get_ref("sealed")?.as_blob().map_err(|_| EmbeddedError::Corrupt("a sealed name"))?;
            let context = SubjectContext { app: &app, gallery: &gallery, subject: &subject };
            let name =
                self.sealer.open_name(sealed, context).ok_or(EmbeddedError::Corrupt("a sealed name"))?;
            visit(app, gallery, subject, name)?;
        }
        Ok(())
    }
}

/// Writes the name of a subject in place of the one that it has.
pub(super) fn put_name(
    transaction: &Transaction<'_>,
    sealer: &Sealer,
    context: SubjectContext<'_>,
    name: &SubjectName,
) -> Result<(), EmbeddedError> {
    let sealed = sealer.seal_name(name, context)?;
    let SubjectContext { app, gallery, subject } = context;
    transaction
        .prepare_cached(
            "INSERT INTO subject_names (app, gallery, subject, sealed) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (app, gallery, subject) DO UPDATE SET sealed = excluded.sealed",
        )?
        .execute(params![app.0.as_bytes(), gallery.as_str(), subject.as_str(), sealed])?;
    Ok(())
}
