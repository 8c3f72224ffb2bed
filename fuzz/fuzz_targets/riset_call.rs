//! Any bytes as a body of the Riset.ai API: a call or an error, never a crash.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| faceward_http::fuzzing::riset_call(body));
