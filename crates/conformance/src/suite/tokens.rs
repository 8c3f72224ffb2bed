//! Keys that sign access tokens, and tokens that are no longer accepted.

use faceward_store::{Directory, OtherKeys, SigningKey};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Fixture;
use crate::samples::{app, at};

fn signing_key(seed: u8) -> SigningKey {
    SigningKey {
        id: Uuid::from_u128(u128::from(seed)),
        private: Zeroizing::new(vec![seed; 100]),
        created_at: at(i64::from(seed)),
        expires_at: None,
    }
}

/// First byte and end of every key.
async fn keys(directory: &dyn Directory) -> Vec<(u8, Option<i64>)> {
    let (keys, version) = directory.signing_keys().await.expect("readable");
    assert_eq!(version, directory.version().await.expect("a version").signing_keys);
    let end = |end: jiff::Timestamp| end.as_second() - at(0).as_second();
    keys.iter().map(|key| (key.private[0], key.expires_at.map(end))).collect()
}

/// A new one lets the others end, and forgets those that have.
pub async fn signing_keys_rotate(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let directory = &*stores.directory;
    assert_eq!(keys(directory).await, []);
    let before = directory.version().await.expect("a version").signing_keys;
    for (seed, until, expected) in [
        (1, 1, vec![(1, None)]),
        (2, 500, vec![(1, Some(500)), (2, None)]),
        (3, 900, vec![(1, Some(500)), (2, Some(900)), (3, None)]),
        (4, 4, vec![(4, None)]),
    ] {
        let added = directory.add_signing_key(&signing_key(seed), OtherKeys::EndAt(at(until))).await;
        added.map(|_| ()).expect("added");
        assert_eq!(keys(directory).await, expected);
    }
    assert!(directory.version().await.expect("a version").signing_keys > before, "the change is noticed");
}

/// Whoever comes second finds that one signs already.
pub async fn of_two_first_signing_keys_one_wins(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let directory = &*stores.directory;
    for seed in [1, 2] {
        directory.add_signing_key(&signing_key(seed), OtherKeys::Win).await.map(|_| ()).expect("no error");
    }
    assert_eq!(keys(directory).await, [(1, None)]);
}

/// Whatever else happens.
pub async fn a_revoked_token_stays_revoked(fixture: &impl Fixture) {
    let stores = fixture.stores();
    let [token, other] = [1, 2].map(Uuid::from_u128);
    let revoked =
        async |token| stores.directory.standing(&app(1), Some(token)).await.expect("an answer").revoked;
    assert!(!revoked(token).await);
    for _twice in 0..2 {
        stores.directory.revoke_token(token, at(100), at(0)).await.expect("twice is no error");
    }
    stores.directory.revoke_token(Uuid::from_u128(3), at(200), at(50)).await.expect("revoked");
    assert!(revoked(token).await && !revoked(other).await);
}
