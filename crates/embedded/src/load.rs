//! Everything that is on disk, into memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use faceward_core::{AppId, GalleryId, Projection};
use faceward_index::{AppEntry, Index, Members, Tenant, filled};
use jiff::Timestamp;

use crate::EmbeddedError;
use crate::database::Database;
use crate::opening::Opened;
use crate::snapshots::{Source, templates};

/// The galleries of each app.
type Galleries = HashMap<AppId, Vec<(GalleryId, Timestamp)>>;

/// Reads `source`. What snapshots say that does not fit together is read from the database alone.
pub(crate) fn load(
    source: &Source<'_>,
    projection: &Option<Arc<Projection>>,
) -> Result<(Members, Index, Opened), EmbeddedError> {
    let (members, galleries) = apps(source.database)?;
    let (mut tenants, opened) = match tenants(source, projection, &galleries) {
        Err(error @ EmbeddedError::Corrupt(_)) if source.snapshots => {
            let unusable = BTreeMap::from([(error.to_string(), source.database.block_numbers()?.len())]);
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the snapshots do not fit: all templates are read from the database");
            source.database.drop_all_blocks()?;
            let (tenants, opened) = tenants(&Source { snapshots: false, ..*source }, projection, &galleries)?;
            (tenants, Opened { unusable, ..opened })
        }
        tenants => tenants?,
    };
    source.database.for_each_subject_name(|named| {
        let tenant = tenants.get_mut(&named.app).ok_or(EmbeddedError::Corrupt("the app of a subject"))?;
        tenant.set_name(&named.gallery, &named.subject, named.name);
        Ok(())
    })?;
    Ok((members, Index::of(tenants), opened))
}

fn apps(database: &Database) -> Result<(Members, Galleries), EmbeddedError> {
    let (mut members, mut galleries) = (Members::default(), Galleries::new());
    for record in database.apps()? {
        let app = record.id;
        galleries.insert(app, database.galleries(&app)?);
        members.apps.insert(app, AppEntry { record, keys: database.keys(&app)? });
    }
    members.revoked = database.revoked_tokens()?.into_iter().collect();
    Ok((members, galleries))
}

fn tenants(
    source: &Source<'_>,
    projection: &Option<Arc<Projection>>,
    galleries: &Galleries,
) -> Result<(HashMap<AppId, Tenant>, Opened), EmbeddedError> {
    let started = Instant::now();
    let apps: Vec<AppId> = galleries.keys().copied().collect();
    let mut read = templates(source, &apps)?;
    let mut tenants = HashMap::new();
    for (app, galleries) in galleries {
        let segments = read.by_app.remove(app).unwrap_or_default();
        tenants.insert(*app, filled(projection.clone(), galleries.iter().cloned(), segments)?);
    }
    tracing::info!(
        n_templates = read.opened.n_templates,
        n_from_snapshots = read.opened.n_from_snapshots,
        seconds = started.elapsed().as_secs_f64(),
        "read the templates"
    );
    Ok((tenants, read.opened))
}
