//! Tokens on a real gallery in a temporary folder.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::ToSpan as _;
use tempfile::TempDir;

use super::*;
use crate::apps::{Credentials, NewApp};

const DAY: Duration = Duration::from_secs(24 * 3600);

struct Fixture {
    gallery: Arc<Gallery>,
    tokens: Tokens,
    app: Credentials,
    /// Deleted when dropped, after the gallery.
    folder: TempDir,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gallery = Arc::new(Gallery::open(folder.path()).expect("a new gallery"));
    let tokens = Tokens::new(Arc::clone(&gallery), DAY).expect("no keys yet");
    let app = new_app(&gallery);
    Fixture { gallery, tokens, app, folder }
}

fn new_app(gallery: &Arc<Gallery>) -> Credentials {
    Apps::new(Arc::clone(gallery)).create(NewApp::default()).expect("a new app")
}

impl Fixture {
    fn issue(&self) -> String {
        self.issue_to(&self.app)
    }

    fn issue_to(&self, app: &Credentials) -> String {
        let token = self.tokens.issue(&app.id.to_string(), app.key.reveal()).expect("the right key");
        token.reveal().to_owned()
    }

    fn accepts(&self, token: &str) -> bool {
        accepts(&self.tokens, token).is_some()
    }
}

fn accepts(tokens: &Tokens, token: &str) -> Option<AppId> {
    match tokens.authenticate(token) {
        Ok(app) => Some(app),
        Err(ServiceError::Unauthenticated) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_token_opens_the_app_that_it_was_issued_to_and_no_other() {
    let fixture = fixture();
    let other = new_app(&fixture.gallery);
    let token = fixture.issue();
    assert_eq!(accepts(&fixture.tokens, &format!(" {token} ")), Some(fixture.app.id));
    assert_eq!(accepts(&fixture.tokens, &fixture.issue_to(&other)), Some(other.id));
    assert_ne!(token, fixture.issue(), "every request gets a token of its own");
    let wrong = fixture.tokens.issue(&fixture.app.id.to_string(), other.key.reveal());
    assert!(matches!(wrong, Err(ServiceError::Unauthenticated)));
}

#[test]
fn a_token_is_a_signed_jwt_that_names_no_secret() {
    let fixture = fixture();
    let token = fixture.issue();
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

#[test]
fn what_is_no_token_of_ours_is_refused() {
    let (fixture, stranger) = (fixture(), fixture());
    let token = fixture.issue();
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
        stranger.issue(),
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
        assert!(!fixture.accepts(&token), "{token}");
    }
    assert!(fixture.accepts(&token));
}

#[test]
fn a_token_ends_by_itself() {
    let fixture = fixture();
    let token = fixture.issue();
    let ring = fixture.tokens.inner.ring.read();
    let now = Timestamp::now();
    for (hours, accepted) in [(0, true), (23, true), (25, false)] {
        assert_eq!(ring.verified(&token, now + hours.hours()).is_ok(), accepted, "after {hours} h");
    }
    assert!(ring.signed_by_us(&token, now + 25.hours()).is_ok(), "it is still ours");
}

#[test]
fn a_revoked_token_stays_revoked_over_a_restart() {
    let fixture = fixture();
    let (token, other) = (fixture.issue(), fixture.issue());
    let (id, key) = (fixture.app.id.to_string(), fixture.app.key.reveal());
    fixture.tokens.revoke(&id, key, &token).expect("its own");
    fixture.tokens.revoke(&id, key, &token).expect("twice is no error");
    assert!(!fixture.accepts(&token) && fixture.accepts(&other));
    let Fixture { gallery, tokens, folder, .. } = fixture;
    drop((gallery, tokens));
    let gallery = Gallery::open(folder.path()).expect("the gallery opens");
    let tokens = Tokens::new(gallery, DAY).expect("keys");
    assert!(accepts(&tokens, &token).is_none() && accepts(&tokens, &other).is_some());
}

#[test]
fn only_its_own_app_revokes_a_token() {
    let fixture = fixture();
    let other = new_app(&fixture.gallery);
    let token = fixture.issue();
    let foreign = fixture.tokens.revoke(&other.id.to_string(), other.key.reveal(), &token);
    assert!(matches!(foreign, Err(ServiceError::ForeignToken)));
    let wrong = fixture.tokens.revoke(&fixture.app.id.to_string(), other.key.reveal(), &token);
    assert!(matches!(wrong, Err(ServiceError::Unauthenticated)));
    assert!(fixture.accepts(&token));
}

#[test]
fn a_token_ends_with_its_app_and_with_the_key_that_it_was_made_with() {
    let fixture = fixture();
    let apps = Apps::new(Arc::clone(&fixture.gallery));
    let token = fixture.issue();
    apps.rotate_key(&fixture.app.id, DAY).expect("a new key");
    assert!(fixture.accepts(&token), "the old key works on");
    let key = apps.rotate_key(&fixture.app.id, Duration::ZERO).expect("a new key");
    assert!(!fixture.accepts(&token), "the old key has ended");
    let app = Credentials { id: fixture.app.id, key };
    let token = fixture.issue_to(&app);
    assert!(fixture.accepts(&token));
    apps.delete(&app.id).expect("it exists");
    assert!(!fixture.accepts(&token));
}

#[test]
fn signing_keys_rotate_with_an_overlap() {
    let fixture = fixture();
    let old = fixture.issue();
    let kept = fixture.tokens.rotate(DAY).expect("a new key");
    let new = fixture.issue();
    assert!(fixture.accepts(&old) && fixture.accepts(&new));
    let keys = fixture.tokens.keys().expect("readable");
    assert_eq!((keys.len(), keys[1].id, keys[1].expires_at), (2, kept, None));
    fixture.tokens.rotate(Duration::ZERO).expect("a new key");
    assert!(!fixture.accepts(&old) && !fixture.accepts(&new));
    assert!(fixture.accepts(&fixture.issue()));
}
