//! Any text as the inside of a JSON string that should be a photo as base64: both ways of reading it agree.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: (&str, u16)| {
    let (json, most_bytes) = input;
    faceward_http::fuzzing::base64_in_json(json, usize::from(most_bytes));
});
