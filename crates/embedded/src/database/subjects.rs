//! What people call subjects. Sealed: a name says more about a person than an id does.

use faceward_core::{AppId, GalleryId, SubjectId, SubjectName};
use faceward_sealing::{Sealer, SubjectContext};
use rayon::iter::{ParallelDrainRange as _, ParallelIterator as _};
use rusqlite::{Row, Transaction, params};

use crate::EmbeddedError;
use crate::database::Database;
use crate::database::rows::{app_id, gallery_id, subject_id};

impl Database {
    /// Calls `visit` with the name of every subject that has one. Names are opened on all cores.
    pub(crate) fn for_each_subject_name(
        &self,
        mut visit: impl FnMut(Named) -> Result<(), EmbeddedError>,
    ) -> Result<(), EmbeddedError> {
        let mut statement =
            self.connection.prepare("SELECT app, gallery, subject, sealed FROM subject_names")?;
        let mut rows = statement.query([])?;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            while batch.len() < BATCH
                && let Some(row) = rows.next()?
            {
                batch.push(sealed(row)?);
            }
            if batch.is_empty() {
                return Ok(());
            }
            let sealer = self.sealer.as_ref();
            let opened: Vec<_> = batch.par_drain(..).map(|row| opened(sealer, row)).collect();
            for named in opened {
                visit(named?)?;
            }
        }
    }
}

/// Names that are opened together.
const BATCH: usize = 4096;

/// A subject and its name.
pub(crate) struct Named {
    pub(crate) app: AppId,
    pub(crate) gallery: GalleryId,
    pub(crate) subject: SubjectId,
    pub(crate) name: SubjectName,
}

/// The same as it lies on disk.
struct SealedName {
    app: AppId,
    gallery: GalleryId,
    subject: SubjectId,
    sealed: Vec<u8>,
}

fn sealed(row: &Row<'_>) -> Result<SealedName, EmbeddedError> {
    let sealed = row.get_ref("sealed")?.as_blob().map_err(|_| EmbeddedError::Corrupt("a sealed name"))?;
    Ok(SealedName {
        app: app_id(row, "app")?,
        gallery: gallery_id(row, "gallery")?,
        subject: subject_id(row, "subject")?,
        sealed: sealed.to_vec(),
    })
}

fn opened(sealer: &Sealer, row: SealedName) -> Result<Named, EmbeddedError> {
    let SealedName { app, gallery, subject, sealed } = row;
    let context = SubjectContext { app: &app, gallery: &gallery, subject: &subject };
    let name = sealer.open_name(&sealed, context).ok_or(EmbeddedError::Corrupt("a sealed name"))?;
    Ok(Named { app, gallery, subject, name })
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
