//! Open challenges and frames that were seen. Each statement that decides is one: whoever comes second finds it decided.

use faceward_core::{AppId, GalleryId, SubjectId};
use faceward_store::{
    ChallengeKey, ChallengeRecord, ChallengeRefusal, Digest, NewChallenge, REMEMBERED_FRAMES, StoreError,
    Word,
};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio_postgres::Row;

use super::change::Change;
use super::rows::{as_stored, gallery_id, is_there, subject_id};
use crate::PostgresError;
use crate::connect::Client;

/// Challenges of an app whose time is not over and that are answered; more wait until those expire.
const ANSWERED: i64 = 10_000;
/// How long an expired challenge is remembered, to tell a client what went wrong.
const MEMORY: SignedDuration = SignedDuration::from_secs(600);

/// Keeps a challenge of `app`.
pub(crate) async fn open(
    client: &mut Client,
    app: &AppId,
    challenge: &NewChallenge,
    max_open: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    let NewChallenge { id, record: ChallengeRecord { movements, subject, mirrored }, expires_at } = challenge;
    let change = Change::begin(client).await?;
    alone(&change, app, "challenges").await?;
    let forget = "DELETE FROM faceward.challenges WHERE app = $1 AND expires_at <= $2";
    change.execute(forget, &[&app.0, &as_stored(now.saturating_sub(MEMORY).unwrap_or(now))?]).await?;
    let insert = "
        INSERT INTO faceward.challenges (digest, app, movements, gallery, subject, mirrored, expires_at)
        SELECT $1, $2, $3, $4, $5, $6, $7 FROM (
            SELECT count(*) AS running, count(*) FILTER (WHERE NOT answered) AS open
            FROM faceward.challenges WHERE app = $2 AND expires_at > $8
        ) AS counted WHERE open < $9 AND running < $9 + $10";
    let movements: Vec<&str> = movements.iter().map(AsRef::as_ref).collect();
    let (gallery, subject) = subject.as_ref().map(|(gallery, subject)| (gallery, subject)).unzip();
    let (gallery, subject) = (gallery.map(GalleryId::as_str), subject.map(SubjectId::as_str));
    let (expires_at, now) = (as_stored(*expires_at)?, as_stored(now)?);
    let max_open = i64::try_from(max_open).unwrap_or(i64::MAX - ANSWERED);
    let n_opened = change
        .execute(
            insert,
            &[
                &digest(id),
                &app.0,
                &movements,
                &gallery,
                &subject,
                mirrored,
                &expires_at,
                &now,
                &max_open,
                &ANSWERED,
            ],
        )
        .await?;
    if n_opened == 0 {
        return Err(ChallengeRefusal::TooMany.into());
    }
    Ok(change.commit_unlogged().await?)
}

/// The challenge `id`, which stays open.
pub(crate) async fn look(
    client: &Client,
    app: &AppId,
    id: &ChallengeKey,
    now: Timestamp,
) -> Result<ChallengeRecord, StoreError> {
    let sql = "SELECT app, movements, gallery, subject, mirrored, expires_at, answered
               FROM faceward.challenges WHERE digest = $1";
    let row = client.query_opt(sql, &[&digest(id)]).await?;
    let row = row.ok_or(ChallengeRefusal::Unknown)?;
    refuse(&row, app, now)?;
    Ok(record(&row)?)
}

/// Takes the challenge `id`: of all who ask, one gets it.
pub(crate) async fn take(
    client: &Client,
    app: &AppId,
    id: &ChallengeKey,
    now: Timestamp,
) -> Result<ChallengeRecord, StoreError> {
    let sql = "UPDATE faceward.challenges SET answered = true
               WHERE digest = $1 AND app = $2 AND NOT answered AND expires_at > $3
               RETURNING movements, gallery, subject, mirrored";
    match client.query_opt(sql, &[&digest(id), &app.0, &as_stored(now)?]).await? {
        Some(row) => Ok(record(&row)?),
        // Why not. Should it be open after all, somebody's clock has gone back: it is refused.
        None => match look(client, app, id, now).await {
            Err(refusal) => Err(refusal),
            Ok(_open) => Err(ChallengeRefusal::Expired.into()),
        },
    }
}

/// How many challenges of `app` wait for their answer.
pub(crate) async fn count_open(client: &Client, app: &AppId, now: Timestamp) -> Result<usize, PostgresError> {
    let sql = "SELECT count(*) FROM faceward.challenges WHERE app = $1 AND NOT answered AND expires_at > $2";
    let n_open: i64 = client.query_one(sql, &[&app.0, &as_stored(now)?]).await?.try_get(0)?;
    Ok(n_open as usize)
}

fn refuse(row: &Row, app: &AppId, now: Timestamp) -> Result<(), StoreError> {
    let (of, answered) = (row.try_get("app"), row.try_get("answered"));
    let (of, answered): (uuid::Uuid, bool) =
        (of.map_err(PostgresError::from)?, answered.map_err(PostgresError::from)?);
    let expires_at: Timestamp = row.try_get("expires_at").map_err(PostgresError::from)?;
    if of != app.0 {
        Err(ChallengeRefusal::Foreign.into())
    } else if answered {
        Err(ChallengeRefusal::Replayed.into())
    } else if expires_at <= now {
        Err(ChallengeRefusal::Expired.into())
    } else {
        Ok(())
    }
}

fn record(row: &Row) -> Result<ChallengeRecord, PostgresError> {
    let movements: Vec<String> = row.try_get("movements")?;
    let subject = if is_there(row, "gallery")? {
        Some((gallery_id(row, "gallery")?, subject_id(row, "subject")?))
    } else {
        None
    };
    let mirrored = row.try_get("mirrored")?;
    Ok(ChallengeRecord { movements: movements.into_iter().map(Word::Owned).collect(), subject, mirrored })
}

/// Remembers frames, and says of each whether an earlier answer had it.
pub(crate) async fn remember_frames(
    client: &mut Client,
    app: &AppId,
    frames: &[Option<Digest>],
) -> Result<Vec<bool>, PostgresError> {
    let seen: Vec<&[u8]> = frames.iter().flatten().map(<[u8; 32]>::as_slice).collect();
    let change = Change::begin(client).await?;
    alone(&change, app, "frames").await?;
    let known = "SELECT digest FROM faceward.frames WHERE app = $1 AND digest = ANY ($2)";
    let known = change.query(known, &[&app.0, &seen]).await?;
    let known = known.iter().map(|row| row.try_get::<_, &[u8]>("digest")).collect::<Result<Vec<_>, _>>()?;
    let insert = "
        INSERT INTO faceward.frames (app, digest) SELECT $1, digest FROM
            (SELECT DISTINCT digest FROM unnest($2::bytea[]) AS seen (digest)) AS each
        ON CONFLICT (app, digest) DO UPDATE SET number = DEFAULT";
    change.execute(insert, &[&app.0, &seen]).await?;
    let forget = "
        DELETE FROM faceward.frames WHERE app = $1 AND number <=
            (SELECT number FROM faceward.frames WHERE app = $1 ORDER BY number DESC OFFSET $2 LIMIT 1)";
    change.execute(forget, &[&app.0, &(REMEMBERED_FRAMES as i64)]).await?;
    change.commit_unlogged().await?;
    Ok(frames.iter().map(|frame| frame.is_some_and(|frame| known.contains(&frame.as_slice()))).collect())
}

/// Lets nobody else count or remember for the app until the transaction ends.
async fn alone(change: &Change<'_>, app: &AppId, what: &str) -> Result<(), PostgresError> {
    let lock = "SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))";
    change.execute(lock, &[&format!("faceward {what}"), &app.to_string()]).await?;
    Ok(())
}

/// The database does not learn what an open challenge is called.
fn digest(id: &ChallengeKey) -> Vec<u8> {
    Sha256::digest(id.0).to_vec()
}
