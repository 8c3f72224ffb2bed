//! The same on disk: what an enrolment costs, and how long a data folder takes to open.

use std::path::Path;
use std::time::{Duration, Instant};

use faceward_core::{AppId, GalleryId};
use faceward_embedded::{Embedded, Pace};
use faceward_store::{AppRecord, AppSettings, DEFAULT_GALLERY, KeyHash, NewTemplate, OnConflict, Stores};
use jiff::Timestamp;
use uuid::Uuid;

use super::vectors::{Vectors, ids};
use crate::exit::{Exit, Failure};

/// What was measured.
pub(super) struct Times {
    /// Each enrolment, durable before it returned.
    pub(super) enrolments: Vec<Duration>,
    /// Opening the folder with snapshots of all of them.
    pub(super) open: Duration,
    /// Opening it without any.
    pub(super) open_without: Duration,
    /// Writing those snapshots.
    pub(super) write: Duration,
    /// Each deletion of a template that is in a snapshot, without a trace before it returned.
    pub(super) deletions: Vec<Duration>,
}

/// Templates that are deleted in the end.
const DELETED: u64 = 200;

/// Enrols `n_templates` in a folder that is thrown away after.
pub(super) fn measured(vectors: &Vectors, n_templates: u64) -> Result<Times, Failure> {
    let failed = |error: anyhow::Error| Failure::new(Exit::Failed, error);
    let dir = tempfile::tempdir().map_err(|error| failed(error.into()))?;
    let stores: Stores = Embedded::open(dir.path()).map_err(|error| failed(error.into()))?.into();
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().map_err(|error| failed(error.into()))?;
    let enrolments = runtime.block_on(enrolled(&stores, vectors, n_templates)).map_err(failed)?;
    drop(stores);
    let (embedded, open_without) = opened(dir.path())?;
    let started = Instant::now();
    // Of whatever is left over as well.
    let pace = Pace { least: 1, ..Pace::default() };
    embedded.write_snapshots(&pace).map_err(|error| failed(error.into()))?;
    let write = started.elapsed();
    drop(embedded);
    let (embedded, open) = opened(dir.path())?;
    let (all, covered) = (embedded.opened().n_templates, embedded.opened().n_from_snapshots);
    if covered != all {
        return Err(failed(anyhow::anyhow!("{covered} of {all} templates are in snapshots")));
    }
    let deletions = runtime.block_on(deleted(&embedded.into(), n_templates)).map_err(failed)?;
    Ok(Times { enrolments, open, open_without, write, deletions })
}

fn opened(dir: &Path) -> Result<(Embedded, Duration), Failure> {
    let started = Instant::now();
    let embedded = Embedded::open(dir).map_err(|error| Failure::new(Exit::Failed, error))?;
    Ok((embedded, started.elapsed()))
}

async fn deleted(stores: &Stores, n_templates: u64) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    let step = (n_templates / DELETED).max(1);
    for (_, template) in (0..n_templates).step_by(step as usize).filter_map(ids) {
        let started = Instant::now();
        let _deleted = stores.templates.delete_template(&AppId(Uuid::nil()), &template).await?;
        times.push(started.elapsed());
    }
    Ok(times)
}

async fn enrolled(stores: &Stores, vectors: &Vectors, n_templates: u64) -> anyhow::Result<Vec<Duration>> {
    let id = AppId(Uuid::nil());
    let settings = AppSettings::default();
    let app = AppRecord { id, name: "bench".to_owned(), settings, created_at: Timestamp::now() };
    stores.directory.create_app(&app, &KeyHash { sha256: [0; 32] }).await?;
    let gallery = GalleryId::parse(DEFAULT_GALLERY)?;
    let mut times = Vec::new();
    for number in 0..n_templates {
        let (Some(embedding), Some((subject, template))) = (vectors.template(number), ids(number)) else {
            continue;
        };
        let gallery = gallery.clone();
        let (name, created_at, expires_at) = (None, None, None);
        let new = NewTemplate { gallery, subject, name, template, embedding, created_at, expires_at };
        let started = Instant::now();
        let _added = stores.templates.add(&id, &new, OnConflict::Refuse).await?;
        times.push(started.elapsed());
    }
    Ok(times)
}
