//! Whom a use case is about.

use faceward_core::{GalleryId, SubjectId};

/// A subject of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectRef {
    /// The gallery.
    pub gallery: GalleryId,
    /// The subject in it.
    pub subject: SubjectId,
}
