//! Operators in a store in memory.

use faceward_conformance::Memory;
use faceward_store::AuditFilter;

use super::*;
use crate::audit::Origin;

const PASSWORD: &str = "correct horse battery";

struct Fixture {
    operators: Operators,
    stores: Stores,
}

fn fixture_with(settings: OperatorSettings) -> Fixture {
    let stores = Stores::from(Memory::default());
    Fixture { operators: Operators::new(&stores, settings), stores }
}

fn name(text: &str) -> OperatorName {
    OperatorName::parse(text).expect("a name")
}

fn password(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

impl Fixture {
    async fn create(&self, text: &str, role: Role) {
        let new = NewOperator { name: name(text), role, password: Some(password(PASSWORD)) };
        self.operators.create(new).await.expect("a new operator");
    }

    async fn log_in(&self, name: &str, text: &str) -> Result<NewPass, ServiceError> {
        self.operators.log_in(name, password(text), "127.0.0.1").await
    }

    /// Action, operator, whom it is about, outcome of every record.
    async fn told(&self) -> Vec<String> {
        let records = self.stores.audit.page(&AuditFilter::default(), 0, 100).await.expect("a page");
        let tell = |record: &faceward_store::AuditRecord| {
            let event = &record.event;
            let word = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            let by = word(event.operator.as_ref().map(ToString::to_string));
            let about = word(event.subject.as_ref().map(ToString::to_string));
            format!("{} {by} {about} {}", event.action, event.outcome)
        };
        records.iter().map(tell).collect()
    }
}

#[tokio::test]
async fn only_the_right_password_logs_in_and_all_refusals_look_alike() {
    let fixture = fixture_with(OperatorSettings::default());
    fixture.create("olga", Role::Owner).await;
    fixture.create("otto", Role::Operator).await;
    let off = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    fixture.operators.change(&name("otto"), off).await.expect("disabled");
    let tokens_only = NewOperator { name: name("script"), role: Role::Auditor, password: None };
    fixture.operators.create(tokens_only).await.expect("a new operator");
    for (who, text) in [
        ("olga", "wrong password"),
        ("olga", ""),
        ("Olga", PASSWORD),
        ("nobody", PASSWORD),
        ("otto", PASSWORD),
        ("script", ""),
        ("a\nb", PASSWORD),
    ] {
        let refused = fixture.log_in(who, text).await;
        assert!(matches!(refused, Err(ServiceError::Unauthenticated)), "{who} {text}: {refused:?}");
    }
    let session = fixture.log_in(" olga ", PASSWORD).await.expect("a session");
    let actor = fixture.operators.authenticate(session.secret.reveal()).await.expect("olga");
    assert_eq!((actor.name.as_str(), actor.role), ("olga", Role::Owner));
    fixture.operators.log_out(&actor).await.expect("out");
    assert!(fixture.operators.authenticate(session.secret.reveal()).await.is_err());
}

#[tokio::test]
async fn a_password_is_12_to_256_characters_and_kept_as_an_argon2id_hash() {
    let fixture = fixture_with(OperatorSettings::default());
    for bad in ["", "elevenchars", &"x".repeat(257)] {
        let new = NewOperator { name: name("a"), role: Role::Owner, password: Some(password(bad)) };
        let refused = fixture.operators.create(new).await;
        assert!(matches!(refused, Err(ServiceError::InvalidParameter { name: "password", .. })), "{bad}");
    }
    fixture.create("olga", Role::Owner).await;
    let record = fixture.stores.operators.operator(&name("olga")).await.expect("known");
    let hash = record.password.expect("a hash");
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

#[tokio::test]
async fn sessions_end_when_idle_and_after_their_longest_life() {
    let (idle, life) = (Duration::from_millis(300), Duration::from_millis(900));
    let fixture = fixture_with(OperatorSettings { session_idle: idle, session_lifetime: life });
    fixture.create("olga", Role::Owner).await;
    let session = fixture.log_in("olga", PASSWORD).await.expect("a session");
    let known = async || fixture.operators.authenticate(session.secret.reveal()).await.is_ok();
    let ends_at = async || {
        let found = fixture.stores.operators.pass(&session.record.hash).await.expect("an answer");
        found.expect("there").0.ends_at
    };
    let first = ends_at().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    if known().await {
        assert!(ends_at().await > first, "it is used, so it lives on");
        assert!(ends_at().await <= session.record.created_at + life, "but not for ever");
    }
    tokio::time::sleep(idle * 2).await;
    assert!(!known().await, "it was idle for too long");
}

#[tokio::test]
async fn a_new_password_and_a_disabled_operator_end_every_pass() {
    let fixture = fixture_with(OperatorSettings::default());
    fixture.create("olga", Role::Owner).await;
    fixture.create("otto", Role::Owner).await;
    let changes = [
        OperatorChange { password: Some(password("another long one")), ..OperatorChange::default() },
        OperatorChange { disabled: Some(true), ..OperatorChange::default() },
    ];
    for change in changes {
        let token = fixture.operators.issue_token(&name("otto"), "ci", 30).await.expect("a token");
        let known = async || fixture.operators.authenticate(token.secret.reveal()).await.is_ok();
        assert!(known().await);
        fixture.operators.change(&name("otto"), change).await.expect("changed");
        assert!(!known().await);
    }
    let last = OperatorChange { role: Some(Role::Operator), ..OperatorChange::default() };
    let refused = fixture.operators.change(&name("olga"), last).await;
    assert!(matches!(refused, Err(ServiceError::LastOwner)), "{refused:?}");
}

#[tokio::test]
async fn tokens_are_listed_and_revoked_and_their_secret_is_kept_nowhere() {
    let fixture = fixture_with(OperatorSettings::default());
    fixture.create("olga", Role::Owner).await;
    let operators = &fixture.operators;
    let token = operators.issue_token(&name("olga"), "nightly export", 30).await.expect("a token");
    let listed = operators.passes(&name("olga"), Page::new(None, 9)).await.expect("a page");
    assert_eq!((listed.len(), listed[0].label.as_str()), (1, "nightly export"));
    assert!(!format!("{listed:?}{token:?}").contains(token.secret.reveal()));
    assert_eq!(listed[0].ends_at.duration_since(listed[0].created_at).as_hours(), 30 * 24);
    operators.end_pass(&name("olga"), token.record.id).await.expect("revoked");
    assert!(matches!(
        operators.authenticate(token.secret.reveal()).await,
        Err(ServiceError::Unauthenticated)
    ));
    let again = operators.end_pass(&name("olga"), token.record.id).await;
    assert!(matches!(again, Err(ServiceError::PassNotFound)));
    for (label, days) in [("x", 0), ("x", 3651), ("a\nb", 1)] {
        assert!(operators.issue_token(&name("olga"), label, days).await.is_err(), "{label} {days}");
    }
}

#[tokio::test]
async fn an_invitation_makes_the_first_owner_and_nobody_after() {
    let fixture = fixture_with(OperatorSettings::default());
    let operators = &fixture.operators;
    let invitation = operators.invite().await.expect("an answer").expect("nobody is there");
    let accept = async |secret: &str, who: &str, text: &str| {
        operators.accept(secret, name(who), password(text), "127.0.0.1").await.map(|record| record.role)
    };
    assert!(matches!(accept("guessed", "eve", PASSWORD).await, Err(ServiceError::Unauthenticated)));
    assert!(matches!(
        accept(invitation.reveal(), "olga", "short").await,
        Err(ServiceError::InvalidParameter { .. })
    ));
    assert!(matches!(accept(invitation.reveal(), "olga", PASSWORD).await, Ok(Role::Owner)));
    assert!(matches!(accept(invitation.reveal(), "eve", PASSWORD).await, Err(ServiceError::Unauthenticated)));
    assert!(operators.invite().await.expect("an answer").is_none(), "there is an owner");
}

#[tokio::test]
async fn what_an_operator_does_is_recorded_under_their_name() {
    let fixture = fixture_with(OperatorSettings::default());
    fixture.create("olga", Role::Owner).await;
    assert!(fixture.log_in("olga", "wrong password").await.is_err());
    assert!(fixture.log_in("nobody", "wrong password").await.is_err());
    fixture.log_in("olga", PASSWORD).await.expect("a session");
    let origin = Origin::new("admin", Uuid::nil(), None).by(name("olga"));
    origin.scope(fixture.create("otto", Role::Auditor)).await;
    let expected = [
        "create_operator - olga begun",
        "create_operator - olga answered",
        "log_in olga - unauthenticated",
        "log_in olga - answered",
        "create_operator olga otto begun",
        "create_operator olga otto answered",
    ];
    assert_eq!(fixture.told().await, expected);
}
