//! The same on disk: what an enrolment costs, and how long a data folder takes to open.

use std::time::{Duration, Instant};

use faceward_core::{AppId, GalleryId};
use faceward_embedded::Embedded;
use faceward_store::{AppRecord, AppSettings, DEFAULT_GALLERY, KeyHash, NewTemplate, OnConflict, Stores};
use jiff::Timestamp;
use uuid::Uuid;

use super::vectors::{Vectors, ids};
use crate::exit::{Exit, Failure};

/// What was measured.
pub(super) struct Times {
    /// Each enrolment, durable before it returned.
    pub(super) enrolments: Vec<Duration>,
    /// Opening the folder.
    pub(super) open: Duration,
}

/// Enrols `n_templates` in a folder that is thrown away after.
pub(super) fn measured(vectors: &Vectors, n_templates: u64) -> Result<Times, Failure> {
    let failed = |error: anyhow::Error| Failure::new(Exit::Failed, error);
    let dir = tempfile::tempdir().map_err(|error| failed(error.into()))?;
    let stores: Stores = Embedded::open(dir.path()).map_err(|error| failed(error.into()))?.into();
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().map_err(|error| failed(error.into()))?;
    let enrolments = runtime.block_on(enrolled(&stores, vectors, n_templates)).map_err(failed)?;
    // Both drop what they hold of the folder before it is opened again.
    drop(stores);
    drop(runtime);
    let started = Instant::now();
    let opened = Embedded::open(dir.path()).map_err(|error| failed(error.into()))?;
    let open = started.elapsed();
    drop(opened);
    Ok(Times { enrolments, open })
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
