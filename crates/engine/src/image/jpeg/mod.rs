//! JPEG: what the markers say, and decoding.
//!
//! `segments` walks over the markers, `header` reads from them what a limit needs, `layout` what the pixels mean, and
//! `decoders` chooses by that who decodes. What counts as right is what libjpeg-turbo shows: every decision here was
//! held against it (docs/decisions/0011). Reference: ITU-T T.81.

mod clean;
mod decoders;
mod header;
mod huffman;
mod layout;
mod segments;

pub(super) use header::Header;

use decoders::Decoder;
use layout::Layout;

/// Decodes to RGB, 3 bytes a pixel, as stored (not turned).
///
/// # Errors
/// The file is of a kind that is not read, or what the decoder stumbled over.
pub(super) fn decode(bytes: &[u8], header: &Header<'_>) -> Result<Vec<u8>, String> {
    let layout = Layout::read(header)?;
    let decoder = Decoder::choose(header, &layout)?;
    if header.is_clean() {
        return decoder.decode(bytes, header, &layout);
    }
    decoder.decode(&clean::copy(bytes, header)?, header, &layout)
}
