//! What can be wrong with a photo, and with which of several.

/// Which of a request's photos is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhotoField {
    /// The only one.
    Only,
    /// The first of a pair.
    First,
    /// The second of a pair.
    Second,
    /// One of several; counts from 0.
    Frame(usize),
}

impl std::fmt::Display for PhotoField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Only => f.write_str("photo"),
            Self::First => f.write_str("first photo"),
            Self::Second => f.write_str("second photo"),
            Self::Frame(index) => write!(f, "image {}", index + 1),
        }
    }
}

/// Why a photo cannot be used. Variants stand in the order in which they are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PhotoFault {
    /// The request has no such photo.
    #[error("no photo was sent")]
    Missing,
    /// It has no bytes.
    #[error("the photo has no bytes")]
    Empty,
    /// It is neither JPEG nor PNG.
    #[error("neither a JPEG nor a PNG")]
    WrongType,
    /// It has more bytes than the operator allows.
    #[error("the photo has too many bytes")]
    TooManyBytes,
    /// It has more pixels than the operator allows.
    #[error("the photo has too many pixels")]
    TooManyPixels,
    /// It claims to be a JPEG or PNG and does not decode.
    #[error("the photo is corrupt or truncated")]
    Undecodable,
    /// No face was found.
    #[error("no face was found")]
    NoFace,
    /// A second face is large enough to be meant.
    #[error("more than one face was found")]
    SeveralFaces,
    /// The face is too small, or gives no embedding.
    #[error("the face is too small to be used")]
    TooSmall,
    /// What was found is no photographed face of a human: a drawing, an animal, a statue, a negative.
    #[error("what was found is not the photographed face of a human")]
    NotPhotographed,
    /// The face is too blurred, dark or covered to tell people apart.
    #[error("the face is too poor to be compared: too blurred, too dark, or covered")]
    TooPoor,
}

impl PhotoFault {
    /// Every fault, in the order in which they are checked.
    pub const ALL: [Self; 11] = [
        Self::Missing,
        Self::Empty,
        Self::WrongType,
        Self::TooManyBytes,
        Self::TooManyPixels,
        Self::Undecodable,
        Self::NoFace,
        Self::SeveralFaces,
        Self::TooSmall,
        Self::NotPhotographed,
        Self::TooPoor,
    ];

    /// A stable `snake_case` name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "photo_missing",
            Self::Empty => "photo_empty",
            Self::WrongType => "photo_wrong_type",
            Self::TooManyBytes => "photo_too_many_bytes",
            Self::TooManyPixels => "photo_too_many_pixels",
            Self::Undecodable => "photo_undecodable",
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::TooSmall => "face_too_small",
            Self::NotPhotographed => "not_photographed",
            Self::TooPoor => "face_too_poor",
        }
    }
}
