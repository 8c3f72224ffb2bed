//! Turned vectors: written with the template, made where they are missing, made anew by a new key.

use faceward_core::{AppId, Embedding};
use faceward_sealing::Sealer;
use faceward_store::{StoreError, TemplateRecord};
use tokio_postgres::Row;

use super::Inside;
use crate::PostgresError;
use crate::connect::Client;
use crate::sql::change::Change;
use crate::sql::data_keys::{self, Reads};
use crate::sql::rows::app_id;
use crate::sql::sealed::SealedTemplate;

/// Makes `inside` the way in which vectors are compared before they are turned, under the lock of the migration. Where it was another,
/// every vector is made anew: those of the two say nothing about each other.
pub(crate) async fn pin(client: &mut Client, inside: &Inside) -> Result<(), PostgresError> {
    // However long it takes: there may be millions.
    let transaction = client.patient()?.transaction().await?;
    let sql = "UPDATE faceward.turning SET compared = $1 WHERE compared <> $1";
    if transaction.execute(sql, &[&inside.compared.id()]).await? > 0 {
        let anew = "DELETE FROM faceward.turned;
                    INSERT INTO faceward.to_turn (app, template) SELECT app, id FROM faceward.templates
                    ON CONFLICT DO NOTHING";
        transaction.batch_execute(anew).await?;
    }
    Ok(transaction.commit().await?)
}

/// Writes the vector of a template that `change` has put, whose app it has locked.
pub(crate) async fn put(
    change: &Change<'_>,
    (sealer, inside): (&Sealer, &Inside),
    app: &AppId,
    record: &TemplateRecord,
    embedding: &Embedding,
) -> Result<(), PostgresError> {
    let mut rows = Rows::by_newest(sealer, app)?;
    rows.push(record, &inside.compared.embedding(embedding))?;
    rows.write(change, inside).await
}

/// Makes up to `limit` vectors of `app` that are missing. Gives how many it made; 0: none is missing.
pub(crate) async fn fill(
    client: &mut Client,
    (sealer, inside): (&Sealer, &Inside),
    app: &AppId,
    limit: usize,
) -> Result<usize, StoreError> {
    let change = Change::of_app(client, app).await?;
    data_keys::newest(&change, sealer, app).await?;
    let sql = format!(
        "SELECT {} FROM faceward.to_turn AS missing
            JOIN faceward.templates AS t ON t.app = missing.app AND t.id = missing.template
            CROSS JOIN (SELECT NULL::bytea AS sealed) AS n
         WHERE missing.app = $1 ORDER BY missing.template LIMIT $2",
        SealedTemplate::COLUMNS
    );
    let rows = change.query(&sql, &[&app.0, &at_most(limit)]).await?;
    turn(&change, (sealer, inside), app, &rows).await?;
    change.commit_unlogged().await?;
    Ok(rows.len())
}

/// Turns up to `limit` vectors after `after` by the newest key of the app that `change` has locked, where an older one has turned
/// them. Gives the last of them; `None`: there are no more.
pub(crate) async fn turn_older(
    change: &Change<'_>,
    (sealer, inside): (&Sealer, &Inside),
    app: &AppId,
    after: &str,
    limit: usize,
) -> Result<Option<String>, PostgresError> {
    let sql = format!(
        "SELECT {} FROM faceward.turned AS old
            JOIN faceward.templates AS t ON t.app = old.app AND t.id = old.template
            CROSS JOIN (SELECT NULL::bytea AS sealed) AS n
         WHERE old.app = $1 AND old.template > $2 AND old.generation <> $4 ORDER BY old.template LIMIT $3",
        SealedTemplate::COLUMNS
    );
    let newest = stored(newest(sealer, app)?)?;
    let rows = change.query(&sql, &[&app.0, &after, &at_most(limit), &newest]).await?;
    turn(change, (sealer, inside), app, &rows).await?;
    match rows.last() {
        Some(last) if rows.len() >= limit => Ok(Some(last.try_get("t_id")?)),
        Some(_) | None => Ok(None),
    }
}

/// How many vectors are missing, counted up to `limit`.
pub(crate) async fn n_to_turn(client: &impl Reads, limit: usize) -> Result<usize, PostgresError> {
    let sql = "SELECT count(*) AS n FROM (SELECT FROM faceward.to_turn LIMIT $1) AS missing";
    let rows = client.rows(sql, &[&at_most(limit)]).await?;
    let n: i64 = rows.first().ok_or(PostgresError::Corrupt("a count"))?.try_get("n")?;
    Ok(usize::try_from(n).unwrap_or_default())
}

/// An app of which a vector is missing.
pub(crate) async fn app_to_turn(client: &impl Reads) -> Result<Option<AppId>, PostgresError> {
    let rows = client.rows("SELECT app FROM faceward.to_turn LIMIT 1", &[]).await?;
    rows.first().map(|row| app_id(row, "app")).transpose()
}

async fn turn(
    change: &Change<'_>,
    (sealer, inside): (&Sealer, &Inside),
    app: &AppId,
    rows: &[Row],
) -> Result<(), PostgresError> {
    let mut turned = Rows::by_newest(sealer, app)?;
    for row in rows {
        let sealed = SealedTemplate::read(row)?.ok_or(PostgresError::Corrupt("a template"))?;
        for part in sealed.sealed_parts() {
            data_keys::know(change, sealer, app, part).await?;
        }
        let (record, embedding) = inside.compared.opened(sealed.open(sealer)?)?;
        turned.push(&record, &embedding)?;
    }
    turned.write(change, inside).await
}

fn newest(sealer: &Sealer, app: &AppId) -> Result<u32, PostgresError> {
    sealer.newest_generation(app).ok_or(PostgresError::Corrupt("the data key of an app"))
}

fn stored(generation: u32) -> Result<i32, PostgresError> {
    i32::try_from(generation).map_err(|_| PostgresError::Corrupt("the generation of a data key"))
}

fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Rows to be written, a column a list; the vectors one after the other.
struct Rows<'a> {
    sealer: &'a Sealer,
    app: &'a AppId,
    generation: u32,
    templates: Vec<String>,
    galleries: Vec<String>,
    models: Vec<String>,
    values: Vec<f32>,
    /// The place of the last value of each vector, from 1.
    ends: Vec<i32>,
    starts: Vec<i32>,
}

impl<'a> Rows<'a> {
    fn by_newest(sealer: &'a Sealer, app: &'a AppId) -> Result<Self, PostgresError> {
        Ok(Self {
            sealer,
            app,
            generation: newest(sealer, app)?,
            templates: Vec::new(),
            galleries: Vec::new(),
            models: Vec::new(),
            values: Vec::new(),
            ends: Vec::new(),
            starts: Vec::new(),
        })
    }

    /// With a vector as it is compared.
    fn push(&mut self, record: &TemplateRecord, embedding: &Embedding) -> Result<(), PostgresError> {
        let place = |length: usize| i32::try_from(length).map_err(|_| PostgresError::Corrupt("a vector"));
        self.templates.push(record.template.as_str().to_owned());
        self.galleries.push(record.gallery.as_str().to_owned());
        self.models.push(embedding.model().as_str().to_owned());
        self.starts.push(place(self.values.len() + 1)?);
        self.values.extend(self.sealer.turned(self.app, self.generation, embedding.vector())?);
        self.ends.push(place(self.values.len())?);
        Ok(())
    }

    /// In place of what there is; none of it is missing any more.
    async fn write(self, change: &Change<'_>, inside: &Inside) -> Result<(), PostgresError> {
        let sql = format!(
            "WITH found AS (
                DELETE FROM faceward.to_turn WHERE app = $1 AND template = ANY($2)
            )
            INSERT INTO faceward.turned (app, template, gallery, model, generation, vector)
            SELECT $1, new.template, new.gallery, new.model, $5,
                ($6::float4[])[new.start_at : new.end_at]::{schema}.vector
            FROM unnest($2::text[], $3::text[], $4::text[], $7::int4[], $8::int4[])
                AS new (template, gallery, model, start_at, end_at)
            WHERE EXISTS (SELECT FROM faceward.turning WHERE compared = $9)
            ON CONFLICT (app, template) DO UPDATE SET gallery = excluded.gallery, model = excluded.model,
                generation = excluded.generation, vector = excluded.vector",
            schema = inside.schema
        );
        let Self { app, templates, galleries, models, values, ends, starts, .. } = &self;
        let (generation, compared) = (stored(self.generation)?, inside.compared.id());
        let n_written = change
            .execute(
                &sql,
                &[&app.0, templates, galleries, models, &generation, values, starts, ends, &compared],
            )
            .await?;
        // Whoever came later compares in another way.
        if n_written == templates.len() as u64 { Ok(()) } else { Err(PostgresError::ComparedOtherwise) }
    }
}
