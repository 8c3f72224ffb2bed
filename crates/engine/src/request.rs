//! What a caller wants to know about a photo.

/// What a caller wants to know about each face. Box, confidence and five points always come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// The 68 points, and the 478-point mesh that they come from.
    pub dense_landmarks: bool,
    /// Head rotation.
    pub pose: bool,
    /// The face as a vector.
    pub embedding: bool,
    /// Presentation attack detection.
    pub liveness: bool,
    /// Whether the face is genuine, neither swapped nor generated.
    pub deepfake: bool,
    /// Eyes, mouth, expression, demography.
    pub attributes: bool,
    /// Quality measures.
    pub quality: bool,
}

impl Outputs {
    /// Everything.
    pub const ALL: Self = Self {
        dense_landmarks: true,
        pose: true,
        embedding: true,
        liveness: true,
        deepfake: true,
        attributes: true,
        quality: true,
    };
}

/// Which faces of the photo are analysed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The largest one.
    #[default]
    Primary,
    /// All of them.
    All,
}

/// One analysis to make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What to compute for each face.
    pub outputs: Outputs,
    /// For which faces.
    pub scope: Scope,
    /// Whether the embedding is the sum over the face and its mirror image: better, for a second pass of the
    /// networks. Comparable with embeddings made without.
    pub mirrored_embedding: bool,
}
