//! A search in Milvus, and in what is not there yet.
//!
//! Milvus and the database are two places, and things move between them while somebody searches. What is asked for in Milvus is
//! asked between two looks at the database: if no round has ended between them, then whatever was in the app all the time was in
//! Milvus, or waits at the second look. Otherwise it is asked again.

use faceward_core::{AppId, Embedding, GalleryId, TemplateId};
use faceward_milvus::{Collection, LARGEST_ANSWER, Moment, Nearest};
use faceward_store::{Candidate, Hit, SearchIndex, StoreError};

use super::place::{Kind, texts, widened, width_of};
use super::{MOST_PENDING, Outside};
use crate::PostgresError;
use crate::connect::Begun;
use crate::sql::data_keys;
use crate::sql::inside::Sought;
use crate::sql::ranking::{Source, compared_with, nearest};
use crate::sql::rows::template_id;

/// How often Milvus is asked while rounds end.
const ATTEMPTS: usize = 50;
/// Galleries that are named to Milvus; of more, all of the app are looked through there.
const MOST_PLACES: usize = 500;
/// Rows that are asked for beside those that are needed: what was deleted a moment ago may be among them.
const SPARE: usize = 16;

impl Outside {
    /// The subjects most like a probe.
    pub(crate) async fn search(&self, sought: &Sought) -> Result<Vec<Candidate>, StoreError> {
        self.present()?;
        let probe = self.compared.embedding(&sought.probe);
        self.check(sought, &probe).await?;
        let searching = Searching { outside: self, sought, probe: &probe };
        nearest(&searching, &probe, sought.limit, &sought.asked).await
    }

    /// Whether there is such an app, and its vectors have as many values as the probe.
    async fn check(&self, sought: &Sought, probe: &Embedding) -> Result<(), StoreError> {
        let Sought { app, probe: whole, .. } = sought;
        let sql = "SELECT (SELECT n_values FROM faceward.templates WHERE app = app.id AND model = $2 LIMIT 1) AS n_values
                   FROM faceward.apps AS app WHERE id = $1";
        let client = self.pool.client().await?;
        let row = client.query_opt(sql, &[&app.0, &whole.model().as_str()]).await?;
        let row = row.ok_or(StoreError::AppUnknown(*app))?;
        let n_values: Option<i32> = row.try_get("n_values").map_err(PostgresError::from)?;
        let actual = whole.vector().len();
        match n_values.map(|n_values| usize::try_from(n_values).unwrap_or_default()) {
            Some(expected) if expected != actual => {
                Err(StoreError::Length { model: probe.model().clone(), expected, actual })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// A search under way.
struct Searching<'s> {
    outside: &'s Outside,
    sought: &'s Sought,
    /// As it is compared.
    probe: &'s Embedding,
}

/// What the database says at one moment.
struct Look {
    n_rounds: i64,
    since: Moment,
    /// Whether Milvus has the collection.
    there: bool,
    /// Of the keys of the app.
    generations: Vec<u32>,
    /// Templates that wait for their way to Milvus.
    pending: Vec<TemplateId>,
}

impl Source for Searching<'_> {
    fn is_exact(&self) -> bool {
        self.outside.index == SearchIndex::Exact
    }

    async fn hits(&self, limit: usize) -> Result<Vec<Hit>, StoreError> {
        let mut before = self.look().await?;
        for _ in 0..ATTEMPTS {
            let mut hits = self.hits_in_milvus(&before, limit).await?;
            let after = self.look().await?;
            if before.n_rounds == after.n_rounds && before.generations == after.generations {
                // Nobody knows how near they are.
                let pending = after.pending.into_iter();
                hits.splice(0..0, pending.map(|template| Hit { template, cosine: f32::INFINITY }));
                return Ok(hits);
            }
            before = after;
        }
        Err(PostgresError::Filling.into())
    }

    async fn compared(&self, templates: Vec<TemplateId>) -> Result<Vec<Candidate>, StoreError> {
        let Outside { pool, sealer, compared, .. } = self.outside;
        let client = &mut pool.client().await?;
        let moment = Begun::reading(client).await?;
        let place = (&self.sought.app, templates.as_slice());
        let mut found =
            compared_with(&moment, (sealer, compared), place, (self.probe, self.sought.living)).await?;
        // Whoever was replaced meanwhile may be elsewhere now.
        found.retain(|candidate| self.looks_in(&candidate.gallery));
        Ok(found)
    }
}

impl Searching<'_> {
    fn looks_in(&self, gallery: &GalleryId) -> bool {
        self.sought.galleries.as_ref().is_none_or(|named| named.contains(gallery))
    }

    async fn look(&self) -> Result<Look, StoreError> {
        let sql = "
            SELECT state.n_rounds, state.moment, state.whole, state.compared, state.index,
                EXISTS (SELECT FROM faceward.placed_in WHERE width = $2 AND made) AS there,
                EXISTS (SELECT FROM faceward.placed_in AS made WHERE width = $2 AND made.index <> state.index)
                    AS changing,
                ARRAY (SELECT generation FROM faceward.data_keys WHERE app = $1 ORDER BY generation) AS generations,
                ARRAY (SELECT template FROM faceward.placed WHERE app = $1 AND state = 'pending'
                    AND ($3::text[] IS NULL OR gallery = ANY($3)) LIMIT $4) AS pending
            FROM faceward.placing AS state";
        let (app, outside) = (&self.sought.app, self.outside);
        let width = i32::try_from(width_of(self.probe.vector().len())).unwrap_or(i32::MAX);
        let galleries = self.sought.galleries.as_deref().map(texts);
        let most = MOST_PENDING as i64 + 1;
        let client = outside.pool.client().await?;
        let row = client.query_one(sql, &[&app.0, &width, &galleries, &most]).await?;
        let look = outside.look(&row)?;
        if !look.generations.iter().all(|generation| outside.sealer.knows_generation(app, *generation)) {
            data_keys::take(&client, &outside.sealer, app).await?;
        }
        Ok(look)
    }

    /// The nearest in Milvus, by every key of the app; fewer than `limit`: these are all.
    async fn hits_in_milvus(&self, look: &Look, limit: usize) -> Result<Vec<Hit>, StoreError> {
        let mut hits = Vec::new();
        if look.there {
            for generation in &look.generations {
                hits.extend(self.hits_of(look, *generation, limit).await?);
            }
        }
        hits.sort_by(|one, other| other.cosine.total_cmp(&one.cosine));
        hits.truncate(limit);
        Ok(hits)
    }

    async fn hits_of(&self, look: &Look, generation: u32, limit: usize) -> Result<Vec<Hit>, StoreError> {
        let (app, outside) = (&self.sought.app, self.outside);
        if !outside.sealer.knows_generation(app, generation) {
            // Forgotten since, with all that it had turned: the second look sees that.
            return Ok(Vec::new());
        }
        let turned =
            outside.sealer.turned(app, generation, self.probe.vector()).map_err(PostgresError::from)?;
        let kind = Kind { app, model: self.probe.model(), generation };
        let named = self.sought.galleries.as_ref().filter(|named| named.len() <= MOST_PLACES);
        let places: Option<Vec<i64>> =
            named.map(|named| named.iter().map(|gallery| kind.place(gallery.as_str())).collect());
        if places.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let (places, probe) = (places.as_deref(), &widened(turned));
        let asked = Nearest { owner: kind.owner(), places, probe, limit, since: look.since };
        self.known(&outside.collection(self.probe.vector().len()), asked).await
    }

    /// The nearest rows that the database knows, as many as were asked for if there are.
    async fn known(&self, collection: &Collection<'_>, asked: Nearest<'_>) -> Result<Vec<Hit>, StoreError> {
        let mut n_asked = asked.limit.saturating_add(SPARE);
        loop {
            let limit = n_asked.min(LARGEST_ANSWER);
            let found = collection.nearest(Nearest { limit, ..asked }).await;
            let found = found.inspect_err(|_| self.outside.shake()).map_err(PostgresError::from)?;
            let all = found.len() < limit;
            let hits = self.named(&found).await?;
            if all || hits.len() >= asked.limit {
                return Ok(hits);
            }
            if limit == LARGEST_ANSWER {
                return Err(PostgresError::TooManyAlike.into());
            }
            n_asked = n_asked.saturating_mul(2);
        }
    }

    /// The templates of rows, in their order; without those that are gone, or are elsewhere.
    async fn named(&self, found: &[faceward_milvus::Hit]) -> Result<Vec<Hit>, StoreError> {
        let sql = "SELECT placed.template FROM unnest($2::bigint[]) WITH ORDINALITY AS found (id, place)
                   LEFT JOIN faceward.placed ON placed.id = found.id AND app = $1 AND state <> 'going'
                       AND ($3::text[] IS NULL OR gallery = ANY($3))
                   ORDER BY found.place";
        let app: &AppId = &self.sought.app;
        let ids: Vec<i64> = found.iter().map(|hit| hit.id).collect();
        let galleries = self.sought.galleries.as_deref().map(texts);
        let client = self.outside.pool.client().await?;
        let rows = client.query(sql, &[&app.0, &ids, &galleries]).await?;
        let mut hits = Vec::with_capacity(rows.len());
        for (row, hit) in rows.iter().zip(found) {
            if crate::sql::rows::is_there(row, "template")? {
                hits.push(Hit { template: template_id(row, "template")?, cosine: hit.cosine });
            }
        }
        Ok(hits)
    }
}

impl Outside {
    /// What was found, if it may be searched by it.
    fn look(&self, row: &tokio_postgres::Row) -> Result<Look, PostgresError> {
        if row.try_get::<_, &str>("compared")? != self.compared.id() {
            return Err(PostgresError::ComparedOtherwise);
        }
        self.check_index(row.try_get("index")?)?;
        if row.try_get("changing")? {
            return Err(PostgresError::Filling);
        }
        let pending: Vec<String> = row.try_get("pending")?;
        if pending.len() > MOST_PENDING || !row.try_get::<_, bool>("whole")? {
            return Err(PostgresError::Filling);
        }
        let parsed =
            pending.iter().map(|id| TemplateId::parse(id).map_err(|_| PostgresError::Corrupt("an id")));
        let generations: Vec<i32> = row.try_get("generations")?;
        Ok(Look {
            n_rounds: row.try_get("n_rounds")?,
            since: Moment(row.try_get("moment")?),
            there: row.try_get("there")?,
            generations: generations.into_iter().filter_map(|number| number.try_into().ok()).collect(),
            pending: parsed.collect::<Result<_, _>>()?,
        })
    }
}
