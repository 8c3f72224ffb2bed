//! Any body at all as `multipart/form-data`: parts or an error, never a crash. A part is a piece of the body.
#![no_main]

use bytes::Bytes;
use faceward_http::multipart::{MAX_PARTS, parse};

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let whole = Bytes::copy_from_slice(body);
    if let Ok(parts) = parse(&whole, b"b") {
        assert!(parts.len() <= MAX_PARTS);
        for part in parts {
            assert!(whole.as_ptr_range().contains(&part.bytes.as_ptr()) || part.bytes.is_empty());
            assert!(!part.bytes.windows(5).any(|window| window == b"\r\n--b"));
        }
    }
});
