//! From sealed vectors that wait to rows for Milvus.

use std::collections::BTreeMap;
use std::sync::Arc;

use faceward_core::AppId;
use faceward_milvus::Row;
use faceward_sealing::Sealer;

use super::place::{Kind, widened};
use crate::PostgresError;
use crate::connect::Begun;
use crate::sql::compared::Compared;
use crate::sql::data_keys;
use crate::sql::sealed::SealedTemplate;

/// Vectors that go in one round.
const AT_ONCE: i64 = 500;

/// Vectors that wait, made ready.
pub(super) struct Waiting {
    /// The rows, by the width of their collection.
    pub(super) rows: BTreeMap<usize, Vec<Row>>,
    /// Their numbers.
    pub(super) ids: Vec<i64>,
    /// Whether there may be more.
    pub(super) more: bool,
}

impl Waiting {
    /// The oldest of them.
    pub(super) async fn read(
        round: &Begun<'_>,
        (sealer, compared): (&Arc<Sealer>, &Arc<Compared>),
    ) -> Result<Self, PostgresError> {
        let sql = format!(
            "SELECT waiting.id AS number, {} FROM (SELECT id, app, template FROM faceward.placed
                WHERE state = 'pending' ORDER BY id LIMIT $1) AS waiting
             JOIN faceward.templates AS t ON t.app = waiting.app AND t.id = waiting.template
             CROSS JOIN (SELECT NULL::bytea AS sealed) AS n",
            SealedTemplate::COLUMNS
        );
        let (mut sealed, mut ids) = (Vec::new(), Vec::new());
        for row in &round.query(&sql, &[&AT_ONCE]).await? {
            let template = SealedTemplate::read(row)?.ok_or(PostgresError::Corrupt("a template"))?;
            for part in template.sealed_parts() {
                data_keys::know(round, sealer, &template.app, part).await?;
            }
            let id = row.try_get("number")?;
            let generation = generation(sealer, &template)?;
            ids.push(id);
            sealed.push((id, generation, template));
        }
        let more = ids.len() as i64 == AT_ONCE;
        let (sealer, compared) = (Arc::clone(sealer), Arc::clone(compared));
        // Some ten microseconds each.
        let turning = tokio::task::spawn_blocking(move || turned(sealed, &sealer, &compared));
        Ok(Self { rows: turning.await.map_err(PostgresError::TaskDied)??, ids, more })
    }
}

/// The key by whose rotation a vector is turned: the one that has sealed it, so that no vector that was turned by a key is left when
/// nothing is left that the key has sealed. What the master key itself has sealed is turned by the newest, and anew when it is
/// sealed anew.
fn generation(sealer: &Sealer, template: &SealedTemplate) -> Result<u32, PostgresError> {
    let by = template.sealed_parts().next().and_then(Sealer::generation_of);
    by.or_else(|| sealer.newest_generation(&template.app))
        .ok_or(PostgresError::Corrupt("the data key of an app"))
}

fn turned(
    sealed: Vec<(i64, u32, SealedTemplate)>,
    sealer: &Sealer,
    compared: &Compared,
) -> Result<BTreeMap<usize, Vec<Row>>, PostgresError> {
    let mut rows = BTreeMap::<usize, Vec<Row>>::new();
    for (id, generation, template) in sealed {
        let app: AppId = template.app;
        let (record, embedding) = compared.opened(template.open(sealer)?)?;
        let kind = Kind { app: &app, model: embedding.model(), generation };
        let vector = widened(sealer.turned(&app, generation, embedding.vector())?);
        let (place, owner) = (kind.place(record.gallery.as_str()), kind.owner());
        rows.entry(vector.len()).or_default().push(Row { id, place, owner, vector });
    }
    Ok(rows)
}
