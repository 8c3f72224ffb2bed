//! Verification sessions on disk: there after a restart, sealed, and gone without a trace.

use std::collections::HashSet;
use std::path::Path;

use faceward_conformance::Fixture as _;
use faceward_conformance::samples::{app, at, embedding, key_hash, seeded};
use faceward_store::{SessionChange, SessionRecord, SessionState, Traces};
use rusqlite::Connection;
use uuid::Uuid;

use crate::erasure::present;
use crate::support::{fresh, open};

const DOCUMENT: &str = r#"{"return_url":"https://shop.example/anna-katharina-smith"}"#;

fn session() -> SessionRecord {
    SessionRecord {
        id: Uuid::from_u128(7),
        app: app(1),
        link: key_hash(9),
        browser: None,
        state: SessionState::Created,
        revision: 0,
        created_at: at(0),
        expires_at: at(100),
        ended_at: None,
        document: DOCUMENT.to_owned(),
    }
}

/// Pieces of what lies sealed in `table`, no two alike.
fn pieces(dir: &Path, table: &str) -> HashSet<[u8; 16]> {
    let database = Connection::open(dir.join("gallery.db")).expect("a database");
    let mut statement = database.prepare(&format!("SELECT sealed FROM {table}")).expect("valid SQL");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.map(|sealed| sealed.expect("a row")[1..17].try_into().expect("16 bytes")).collect()
}

fn occurs(dir: &Path, wanted: &[u8]) -> bool {
    fs_err::read_dir(dir).expect("a folder").any(|entry| {
        let content = fs_err::read(entry.expect("an entry").path()).expect("readable");
        content.windows(wanted.len()).any(|window| window == wanted)
    })
}

#[tokio::test]
async fn a_session_survives_a_restart_sealed_and_leaves_no_trace() {
    let folder = fresh().await;
    let face = embedding(&seeded(1, 64));
    folder.stores().sessions.create_session(&session(), Some(&face), 9).await.expect("room");
    let dir = folder.close();
    assert!(!occurs(dir.path(), b"anna-katharina"), "the document is sealed");
    let bytes: Vec<u8> = face.vector().iter().flat_map(|value| value.to_le_bytes()).collect();
    assert!(!occurs(dir.path(), &bytes[..16]), "the face is sealed");
    let (documents, faces) = (pieces(dir.path(), "sessions"), pieces(dir.path(), "session_faces"));
    assert_eq!((documents.len(), faces.len()), (1, 1));
    assert!(
        present(dir.path(), &documents) > 0 && present(dir.path(), &faces) > 0,
        "the search finds what is there"
    );

    let stores = open(dir.path());
    let found = stores.sessions.session_of_link(&key_hash(9)).await.expect("an answer");
    assert_eq!(found, Some(session()));
    let kept = stores.sessions.session_faces(&app(1), &session().id).await.expect("an answer");
    assert_eq!(kept.reference, Some(face));
    let record = SessionRecord { state: SessionState::Passed, ended_at: Some(at(50)), ..session() };
    let ended = SessionChange { record, selfie: None, event: None };
    let traces = stores.sessions.change_session(&ended).await.expect("an answer");
    assert_eq!(traces, Some(Traces::Wiped), "the first, and all of it");
    assert_eq!(present(dir.path(), &faces), 0, "while the folder is in use");
    assert_eq!(present(dir.path(), &documents), 0, "the document was sealed anew");
    assert_eq!(stores.sessions.purge_sessions(at(60), 9).await.expect("purged").0, 1);
    drop(stores);
    assert!(pieces(dir.path(), "sessions").is_empty() && !occurs(dir.path(), &key_hash(9).sha256));
}

#[tokio::test]
async fn one_that_cannot_be_read_holds_up_no_other() {
    let folder = fresh().await;
    for number in 1..=3 {
        let new = SessionRecord { id: Uuid::from_u128(number.into()), link: key_hash(number), ..session() };
        folder.stores().sessions.create_session(&new, None, 9).await.expect("room");
    }
    let dir = folder.close();
    let database = Connection::open(dir.path().join("gallery.db")).expect("a database");
    let damage = "UPDATE sessions SET sealed = zeroblob(64) WHERE id = ?1";
    assert_eq!(database.execute(damage, [Uuid::from_u128(1).as_bytes()]).expect("damaged"), 1);
    drop(database);
    let stores = open(dir.path());
    let first = stores.sessions.overdue_sessions(at(100), None, 1).await.expect("a page");
    assert_eq!((first.sessions.len(), first.damaged), (0, vec![Uuid::from_u128(1)]));
    let rest = stores.sessions.overdue_sessions(at(100), first.next.as_ref(), 9).await.expect("a page");
    let ids: Vec<_> = rest.sessions.iter().map(|session| session.id.as_u128()).collect();
    assert_eq!((ids, rest.damaged.len(), rest.next), (vec![2, 3], 0, None));
}
