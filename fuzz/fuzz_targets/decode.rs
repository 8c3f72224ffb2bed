//! Any bytes at all into the decoder: an upright photo within the limits or an error, never a crash. JPEGs reach both
//! decoders: the seeds hold files for each, and what a file needs to be copied clean first.
#![no_main]

use faceward_engine::image::{Limits, decode};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Small limits: what is looked for are wrong turns of the decoder, not the time that big photos take.
    let limits = Limits { pixels: 1 << 20, jpeg_scans: 20, ..Limits::default() };
    if let Ok(decoded) = decode(bytes, &limits) {
        let size = decoded.photo.size();
        assert!(u64::from(size.width) * u64::from(size.height) <= limits.pixels);
        assert_eq!(decoded.photo.rgb().len() as u64, 3 * size.pixels());
    }
});
