//! One photo has one reading: whatever opens photos, be it the server, the command line or `faceward eval`, calls the
//! decoder of the engine.

use crate::workspace::Workspace;

/// Where photos are decoded, from the root of the engine.
const THE_ONE: &str = "src/image/";
/// What turns files into pixels in the libraries at hand.
const DECODERS: [&str; 7] =
    ["zune_jpeg", "jpeg_decoder", "png::", "image::open", "image::load", "ImageReader", "ImageDecoder"];

/// The decoders that `text` names.
fn named_in(text: &str) -> Vec<&'static str> {
    DECODERS.into_iter().filter(|decoder| text.contains(decoder)).collect()
}

#[test]
fn only_the_engine_decodes_photos() {
    let mut in_the_one = 0;
    let mut elsewhere = Vec::new();
    for member in &Workspace::read().members {
        for path in member.sources() {
            let named = named_in(&fs_err::read_to_string(&path).expect("a file"));
            if member.folder == "engine" && path.to_string_lossy().contains(THE_ONE) {
                in_the_one += named.len();
            } else if !named.is_empty() {
                elsewhere.push(format!("{} names {named:?}", path.display()));
            }
        }
    }
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
    assert!(
        in_the_one >= 3,
        "two decoders of JPEG and one of PNG are expected in {THE_ONE}, found {in_the_one}"
    );
}

#[test]
fn a_decoder_is_seen() {
    assert_eq!(named_in("let photo = image::load_from_memory(bytes)?;"), ["image::load"]);
    assert_eq!(named_in("use faceward_engine::image::decode;"), Vec::<&str>::new());
}
