//! Reading everything: at the start, and when the log does not go on where a server stands.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use faceward_core::AppId;
use faceward_index::{Index, Members, Tenant};
use faceward_sealing::Sealer;
use futures_util::stream::FuturesOrdered;
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio_postgres::{IsolationLevel, Transaction};

use super::apply::put_template;
use super::entries::{Place, newest};
use crate::connect::within;
use crate::memory::Memory;
use crate::sql::rows::{app_id, gallery_id};
use crate::sql::sealed::{OpenedTemplate, SealedTemplate};
use crate::sql::{apps, data_keys, tokens};
use crate::{Extent, PostgresError};

/// How long the database may be silent while everything is read: it may have to sort what it gives first.
const SILENCE: Duration = Duration::from_secs(60);
/// Templates that are opened at once on one thread.
const CHUNK: usize = 1000;
/// Chunks that are being opened, or wait to be put in their place.
const CHUNKS: usize = 8;

type Tenants = HashMap<AppId, Tenant>;

/// Puts what is in the database in place of what is in memory, and gives the place in the log that this is.
pub(super) async fn everything(
    client: &mut tokio_postgres::Client,
    sealer: &Arc<Sealer>,
    memory: &Memory,
    extent: Extent,
) -> Result<Place, PostgresError> {
    let begun = Instant::now();
    // One moment of the database, for as long as it takes.
    let snapshot = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let snapshot = within(SILENCE, snapshot.start()).await?;
    let no_limit = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
    within(SILENCE, snapshot.batch_execute(no_limit)).await?;
    let place = within(SILENCE, newest(&snapshot)).await?;
    within(SILENCE, data_keys::take_all(&snapshot, sealer)).await?;
    let mut members = Members::default();
    let mut tenants = Tenants::new();
    for entry in within(SILENCE, apps::read_all(&snapshot)).await? {
        tenants.insert(entry.record.id, memory.new_tenant());
        members.apps.insert(entry.record.id, entry);
    }
    members.revoked = within(SILENCE, tokens::revoked(&snapshot, None)).await?.into_iter().collect();
    let n_templates = match extent {
        Extent::Everything => {
            let created = galleries(&snapshot, &mut tenants).await?;
            templates(&snapshot, sealer, (&mut tenants, &created)).await?
        }
        Extent::Directory => 0,
    };
    within(SILENCE, snapshot.commit()).await?;
    memory.replace(members, Index::of(tenants));
    let seconds = begun.elapsed().as_secs_f64();
    tracing::info!(n_templates, seconds, sequence = place.sequence(), "read everything from the database");
    Ok(place)
}

/// When each gallery was created.
type Created = HashMap<(AppId, faceward_core::GalleryId), Timestamp>;

async fn galleries(snapshot: &Transaction<'_>, tenants: &mut Tenants) -> Result<Created, PostgresError> {
    let mut created = Created::new();
    let all = "SELECT app, id, created_at FROM faceward.galleries";
    for row in &within(SILENCE, snapshot.query(all, &[])).await? {
        let (app, gallery) = (app_id(row, "app")?, gallery_id(row, "id")?);
        let created_at: Timestamp = row.try_get("created_at")?;
        let tenant = tenants.get_mut(&app).ok_or(PostgresError::Corrupt("the app of a gallery"))?;
        tenant.create_gallery(gallery.clone(), created_at);
        created.insert((app, gallery), created_at);
    }
    Ok(created)
}

/// Reads every template, opens them on all cores and puts them in their places.
async fn templates(
    snapshot: &Transaction<'_>,
    sealer: &Arc<Sealer>,
    (tenants, created): (&mut Tenants, &Created),
) -> Result<usize, PostgresError> {
    let sql = SealedTemplate::select();
    let nothing: [&(dyn tokio_postgres::types::ToSql + Sync); 0] = [];
    let rows = within(SILENCE, snapshot.query_raw(&sql, nothing)).await?.map_err(PostgresError::from);
    let mut chunks = std::pin::pin!(rows.try_chunks(CHUNK));
    let mut opening: FuturesOrdered<JoinHandle<Result<Vec<OpenedTemplate>, PostgresError>>> =
        FuturesOrdered::new();
    let mut n_templates = 0;
    loop {
        let chunk =
            within(SILENCE, async { chunks.next().await.transpose().map_err(|error| error.1) }).await?;
        let at_end = chunk.is_none();
        if let Some(chunk) = chunk {
            let sealer = Arc::clone(sealer);
            opening.push_back(tokio::task::spawn_blocking(move || open(&chunk, &sealer)));
        }
        while opening.len() >= CHUNKS || (at_end && !opening.is_empty()) {
            let Some(opened) = opening.next().await else { break };
            for template in opened.map_err(PostgresError::TaskDied)?? {
                let place = (template.app, template.record.gallery.clone());
                let created_at =
                    created.get(&place).ok_or(PostgresError::Corrupt("the gallery of a template"))?;
                let tenant =
                    tenants.get_mut(&place.0).ok_or(PostgresError::Corrupt("the app of a template"))?;
                put_template(tenant, template, *created_at);
                n_templates += 1;
            }
        }
        if at_end {
            return Ok(n_templates);
        }
    }
}

fn open(rows: &[tokio_postgres::Row], sealer: &Sealer) -> Result<Vec<OpenedTemplate>, PostgresError> {
    let template = |row| SealedTemplate::read(row)?.ok_or(PostgresError::Corrupt("a template"))?.open(sealer);
    rows.iter().map(template).collect()
}
