//! An entry for `fuzz/`: a token of strangers against a ring with one key.

use std::sync::OnceLock;

use faceward_store::Version;
use jiff::Timestamp;

use super::ring::{Ring, generate};

/// Whether `token` is accepted by a server whose key nobody knows.
///
/// # Panics
/// No key can be made.
#[must_use]
pub fn is_accepted(token: &str) -> bool {
    static RING: OnceLock<Ring> = OnceLock::new();
    let ring = RING.get_or_init(|| {
        let key = generate(Timestamp::UNIX_EPOCH).expect("a key");
        Ring::read(&[key], Version::default()).expect("a ring")
    });
    ring.verified(token, Timestamp::UNIX_EPOCH).is_ok()
}

/// A token of these three pieces.
#[must_use]
pub fn forged(head: &[u8], claims: &[u8], signature: &[u8]) -> String {
    use base64::Engine as _;
    let encode = |bytes: &[u8]| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes);
    [encode(head), encode(claims), encode(signature)].join(".")
}
