//! Any bytes as a header `Accesstoken`, and as the three pieces of a token: never a crash, and never accepted.
#![no_main]

use faceward_service::tokens::fuzzing::{forged, is_accepted};

libfuzzer_sys::fuzz_target!(|input: (&[u8], &[u8], &[u8])| {
    let (head, claims, signature) = input;
    if let Some(token) = faceward_http::fuzzing::token_in_header(head) {
        assert!(!is_accepted(&token));
    }
    assert!(!is_accepted(&forged(head, claims, signature)));
});
