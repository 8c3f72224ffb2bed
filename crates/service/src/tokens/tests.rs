//! Tokens of apps in a store in memory.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use faceward_conformance::Memory;
use faceward_store::{
    AppRecord, AppSettings, AuditFilter, Deletion, DirectoryVersion, KeyHash, Page, Pending, Reachable,
    Standing, Version,
};
use jiff::ToSpan as _;

use super::*;
use crate::apps::{Credentials, NewApp};

const DAY: Duration = Duration::from_secs(24 * 3600);

struct Fixture {
    stores: Stores,
    tokens: Tokens,
    app: Credentials,
}

async fn fixture() -> Fixture {
    fixture_on(Memory::default().into()).await
}

async fn fixture_on(stores: Stores) -> Fixture {
    let tokens = Tokens::new(&stores, DAY);
    let app = new_app(&stores).await;
    Fixture { stores, tokens, app }
}

async fn new_app(stores: &Stores) -> Credentials {
    Apps::new(stores).create(NewApp::default()).await.expect("a new app")
}

impl Fixture {
    async fn issue(&self) -> String {
        self.issue_to(&self.app).await
    }

    async fn issue_to(&self, app: &Credentials) -> String {
        self.tokens.issue(app.id, app.key.reveal()).await.expect("a token").reveal().to_owned()
    }

    async fn accepts(&self, token: &str) -> bool {
        accepts(&self.tokens, token).await.is_some()
    }

    async fn revoke(&self, app: AppId, token: &str) -> Result<(), ServiceError> {
        self.tokens.revoke(self.tokens.revocable(app, token).await?).await
    }
}

async fn accepts(tokens: &Tokens, token: &str) -> Option<AppId> {
    match tokens.authenticate(token).await {
        Ok(app) => Some(app),
        Err(ServiceError::Unauthenticated) => None,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_token_opens_the_app_that_it_was_issued_to_and_no_other() {
    let fixture = fixture().await;
    let other = new_app(&fixture.stores).await;
    let token = fixture.issue().await;
    assert_eq!(accepts(&fixture.tokens, &format!(" {token} ")).await, Some(fixture.app.id));
    assert_eq!(accepts(&fixture.tokens, &fixture.issue_to(&other).await).await, Some(other.id));
    assert_ne!(token, fixture.issue().await, "every request gets a token of its own");
}

#[tokio::test]
async fn a_token_is_a_signed_jwt_that_names_no_secret() {
    let fixture = fixture().await;
    let token = fixture.issue().await;
    let parts: Vec<&str> = token.split('.').collect();
    let text = |part: &str| String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url"));
    let (head, claims) = (text(parts[0]).expect("text"), text(parts[1]).expect("text"));
    assert!(head.contains(r#""alg":"RS256""#) && head.contains(r#""kid":""#), "{head}");
    for claim in ["iss", "sub", "jti", "iat", "exp"] {
        assert!(claims.contains(&format!("\"{claim}\":")), "{claim} in {claims}");
    }
    assert!(!claims.contains(fixture.app.key.reveal()));
    assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(parts[2]).expect("base64url").len(), 2048 / 8);
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    let (fixture, stranger) = (fixture().await, fixture().await);
    let token = fixture.issue().await;
    let parts: Vec<&str> = token.split('.').collect();
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let head = |alg: &str| {
        let own = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(parts[0]).expect("base64url"));
        encode(&own.expect("text").replace("RS256", alg))
    };
    let other_claims = encode(r#"{"iss":"faceward","exp":9999999999}"#);
    let mut signature = BASE64_URL_SAFE_NO_PAD.decode(parts[2]).expect("base64url");
    signature[9] ^= 1;
    let altered = BASE64_URL_SAFE_NO_PAD.encode(signature);
    let bad = [
        String::new(),
        "x".to_owned(),
        "a.b.c".to_owned(),
        stranger.issue().await,
        format!("{}.{}.", head("none"), parts[1]),
        format!("{}.{}.{}", head("none"), parts[1], parts[2]),
        format!("{}.{}.{}", head("HS256"), parts[1], parts[2]),
        format!("{}.{}.{}", head("RS512"), parts[1], parts[2]),
        format!("{}.{other_claims}.{}", parts[0], parts[2]),
        format!("{}.{}.{altered}", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}x"),
    ];
    for token in bad {
        assert!(!fixture.accepts(&token).await, "{token}");
    }
    assert!(fixture.accepts(&token).await);
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let fixture = fixture().await;
    let token = fixture.issue().await;
    let ring = fixture.tokens.ring().await.expect("keys");
    let now = Timestamp::now();
    for (hours, accepted) in [(0, true), (23, true), (25, false)] {
        assert_eq!(ring.verified(&token, now + hours.hours()).is_ok(), accepted, "after {hours} h");
    }
    assert!(ring.signed_by_us(&token, now + 25.hours()).is_ok(), "it is still ours");
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_over_a_restart() {
    let fixture = fixture().await;
    let (token, other) = (fixture.issue().await, fixture.issue().await);
    for _twice in 0..2 {
        fixture.revoke(fixture.app.id, &token).await.expect("twice is no error");
    }
    assert!(!fixture.accepts(&token).await && fixture.accepts(&other).await);
    let tokens = Tokens::new(&fixture.stores, DAY);
    assert!(accepts(&tokens, &token).await.is_none() && accepts(&tokens, &other).await.is_some());
}

#[tokio::test]
async fn only_its_own_app_revokes_a_token() {
    let fixture = fixture().await;
    let other = new_app(&fixture.stores).await;
    let token = fixture.issue().await;
    let foreign = fixture.revoke(other.id, &token).await;
    assert!(matches!(foreign, Err(ServiceError::ForeignToken)), "{foreign:?}");
    let none = fixture.revoke(fixture.app.id, "a.b.c").await;
    assert!(matches!(none, Err(ServiceError::Unauthenticated)), "{none:?}");
    assert!(fixture.accepts(&token).await);
}

#[tokio::test]
async fn a_token_ends_with_its_app_and_with_the_key_that_it_was_made_with() {
    let fixture = fixture().await;
    let apps = Apps::new(&fixture.stores);
    let token = fixture.issue().await;
    apps.rotate_key(&fixture.app.id, DAY).await.expect("a new key");
    assert!(fixture.accepts(&token).await, "the old key works on");
    let key = apps.rotate_key(&fixture.app.id, Duration::ZERO).await.expect("a new key");
    assert!(!fixture.accepts(&token).await, "the old key has ended");
    let app = Credentials { id: fixture.app.id, key };
    let token = fixture.issue_to(&app).await;
    assert!(fixture.accepts(&token).await);
    apps.delete(&app.id).await.expect("it exists");
    assert!(!fixture.accepts(&token).await);
}

#[tokio::test]
async fn signing_keys_rotate_with_an_overlap() {
    let fixture = fixture().await;
    let old = fixture.issue().await;
    let kept = fixture.tokens.rotate(DAY).await.expect("a new key");
    let new = fixture.issue().await;
    assert!(fixture.accepts(&old).await && fixture.accepts(&new).await);
    let keys = fixture.tokens.keys().await.expect("readable");
    assert_eq!((keys.len(), keys[1].id, keys[1].expires_at), (2, kept, None));
    fixture.tokens.rotate(Duration::ZERO).await.expect("a new key");
    assert!(!fixture.accepts(&old).await && !fixture.accepts(&new).await);
    assert!(fixture.accepts(&fixture.issue().await).await);
}

#[tokio::test]
async fn a_key_that_another_process_has_made_counts_at_once() {
    let fixture = fixture().await;
    let old = fixture.issue().await;
    let elsewhere = Tokens::new(&fixture.stores, DAY);
    elsewhere.rotate(Duration::ZERO).await.expect("a new key");
    assert!(!fixture.accepts(&old).await, "the old key has ended");
    let new = elsewhere.issue(fixture.app.id, fixture.app.key.reveal()).await.expect("a token");
    assert!(fixture.accepts(new.reveal()).await);
}

#[tokio::test]
async fn of_two_who_make_the_first_key_at_once_both_get_tokens_that_last() {
    let fixture = fixture().await;
    let other = Tokens::new(&fixture.stores, DAY);
    let (a, b) = tokio::join!(fixture.tokens.prepare(), other.prepare());
    a.expect("a key");
    b.expect("a key");
    assert_eq!(fixture.tokens.keys().await.expect("readable").len(), 1);
    let tokens = [fixture.issue().await, fixture.issue().await];
    assert!(fixture.accepts(&tokens[0]).await && accepts(&other, &tokens[1]).await.is_some());
}

#[tokio::test]
async fn keys_that_are_made_and_rotated_are_recorded() {
    let fixture = fixture().await;
    fixture.issue().await;
    fixture.tokens.rotate(DAY).await.expect("a new key");
    let records = fixture.stores.audit.page(&AuditFilter::default(), 0, 100).await.expect("a page");
    let told: Vec<_> =
        records.iter().map(|record| format!("{} {}", record.event.action, record.event.outcome)).collect();
    let expected = ["create_app", "create_signing_key", "rotate_signing_key"]
        .map(|action| [format!("{action} begun"), format!("{action} answered")]);
    assert_eq!(told, expected.concat());
}

/// A directory that takes as long as it is told to add a signing key.
struct Slow {
    memory: Memory,
    let_go: tokio::sync::Semaphore,
    asked: tokio::sync::Notify,
}

impl Reachable for Slow {
    fn reach(&self) -> Pending<'_, ()> {
        self.memory.reach()
    }
}

impl Directory for Slow {
    fn add_signing_key<'a>(&'a self, key: &'a SigningKey, others: OtherKeys) -> Pending<'a, Traces> {
        Box::pin(async move {
            self.asked.notify_one();
            self.let_go.acquire().await.expect("open").forget();
            self.memory.add_signing_key(key, others).await
        })
    }

    fn version(&self) -> Pending<'_, DirectoryVersion> {
        Box::pin(async move { Directory::version(&self.memory).await })
    }

    fn create_app<'a>(&'a self, app: &'a AppRecord, key: &'a KeyHash) -> Pending<'a, ()> {
        Box::pin(async move { self.memory.create_app(app, key).await })
    }

    fn app<'a>(&'a self, app: &'a AppId) -> Pending<'a, AppRecord> {
        Box::pin(async move { self.memory.app(app).await })
    }

    fn list_apps<'a>(&'a self, page: Page<'a, AppId>) -> Pending<'a, Vec<AppRecord>> {
        Box::pin(async move { self.memory.list_apps(page).await })
    }

    fn replace_settings<'a>(
        &'a self,
        app: &'a AppId,
        known: &'a AppSettings,
        settings: &'a AppSettings,
    ) -> Pending<'a, bool> {
        Box::pin(async move { self.memory.replace_settings(app, known, settings).await })
    }

    fn set_settings<'a>(&'a self, app: &'a AppId, settings: &'a AppSettings) -> Pending<'a, ()> {
        Box::pin(async move { self.memory.set_settings(app, settings).await })
    }

    fn rename_app<'a>(&'a self, app: &'a AppId, name: &'a str) -> Pending<'a, ()> {
        Box::pin(async move { self.memory.rename_app(app, name).await })
    }

    fn delete_app<'a>(&'a self, app: &'a AppId) -> Pending<'a, Deletion> {
        Box::pin(async move { self.memory.delete_app(app).await })
    }

    fn end_key<'a>(&'a self, app: &'a AppId, added: Timestamp, now: Timestamp) -> Pending<'a, bool> {
        Box::pin(async move { self.memory.end_key(app, added, now).await })
    }

    fn replace_keys<'a>(
        &'a self,
        app: &'a AppId,
        key: &'a KeyHash,
        now: Timestamp,
        until: Timestamp,
    ) -> Pending<'a, ()> {
        Box::pin(async move { self.memory.replace_keys(app, key, now, until).await })
    }

    fn standing<'a>(&'a self, app: &'a AppId, token: Option<Uuid>) -> Pending<'a, Standing> {
        Box::pin(async move { self.memory.standing(app, token).await })
    }

    fn signing_keys(&self) -> Pending<'_, (Vec<SigningKey>, Version)> {
        Box::pin(async move { self.memory.signing_keys().await })
    }

    fn revoke_token(&self, token: Uuid, end: Timestamp, now: Timestamp) -> Pending<'_, ()> {
        Box::pin(async move { self.memory.revoke_token(token, end, now).await })
    }
}

#[tokio::test]
async fn requests_are_let_in_while_a_key_is_made() {
    let memory = Memory::default();
    let (let_go, asked) = (tokio::sync::Semaphore::new(1), tokio::sync::Notify::new());
    let slow = Arc::new(Slow { memory: memory.clone(), let_go, asked });
    let directory: Arc<dyn Directory> = Arc::<Slow>::clone(&slow);
    let fixture = fixture_on(Stores { directory, ..memory.into() }).await;
    let token = fixture.issue().await;
    slow.asked.notified().await;
    let tokens = fixture.tokens.clone();
    let rotating = tokio::spawn(async move { tokens.rotate(Duration::ZERO).await });
    slow.asked.notified().await;
    // The new key is made and on its way: nobody waits for it.
    assert!(fixture.accepts(&token).await);
    assert!(fixture.accepts(&fixture.issue().await).await);
    slow.let_go.add_permits(1);
    rotating.await.expect("no panic").expect("a new key");
    assert!(!fixture.accepts(&token).await, "the old key has ended");
}
