//! Operators, and the passes that they act with.

use faceward_core::OperatorName;
use faceward_store::{
    KeyHash, OperatorRecord, Operators, Page, PassKind, PassRecord, Passes, Role, StoreError, Stores,
};
use uuid::Uuid;

use crate::Fixture;
use crate::samples::{at, key_hash};

fn name(text: &str) -> OperatorName {
    OperatorName::parse(text).expect("a name")
}

fn record(text: &str) -> OperatorRecord {
    let password = Some("$argon2id$some-hash".to_owned());
    OperatorRecord { name: name(text), role: Role::Owner, password, disabled: false, created_at: at(0) }
}

/// The pass of that number, of an operator, from one second to another.
fn pass(number: u8, operator: &str, (from, until): (i64, i64)) -> PassRecord {
    PassRecord {
        id: Uuid::from_u128(number.into()),
        operator: name(operator),
        kind: if number.is_multiple_of(2) { PassKind::Session } else { PassKind::Token },
        label: format!("pass {number}"),
        hash: key_hash(number),
        created_at: at(from),
        ends_at: at(until),
    }
}

async fn with_passes(stores: &Stores) -> &dyn Operators {
    let operators = &*stores.operators;
    for operator in ["ann", "ben"] {
        operators.create_operator(&record(operator)).await.expect("a new operator");
    }
    for (number, operator) in [(1, "ann"), (2, "ann"), (3, "ben")] {
        operators.add_pass(&pass(number, operator, (0, 100))).await.expect("added");
    }
    operators
}

async fn numbers(operators: &dyn Operators, operator: &str, after: Option<u128>, limit: usize) -> Vec<u128> {
    let after = after.map(Uuid::from_u128);
    let page = operators.list_passes(&name(operator), Page::new(after.as_ref(), limit)).await;
    page.expect("a page").iter().map(|pass| pass.id.as_u128()).collect()
}

/// By their exact names, with everything that is known of them; and in pages.
pub async fn operators_are_created_once_and_changed(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let operators = &*stores.operators;
    for text in ["ben", "Ann", "ann"] {
        operators.create_operator(&record(text)).await.expect("a new operator");
    }
    let again = OperatorRecord { role: Role::Auditor, ..record("ann") };
    assert!(matches!(operators.create_operator(&again).await, Err(StoreError::OperatorExists)));
    assert_eq!(operators.operator(&name("ann")).await.expect("known"), record("ann"));
    assert!(matches!(operators.operator(&name("carl")).await, Err(StoreError::OperatorUnknown)));
    let changed = OperatorRecord { role: Role::Operator, password: None, disabled: true, ..record("ann") };
    operators.change_operator(&changed, Passes::Keep).await.expect("changed");
    assert_eq!(operators.operator(&name("ann")).await.expect("known"), changed);
    let late = OperatorRecord { created_at: at(9), ..changed };
    operators.change_operator(&late, Passes::Keep).await.expect("changed");
    assert_eq!(operators.operator(&name("ann")).await.expect("known").created_at, at(0), "that stays");
    let unknown = operators.change_operator(&record("carl"), Passes::End).await;
    assert!(matches!(unknown, Err(StoreError::OperatorUnknown)));
    let page = async |after: Option<&str>, limit| {
        let after = after.map(name);
        let records = operators.list_operators(Page::new(after.as_ref(), limit)).await.expect("a page");
        records.iter().map(|record| record.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, ["Ann", "ann"]);
    assert_eq!(page(Some("ann"), 9).await, ["ben"]);
}

/// With its operator as it is now, for as long as nobody ends it.
pub async fn a_pass_is_found_by_its_hash(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let operators = with_passes(&stores).await;
    let found = async |hash: KeyHash| operators.pass(&hash).await.expect("an answer");
    assert_eq!(found(key_hash(1)).await, Some((pass(1, "ann", (0, 100)), record("ann"))));
    assert_eq!(found(key_hash(9)).await, None);
    let disabled = OperatorRecord { disabled: true, ..record("ann") };
    operators.change_operator(&disabled, Passes::Keep).await.expect("changed");
    assert_eq!(found(key_hash(2)).await, Some((pass(2, "ann", (0, 100)), disabled)));
    operators.extend_pass(&Uuid::from_u128(2), at(700)).await.expect("extended");
    assert_eq!(found(key_hash(2)).await.map(|(pass, _)| pass.ends_at), Some(at(700)));
    operators.extend_pass(&Uuid::from_u128(77), at(700)).await.expect("none is no error");
    let stranger = operators.add_pass(&pass(8, "carl", (0, 100))).await;
    assert!(matches!(stranger, Err(StoreError::OperatorUnknown)), "{stranger:?}");
    assert_eq!(found(key_hash(8)).await, None);
}

/// One by one, all of an operator at once, and by themselves; nobody else's.
pub async fn passes_end(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let operators = with_passes(&stores).await;
    assert_eq!(numbers(operators, "ann", None, 9).await, [1, 2]);
    assert_eq!(numbers(operators, "ann", Some(1), 9).await, [2]);
    assert_eq!(numbers(operators, "ann", None, 1).await, [1]);
    assert_eq!(numbers(operators, "carl", None, 9).await, []);
    let ended = async |operator: &str, number: u128| {
        operators.end_pass(&name(operator), &Uuid::from_u128(number)).await.expect("an answer")
    };
    assert!(!ended("ben", 1).await, "another's");
    assert!(ended("ann", 1).await && !ended("ann", 1).await, "once");
    assert_eq!(operators.pass(&key_hash(1)).await.expect("an answer"), None);
    operators.add_pass(&pass(4, "ann", (50, 200))).await.expect("added");
    assert_eq!(numbers(operators, "ann", None, 9).await, [2, 4], "before its end it is there");
    operators.add_pass(&pass(5, "ann", (100, 200))).await.expect("added");
    assert_eq!(numbers(operators, "ann", None, 9).await, [4, 5], "what had ended is forgotten");
    operators.add_pass(&pass(6, "ben", (100, 200))).await.expect("added");
    operators.change_operator(&record("ann"), Passes::End).await.expect("changed");
    assert_eq!(numbers(operators, "ann", None, 9).await, []);
    assert_eq!(numbers(operators, "ben", None, 9).await, [6]);
}
