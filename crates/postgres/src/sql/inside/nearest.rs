//! A search in the database: one moment of it, from the keys of the app to the names of those that are found.

use std::sync::Arc;

use faceward_core::{AppId, Embedding, GalleryId, TemplateId};
use faceward_index::Asked;
use faceward_sealing::Sealer;
use faceward_store::{Candidate, Hit, Living, StoreError};
use tokio_postgres::types::ToSql;

use super::Inside;
use crate::PostgresError;
use crate::connect::{Begun, Client};
use crate::sql::data_keys;
use crate::sql::ranking::{Source, compared_with, nearest};
use crate::sql::rows::template_id;

/// Rows that the index looks at, at least and at most: 1000 is what it allows.
const LOOKED_AT_LEAST: usize = 400;
const LOOKED_AT_MOST: usize = 1000;

/// Whom to look for, and where.
pub(crate) struct Sought {
    pub(crate) app: AppId,
    /// `None`: in all of the app.
    pub(crate) galleries: Option<Vec<GalleryId>>,
    pub(crate) probe: Embedding,
    pub(crate) limit: usize,
    pub(crate) living: Living,
    pub(crate) asked: Asked,
}

/// The subjects most like a probe; `None`: vectors of the app are missing, and have to be made first.
pub(crate) async fn search(
    client: &mut Client,
    (sealer, inside): (&Arc<Sealer>, &Arc<Inside>),
    sought: &Sought,
) -> Result<Option<Vec<Candidate>>, StoreError> {
    let probe = inside.compared.embedding(&sought.probe);
    let moment = Begun::reading(client).await?;
    let Some(generations) = generations(&moment, (sealer, inside), &sought.app, &probe).await? else {
        return Ok(None);
    };
    let mut turned = Vec::new();
    for generation in generations {
        turned.push((
            generation,
            sealer.turned(&sought.app, generation, probe.vector()).map_err(PostgresError::from)?,
        ));
    }
    let galleries = sought.galleries.as_ref();
    let galleries = galleries.map(|named| named.iter().map(|id| id.as_str().to_owned()).collect());
    let searching = Searching { moment: &moment, sealer, inside, sought, probe: &probe, galleries, turned };
    nearest(&searching, &probe, sought.limit, &sought.asked).await.map(Some)
}

/// The keys by which vectors of `app` may be turned; `None`: vectors are missing.
async fn generations(
    moment: &Begun<'_>,
    (sealer, inside): (&Sealer, &Inside),
    app: &AppId,
    probe: &Embedding,
) -> Result<Option<Vec<u32>>, StoreError> {
    let sql = format!(
        "SELECT EXISTS (SELECT FROM faceward.to_turn WHERE app = app.id) AS missing,
            EXISTS (SELECT FROM faceward.turning WHERE compared = $2) AS so_compared,
            (SELECT {schema}.vector_dims(vector) FROM faceward.turned WHERE app = app.id AND model = $3 LIMIT 1)
                AS n_values,
            ARRAY (SELECT generation FROM faceward.data_keys WHERE app = app.id ORDER BY generation) AS generations
         FROM faceward.apps AS app WHERE id = $1",
        schema = inside.schema
    );
    let rows = moment.query(&sql, &[&app.0, &inside.compared.id(), &probe.model().as_str()]).await?;
    let row = rows.first().ok_or(StoreError::AppUnknown(*app))?;
    let get = |error: tokio_postgres::Error| StoreError::from(PostgresError::from(error));
    if !row.try_get::<_, bool>("so_compared").map_err(get)? {
        return Err(PostgresError::ComparedOtherwise.into());
    }
    if row.try_get::<_, bool>("missing").map_err(get)? {
        return Ok(None);
    }
    let n_values: Option<i32> = row.try_get("n_values").map_err(get)?;
    let (expected, actual) = (n_values.map(|n_values| n_values as usize), probe.vector().len());
    if let Some(expected) = expected.filter(|expected| *expected != actual) {
        return Err(StoreError::Length { model: probe.model().clone(), expected, actual });
    }
    let stored: Vec<i32> = row.try_get("generations").map_err(get)?;
    let generations: Vec<u32> =
        stored.into_iter().filter_map(|generation| generation.try_into().ok()).collect();
    if !generations.iter().all(|generation| sealer.knows_generation(app, *generation)) {
        data_keys::take(moment, sealer, app).await?;
    }
    Ok(Some(generations))
}

/// A search under way.
struct Searching<'s> {
    moment: &'s Begun<'s>,
    sealer: &'s Arc<Sealer>,
    inside: &'s Arc<Inside>,
    sought: &'s Sought,
    /// As it is compared.
    probe: &'s Embedding,
    galleries: Option<Vec<String>>,
    /// The probe, by each key of the app.
    turned: Vec<(u32, Vec<f32>)>,
}

impl Source for Searching<'_> {
    async fn hits(&self, limit: usize) -> Result<Vec<Hit>, StoreError> {
        let sql = self.statement();
        let (model, limit_) = (self.probe.model().as_str(), i64::try_from(limit).unwrap_or(i64::MAX));
        let mut values: Vec<&(dyn ToSql + Sync)> = vec![&self.sought.app.0, &model, &limit_];
        if let Some(galleries) = &self.galleries {
            values.push(galleries);
        }
        let generations: Vec<_> = self.turned.iter().map(|(generation, _)| *generation as i32).collect();
        for (generation, (_, vector)) in generations.iter().zip(&self.turned) {
            values.push(generation);
            values.push(vector);
        }
        if self.is_by_graph() {
            self.look_further(limit).await?;
        }
        let rows = self.moment.query(&sql, &values).await?;
        let hit = |row: &tokio_postgres::Row| {
            let distance: f64 = row.try_get("distance")?;
            Ok::<_, PostgresError>(Hit { template: template_id(row, "template")?, cosine: -distance as f32 })
        };
        let mut hits = rows.iter().map(hit).collect::<Result<Vec<_>, _>>()?;
        hits.sort_by(|one, other| other.cosine.total_cmp(&one.cosine));
        hits.truncate(limit);
        Ok(hits)
    }

    fn is_exact(&self) -> bool {
        !self.is_by_graph()
    }

    async fn compared(&self, templates: Vec<TemplateId>) -> Result<Vec<Candidate>, StoreError> {
        let by = (self.sealer, &self.inside.compared);
        Ok(compared_with(self.moment, by, (&self.sought.app, &templates), (self.probe, self.sought.living))
            .await?)
    }
}

impl Searching<'_> {
    fn is_by_graph(&self) -> bool {
        self.inside.by_graph == Some(self.probe.vector().len())
    }

    /// Lets the index look at more than `limit` rows, and go on where those are of other apps and galleries.
    async fn look_further(&self, limit: usize) -> Result<(), PostgresError> {
        let n_looked_at = (2 * limit).clamp(LOOKED_AT_LEAST, LOOKED_AT_MOST).to_string();
        let sql = "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
                       set_config('hnsw.ef_search', $1, true)";
        self.moment.query(sql, &[&n_looked_at]).await?;
        Ok(())
    }

    /// One statement for all keys: it sees each row once, by whichever it is turned.
    fn statement(&self) -> String {
        let schema = &self.inside.schema;
        let (in_gallery, first) =
            if self.galleries.is_some() { ("AND gallery = ANY($4)", 5) } else { ("", 4) };
        // The index is over vectors of one length, as they are written here.
        let (sized, of_length) = match self.inside.by_graph.filter(|_| self.is_by_graph()) {
            Some(n) => (format!("::{schema}.vector({n})"), format!("AND {schema}.vector_dims(vector) = {n}")),
            None => Default::default(),
        };
        let by_key = |at: usize| {
            let (generation, probe) = (first + 2 * at, first + 2 * at + 1);
            format!(
                "(SELECT template, (vector{sized}) OPERATOR({schema}.<#>)
                      (SELECT ${probe}::float4[]::{schema}.vector{sized}) AS distance
                  FROM faceward.turned
                  WHERE app = $1 AND model = $2 AND generation = ${generation} {of_length} {in_gallery}
                  ORDER BY distance LIMIT $3)"
            )
        };
        (0..self.turned.len()).map(by_key).collect::<Vec<_>>().join(" UNION ALL ")
    }
}
