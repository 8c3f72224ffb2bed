//! Sealing anew: a walk through everything of an app, by which what older keys have sealed is sealed by the newest.
//!
//! How far it is need not be kept: what is sealed by the newest key already is passed by. What older keys have sealed was
//! committed before the newest key was, so one walk that begins after finds all of it, and at its end nothing is left. Servers may
//! walk at once.

use faceward_core::AppId;
use faceward_sealing::{Bound, Sealer, SessionFaceContext, SubjectContext, VectorContext, WebhookPart};
use faceward_store::StoreError;
use tokio_postgres::Row;
use uuid::Uuid;

use super::change::{Change, Entry};
use super::data_keys;
use super::rows::{gallery_id, model_id, subject_id, template_id};
use super::templates::Writer;
use crate::PostgresError;
use crate::connect::Client;
use crate::sql::inside::{Inside, turn_older};

/// How far the walk through an app is. Made anew, it begins anew.
#[derive(Default)]
pub(crate) struct Walk {
    /// Of the key by which it seals.
    generation: u32,
    /// Which table.
    table: usize,
    /// After which row of it, its keys as text; `None`: before the first.
    after: Option<[String; 2]>,
    /// Whether what is turned has come to its end too.
    turned: bool,
}

/// A value under the newest key; `None`: it is that already.
type SealedAnew = Result<Option<Vec<u8>>, PostgresError>;

/// Rows of one table that are sealed.
struct Table {
    /// Before the first key.
    before: [&'static str; 2],
    /// Rows of the app `$1` after the keys `$2` and `$3`, in their order, at most `$4`: their keys as texts `k1` and `k2`, `sealed`,
    /// and what that is bound to.
    select: &'static str,
    /// Writes sealed values `$4` into rows of the app `$1` with the keys `$2` and `$3` that still hold `$5`.
    update: &'static str,
    /// What the sealed value of a row is bound to.
    seal: fn(&Sealer, &AppId, &Row) -> SealedAnew,
}

const NO_UUID: &str = "00000000-0000-0000-0000-000000000000";

static TABLES: [Table; 7] = [
    Table {
        before: ["", ""],
        select: "SELECT id AS k1, '' AS k2, gallery, subject, id, model, sealed FROM faceward.templates
                 WHERE app = $1 AND id > $2 AND $3::text IS NOT NULL ORDER BY id LIMIT $4",
        update: "UPDATE faceward.templates AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE t.app = $1 AND t.id = new.k1 AND t.sealed = new.old",
        seal: template,
    },
    Table {
        before: ["", ""],
        select: "SELECT gallery AS k1, subject AS k2, gallery, subject, sealed FROM faceward.subject_names
                 WHERE app = $1 AND (gallery, subject) > ($2, $3) ORDER BY gallery, subject LIMIT $4",
        update: "UPDATE faceward.subject_names AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE t.app = $1 AND t.gallery = new.k1 AND t.subject = new.k2 AND t.sealed = new.old",
        seal: name,
    },
    Table {
        before: [NO_UUID, ""],
        select: "SELECT id::text AS k1, '' AS k2, id, sealed FROM faceward.sessions
                 WHERE app = $1 AND id > $2::text::uuid AND $3::text IS NOT NULL ORDER BY id LIMIT $4",
        update: "UPDATE faceward.sessions AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE t.app = $1 AND t.id = new.k1::uuid AND t.sealed = new.old",
        seal: session,
    },
    Table {
        before: [NO_UUID, ""],
        select: "SELECT session::text AS k1, role AS k2, session, role, model, face.sealed AS sealed
                 FROM faceward.session_faces AS face JOIN faceward.sessions ON sessions.id = session
                 WHERE app = $1 AND (session, role) > ($2::text::uuid, $3) ORDER BY session, role LIMIT $4",
        update: "UPDATE faceward.session_faces AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE $1::uuid IS NOT NULL AND t.session = new.k1::uuid AND t.role = new.k2 AND t.sealed = new.old",
        seal: session_face,
    },
    Table {
        before: [NO_UUID, ""],
        select: "SELECT id::text AS k1, '' AS k2, id, sealed FROM faceward.webhook_secrets
                 WHERE app = $1 AND id > $2::text::uuid AND $3::text IS NOT NULL ORDER BY id LIMIT $4",
        update: "UPDATE faceward.webhook_secrets AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE t.app = $1 AND t.id = new.k1::uuid AND t.sealed = new.old",
        seal: |sealer, app, row| webhook(sealer, WebhookPart::Secret, app, row),
    },
    Table {
        before: ["0", ""],
        select: "SELECT number::text AS k1, '' AS k2, id, sealed FROM faceward.webhook_events
                 WHERE app = $1 AND number > $2::text::bigint AND $3::text IS NOT NULL ORDER BY number LIMIT $4",
        update: "UPDATE faceward.webhook_events AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE t.app = $1 AND t.number = new.k1::bigint AND t.sealed = new.old",
        seal: |sealer, app, row| webhook(sealer, WebhookPart::Body, app, row),
    },
    Table {
        before: ["0", "0"],
        select: "SELECT attempt.event::text AS k1, attempt.number::text AS k2, event.id AS id, attempt.sealed AS sealed
                 FROM faceward.webhook_attempts AS attempt
                 JOIN faceward.webhook_events AS event ON event.number = attempt.event
                 WHERE app = $1 AND (attempt.event, attempt.number) > ($2::text::bigint, $3::text::integer)
                 ORDER BY attempt.event, attempt.number LIMIT $4",
        update: "UPDATE faceward.webhook_attempts AS t SET sealed = new.sealed
                 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS new (k1, k2, sealed, old)
                 WHERE $1::uuid IS NOT NULL AND t.event = new.k1::bigint AND t.number = new.k2::integer
                     AND t.sealed = new.old",
        seal: |sealer, app, row| webhook(sealer, WebhookPart::Answer, app, row),
    },
];

/// Goes on with `walk` by up to `limit` rows. Gives how many were sealed anew, and at the end of the walk, when the older keys
/// are gone, the number in the log.
pub(crate) async fn step(
    client: &mut Client,
    writer: Writer<'_>,
    (app, walk): (&AppId, &mut Walk),
    limit: usize,
) -> Result<(usize, Option<i64>), StoreError> {
    let sealer = writer.sealer;
    // No other change of this app: those of many templates at once take their rows in an order of their own.
    let change = Change::of_app(client, app).await?;
    data_keys::newest(&change, sealer, app).await?;
    let generation = data_keys::record(&change, app).await?.generation;
    if walk.generation != generation {
        *walk = Walk { generation, ..Walk::default() };
    }
    let Some(table) = TABLES.get(walk.table) else {
        if let Some(inside) = writer.inside.filter(|_| !walk.turned) {
            turn_on(&change, (sealer, inside), (app, walk), limit).await?;
            change.commit_unlogged().await?;
            return Ok((0, None));
        }
        data_keys::forget_older(&change, app, generation).await?;
        *walk = Walk::default();
        return Ok((0, Some(change.commit(&[Entry::App(*app)]).await?)));
    };
    let [first, second] = walk.after.clone().unwrap_or_else(|| table.before.map(str::to_owned));
    let n_most = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = change.query(table.select, &[&app.0, &first, &second, &n_most]).await?;
    let n_sealed = table.seal_anew(&change, sealer, app, &rows).await?;
    change.commit_unlogged().await?;
    match rows.last() {
        Some(last) if rows.len() >= limit => {
            let key = |column| last.try_get::<_, String>(column).map_err(PostgresError::from);
            walk.after = Some([key("k1")?, key("k2")?]);
        }
        Some(_) | None => (walk.table, walk.after) = (walk.table + 1, None),
    }
    Ok((n_sealed, None))
}

/// Goes on with what comes last: vectors that an older key has turned are turned by the newest.
async fn turn_on(
    change: &Change<'_>,
    turning: (&Sealer, &Inside),
    (app, walk): (&AppId, &mut Walk),
    limit: usize,
) -> Result<(), PostgresError> {
    let [after, _] = walk.after.take().unwrap_or_default();
    walk.after = turn_older(change, turning, app, &after, limit).await?.map(|last| [last, String::new()]);
    walk.turned = walk.after.is_none();
    Ok(())
}

impl Table {
    async fn seal_anew(
        &self,
        change: &Change<'_>,
        sealer: &Sealer,
        app: &AppId,
        rows: &[Row],
    ) -> Result<usize, PostgresError> {
        let (mut first, mut second, mut anew, mut old) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let sealed: &[u8] = row.try_get("sealed")?;
            data_keys::know(change, sealer, app, sealed).await?;
            if let Some(by_newest) = (self.seal)(sealer, app, row)? {
                first.push(row.try_get::<_, &str>("k1")?);
                second.push(row.try_get::<_, &str>("k2")?);
                anew.push(by_newest);
                old.push(sealed);
            }
        }
        if anew.is_empty() {
            return Ok(0);
        }
        Ok(change.execute(self.update, &[&app.0, &first, &second, &anew, &old]).await? as usize)
    }
}

fn template(sealer: &Sealer, app: &AppId, row: &Row) -> SealedAnew {
    let (gallery, subject) = (gallery_id(row, "gallery")?, subject_id(row, "subject")?);
    let (template, model) = (template_id(row, "id")?, model_id(row, "model")?);
    let context =
        VectorContext { app, gallery: &gallery, subject: &subject, template: &template, model: &model };
    Ok(sealer.reseal(row.try_get("sealed")?, &Bound::vector(context))?)
}

fn name(sealer: &Sealer, app: &AppId, row: &Row) -> SealedAnew {
    let (gallery, subject) = (gallery_id(row, "gallery")?, subject_id(row, "subject")?);
    let context = SubjectContext { app, gallery: &gallery, subject: &subject };
    Ok(sealer.reseal(row.try_get("sealed")?, &Bound::name(context))?)
}

fn session(sealer: &Sealer, app: &AppId, row: &Row) -> SealedAnew {
    Ok(sealer.reseal(row.try_get("sealed")?, &Bound::session(app, &row.try_get("id")?))?)
}

fn session_face(sealer: &Sealer, app: &AppId, row: &Row) -> SealedAnew {
    let (session, role, model): (Uuid, &str, _) =
        (row.try_get("session")?, row.try_get("role")?, model_id(row, "model")?);
    let context = SessionFaceContext { app, session: &session, role, model: &model };
    Ok(sealer.reseal(row.try_get("sealed")?, &Bound::session_face(context))?)
}

fn webhook(sealer: &Sealer, part: WebhookPart, app: &AppId, row: &Row) -> SealedAnew {
    Ok(sealer.reseal(row.try_get("sealed")?, &Bound::webhook(part, app, &row.try_get("id")?))?)
}
