//! Verification sessions: found by their secrets, changed by one at a time, over once and for all.

use faceward_store::{
    Endpoint, NewEvent, SessionChange, SessionFaces, SessionRecord, SessionState, Sessions, StoreError,
    Stores, Traces, WebhookSecret,
};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::Fixture;
use crate::samples::{app, at, create_apps, embedding, key_hash, seeded};

/// The session of that number, of an app, which expires at that second.
fn session(number: u8, of: u128, expires: i64) -> SessionRecord {
    SessionRecord {
        id: Uuid::from_u128(number.into()),
        app: app(of),
        link: key_hash(number),
        browser: None,
        state: SessionState::Created,
        revision: 0,
        created_at: at(0),
        expires_at: at(expires),
        ended_at: None,
        document: format!("{{\"number\":{number}}}"),
    }
}

/// Sessions 1 and 2 of app 1, 3 of app 2. They expire after 100, 200 and 300 seconds.
async fn three(stores: &Stores) -> &dyn Sessions {
    create_apps(stores, 2).await;
    let face = embedding(&seeded(1, 8));
    for (new, reference) in
        [(session(1, 1, 100), Some(&face)), (session(2, 1, 200), None), (session(3, 2, 300), Some(&face))]
    {
        stores.sessions.create_session(&new, reference, 9).await.expect("room");
    }
    &*stores.sessions
}

fn to(record: &SessionRecord, state: SessionState) -> SessionChange {
    let ended_at = state.has_ended().then(|| at(50));
    SessionChange { record: SessionRecord { state, ended_at, ..record.clone() }, selfie: None, event: None }
}

async fn change(sessions: &dyn Sessions, change: &SessionChange) -> bool {
    sessions.change_session(change).await.expect("an answer").is_some()
}

/// As it was given, by its id within its app alone, by its link, and by the browser that took it.
pub async fn a_session_is_found_by_its_app_its_link_and_its_browser(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    let found = async |of: u128, number: u8| {
        sessions.session(&app(of), &Uuid::from_u128(number.into())).await.expect("an answer")
    };
    assert_eq!(found(1, 1).await, Some(session(1, 1, 100)));
    assert_eq!((found(2, 1).await, found(1, 9).await), (None, None));
    let by_link = sessions.session_of_link(&key_hash(3)).await.expect("an answer");
    assert_eq!(by_link, Some(session(3, 2, 300)));
    assert_eq!(sessions.session_of_link(&key_hash(9)).await.expect("an answer"), None);
    assert_eq!(sessions.session_of_browser(&key_hash(3)).await.expect("an answer"), None, "a link is none");
    let mut opened = to(&session(3, 2, 300), SessionState::Opened);
    opened.record.browser = Some(key_hash(7));
    assert!(change(sessions, &opened).await);
    let by_browser = sessions.session_of_browser(&key_hash(7)).await.expect("an answer");
    assert_eq!(by_browser, Some(SessionRecord { revision: 1, ..opened.record }));
    let page = async |before: Option<u128>, limit| {
        let before = before.map(Uuid::from_u128);
        let page = sessions.list_sessions(&app(1), before.as_ref(), limit).await.expect("a page");
        page.iter().map(|session| session.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(
        (page(None, 9).await, page(Some(2), 9).await, page(None, 1).await),
        (vec![2, 1], vec![1], vec![2])
    );
    let unknown = sessions.create_session(&session(4, 7, 100), None, 9).await;
    assert!(matches!(unknown, Err(StoreError::AppUnknown(_))), "{unknown:?}");
}

/// Whoever knows an older revision, another app, or comes after the end, changes nothing.
pub async fn of_many_who_change_a_session_one_wins(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    let first = session(1, 1, 100);
    let foreign = SessionRecord { app: app(2), ..first.clone() };
    assert!(!change(sessions, &to(&foreign, SessionState::Cancelled)).await);
    let opened = to(&first, SessionState::Opened);
    let n_won = join_all((0..8).map(|_| change(sessions, &opened))).await;
    assert_eq!(n_won.into_iter().filter(|won| *won).count(), 1, "one of eight that open");
    let newest = sessions.session(&app(1), &first.id).await.expect("an answer").expect("there");
    assert_eq!((newest.state, newest.revision), (SessionState::Opened, 1));
    let ends = [SessionState::Passed, SessionState::Failed, SessionState::Cancelled, SessionState::Expired];
    let changes = ends.map(|state| to(&newest, state));
    let n_won = join_all(changes.iter().map(|end| change(sessions, end))).await;
    assert_eq!(n_won.into_iter().filter(|won| *won).count(), 1, "one of four that end it");
    let over = sessions.session(&app(1), &first.id).await.expect("an answer").expect("there");
    assert!(over.state.has_ended() && over.ended_at == Some(at(50)), "{over:?}");
    assert!(!change(sessions, &to(&over, SessionState::Passed)).await, "what has ended stays as it is");
}

/// Kept while it is under way, and gone with its end; those of another session stay.
pub async fn faces_go_when_a_session_ends(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    let faces = async |of: u128, number: u128| {
        sessions.session_faces(&app(of), &Uuid::from_u128(number)).await.expect("an answer")
    };
    let (reference, selfie) = (Some(embedding(&seeded(1, 8))), Some(embedding(&seeded(2, 8))));
    assert_eq!(faces(1, 1).await, SessionFaces { reference: reference.clone(), selfie: None });
    assert_eq!((faces(2, 1).await, faces(1, 2).await), (SessionFaces::default(), SessionFaces::default()));
    let mut taken = to(&session(1, 1, 100), SessionState::Consented);
    taken.selfie.clone_from(&selfie);
    assert!(change(sessions, &taken).await);
    assert_eq!(faces(1, 1).await, SessionFaces { reference: reference.clone(), selfie: selfie.clone() });
    let newest = SessionRecord { revision: 1, ..taken.record };
    assert!(change(sessions, &to(&newest, SessionState::Consented)).await);
    assert_eq!(faces(1, 1).await.selfie, selfie, "a change without a face leaves it");
    let newest = SessionRecord { revision: 2, ..newest };
    let traces = sessions.change_session(&to(&newest, SessionState::Passed)).await.expect("an answer");
    assert!(matches!(traces, Some(Traces::Wiped | Traces::Fading)), "{traces:?}");
    assert_eq!(faces(1, 1).await, SessionFaces::default());
    assert_eq!(faces(2, 3).await.reference, reference, "another's");
    stores.directory.delete_app(&app(2)).await.map(|_| ()).expect("deleted");
    assert_eq!(faces(2, 3).await, SessionFaces::default());
    assert_eq!(sessions.session_of_link(&key_hash(3)).await.expect("an answer"), None, "with its app");
}

/// With the change that it tells of, or not at all; where nobody is to be told, the change is made all the same.
pub async fn an_event_is_recorded_with_its_change(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    let (endpoint, secret) = (
        Endpoint { url: "https://a.example/hook".to_owned(), enabled: true },
        WebhookSecret {
            id: Uuid::from_u128(1),
            key: zeroize::Zeroizing::new(vec![1; 32]),
            created_at: at(0),
        },
    );
    stores.webhooks.set_webhook(&app(1), &endpoint, &secret).await.map(|_| ()).expect("set");
    let told = |number: u8, record: &SessionRecord| SessionChange {
        event: Some(NewEvent {
            id: Uuid::from_u128(number.into()),
            ordering_key: record.id.to_string(),
            kind: "session.completed".into(),
            body: format!("{{\"number\":{number}}}"),
            created_at: at(50),
            until: at(90),
        }),
        ..to(record, SessionState::Passed)
    };
    assert!(change(sessions, &told(1, &session(1, 1, 100))).await);
    assert!(!change(sessions, &told(2, &session(1, 1, 100))).await, "too late");
    assert!(change(sessions, &told(3, &session(3, 2, 300))).await, "of an app without an endpoint");
    let events = stores.webhooks.list_events(&app(1), None, None, 9).await.expect("a page");
    let events: Vec<_> = events.iter().map(|event| (event.id.as_u128(), event.kind.as_ref())).collect();
    assert_eq!(events, [(1, "session.completed")]);
    assert!(stores.webhooks.list_events(&app(2), None, None, 9).await.expect("a page").is_empty());
}

/// From the second on at which its time is over; kept for a while after its end.
pub async fn sessions_run_out_and_are_forgotten(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    let overdue = async |second, limit| {
        let found = sessions.overdue_sessions(at(second), None, limit).await.expect("an answer").sessions;
        found.iter().map(|session| session.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!((overdue(99, 9).await, overdue(100, 9).await), (vec![], vec![1]));
    assert_eq!((overdue(300, 9).await, overdue(300, 2).await), (vec![1, 2, 3], vec![1, 2]));
    assert!(change(sessions, &to(&session(1, 1, 100), SessionState::Expired)).await);
    assert!(change(sessions, &to(&session(3, 2, 300), SessionState::Passed)).await);
    assert_eq!(overdue(300, 9).await, [2]);
    let purged = async |second, limit| sessions.purge_sessions(at(second), limit).await.expect("purged").0;
    assert_eq!(purged(50, 9).await, 0, "they ended then, not before");
    assert_eq!((purged(51, 1).await, purged(51, 9).await, purged(51, 9).await), (1, 1, 0));
    assert_eq!(sessions.session_of_link(&key_hash(1)).await.expect("an answer"), None);
    assert!(sessions.session_of_link(&key_hash(2)).await.expect("an answer").is_some(), "still under way");
}

/// Each once, in the order in which they ran out, whatever was done to those of the pages before.
pub async fn overdue_sessions_come_page_by_page(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    // Two that run out in the same second.
    for number in [4, 5] {
        sessions.create_session(&session(number, 1, 200), None, 9).await.expect("room");
    }
    let (mut seen, mut after, mut n_pages) = (Vec::new(), None, 0);
    loop {
        let page = sessions.overdue_sessions(at(300), after.as_ref(), 2).await.expect("a page");
        assert!(page.sessions.len() <= 2 && page.damaged.is_empty(), "{page:?}");
        for record in &page.sessions {
            assert!(change(sessions, &to(record, SessionState::Expired)).await);
        }
        seen.extend(page.sessions.iter().map(|session| session.id.as_u128()));
        n_pages += 1;
        assert!(n_pages < 9, "it comes to an end");
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 4, 5, 3]);
}

/// Of those that come at once no more than there is room for; what has ended takes none.
pub async fn an_app_has_so_many_sessions_under_way(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let sessions = three(&stores).await;
    let new: Vec<_> = (10..16).map(|number| session(number, 1, 100)).collect();
    let made = join_all(new.iter().map(|new| sessions.create_session(new, None, 5))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3, "2 were there: {made:?}");
    assert!(made.iter().all(|made| matches!(made, Ok(()) | Err(StoreError::TooManySessions))), "{made:?}");
    assert!(change(sessions, &to(&session(1, 1, 100), SessionState::Cancelled)).await);
    sessions.create_session(&session(20, 1, 100), None, 5).await.expect("the place of the first");
    sessions.create_session(&session(21, 2, 100), None, 2).await.expect("another app has its own room");
}
