//! A photo as a caller hands it in, and the checks that cost nothing: is it there, has it bytes, is it JPEG or PNG.
//!
//! Nothing is decoded here. The bytes decide what a file is; what was declared only tells a broken photo from a file
//! that never was one.

use bytes::Bytes;
use faceward_engine::image::{sniff, sniff_other};

use crate::error::{PhotoFault, PhotoField};

/// What the sender said the bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Declared {
    /// JPEG or PNG.
    JpegOrPng,
    /// Anything else, or nothing.
    #[default]
    Other,
}

/// A photo as a caller hands it in: bytes that may be absent, empty or no photo at all.
#[derive(Clone, Default)]
pub struct Photo {
    bytes: Option<Bytes>,
    declared: Declared,
}

impl Photo {
    /// The request has no such photo.
    #[must_use]
    pub const fn missing() -> Self {
        Self { bytes: None, declared: Declared::Other }
    }

    /// `bytes`, about which the sender said `declared`.
    #[must_use]
    pub const fn declared(bytes: Bytes, declared: Declared) -> Self {
        Self { bytes: Some(bytes), declared }
    }

    /// Whether the request has such a photo.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        self.bytes.is_some()
    }

    /// The bytes of what may be a JPEG or PNG.
    ///
    /// # Errors
    /// [`PhotoFault::Missing`], [`PhotoFault::Empty`], [`PhotoFault::WrongType`] or, for bytes of no known format
    /// that were declared to be a photo, [`PhotoFault::Undecodable`]; in this order.
    pub(crate) fn checked(self) -> Result<Bytes, PhotoFault> {
        self.fault().map_or_else(|| self.bytes.ok_or(PhotoFault::Missing), Err)
    }

    /// The first thing that is wrong, if any.
    pub(crate) fn fault(&self) -> Option<PhotoFault> {
        let Some(bytes) = &self.bytes else { return Some(PhotoFault::Missing) };
        if bytes.is_empty() {
            return Some(PhotoFault::Empty);
        }
        if sniff(bytes).is_some() {
            return None;
        }
        let broken_photo = self.declared == Declared::JpegOrPng && sniff_other(bytes).is_none();
        Some(if broken_photo { PhotoFault::Undecodable } else { PhotoFault::WrongType })
    }
}

impl From<Bytes> for Photo {
    fn from(bytes: Bytes) -> Self {
        Self::declared(bytes, Declared::Other)
    }
}

/// The size only: a photo is never logged.
impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n_bytes = self.bytes.as_ref().map(Bytes::len);
        f.debug_struct("Photo").field("n_bytes", &n_bytes).field("declared", &self.declared).finish()
    }
}

/// The first unusable photo of a pair: one check on both, then the next check on both, so that neither photo is
/// decoded where the other one cannot be (decision 13 of the specification).
pub(crate) fn first_fault_of_pair(first: &Photo, second: &Photo) -> Option<(PhotoField, PhotoFault)> {
    let faults = [(PhotoField::First, first.fault()), (PhotoField::Second, second.fault())];
    let found = faults.into_iter().filter_map(|(field, fault)| Some((field, fault?)));
    // `min_by_key` keeps the first of equals: the first photo where both fail the same check.
    found.min_by_key(|(_, fault)| check_order(*fault))
}

const fn check_order(fault: PhotoFault) -> u8 {
    match fault {
        PhotoFault::Missing => 0,
        PhotoFault::Empty => 1,
        // Both are the format check: bytes without magic, declared to be something else or a photo.
        PhotoFault::WrongType | PhotoFault::Undecodable => 2,
        PhotoFault::TooManyBytes
        | PhotoFault::TooManyPixels
        | PhotoFault::NoFace
        | PhotoFault::SeveralFaces
        | PhotoFault::TooSmall
        | PhotoFault::NotPhotographed
        | PhotoFault::TooPoor => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0];
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

    #[test]
    fn the_bytes_decide_and_the_declaration_tells_broken_from_wrong() {
        let rows: [(&[u8], Declared, Option<PhotoFault>); 9] = [
            (JPEG, Declared::Other, None),
            (PNG, Declared::Other, None),
            (PNG, Declared::JpegOrPng, None),
            (b"", Declared::JpegOrPng, Some(PhotoFault::Empty)),
            (b"", Declared::Other, Some(PhotoFault::Empty)),
            (b"hello", Declared::JpegOrPng, Some(PhotoFault::Undecodable)),
            (b"hello", Declared::Other, Some(PhotoFault::WrongType)),
            (b"GIF89a\x01\0", Declared::JpegOrPng, Some(PhotoFault::WrongType)),
            (b"GIF89a\x01\0", Declared::Other, Some(PhotoFault::WrongType)),
        ];
        for (bytes, declared, expected) in rows {
            let photo = Photo::declared(Bytes::from_static(bytes), declared);
            assert_eq!(photo.fault(), expected, "{bytes:?} declared as {declared:?}");
            assert_eq!(photo.checked().err(), expected, "{bytes:?} declared as {declared:?}");
        }
        assert_eq!(Photo::missing().fault(), Some(PhotoFault::Missing));
    }

    #[test]
    fn of_a_pair_one_check_on_both_comes_before_the_next() {
        let good = || Photo::from(Bytes::from_static(JPEG));
        let empty = || Photo::from(Bytes::new());
        let text = || Photo::from(Bytes::from_static(b"hello"));
        let broken = || Photo::declared(Bytes::from_static(b"hello"), Declared::JpegOrPng);
        let (first, second) = (PhotoField::First, PhotoField::Second);
        let rows = [
            (good(), good(), None),
            (empty(), Photo::missing(), Some((second, PhotoFault::Missing))),
            (text(), empty(), Some((second, PhotoFault::Empty))),
            (Photo::missing(), Photo::missing(), Some((first, PhotoFault::Missing))),
            (empty(), empty(), Some((first, PhotoFault::Empty))),
            (broken(), text(), Some((first, PhotoFault::Undecodable))),
            (text(), broken(), Some((first, PhotoFault::WrongType))),
            (good(), text(), Some((second, PhotoFault::WrongType))),
        ];
        for (a, b, expected) in rows {
            assert_eq!(first_fault_of_pair(&a, &b), expected, "{a:?}, {b:?}");
        }
    }

    #[test]
    fn a_photo_is_printed_by_its_size_only() {
        let printed = format!("{:?}", Photo::from(Bytes::from_static(b"secret")));
        assert!(printed.contains('6') && !printed.contains("secret"), "{printed}");
    }
}
