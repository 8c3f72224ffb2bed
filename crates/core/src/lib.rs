//! The vocabulary of Faceward: geometry, scores, outcomes and identifiers.
//!
//! No I/O, no serialisation, no knowledge of models or wire formats. Everything above speaks in these types.
//! Units and coordinates: `docs/units-and-coordinates.md`.

mod characters;
mod dot;
mod geometry;
mod ids;
mod outcome;
mod precision;
mod projection;
mod quality;
mod recognition;
mod runtime;

pub use dot::dot;
pub use geometry::{FivePoints, HeadPose, PixelRect, Point, Turn};
pub use ids::{
    AppId, ClientReference, GalleryId, InvalidId, ModelId, OperatorName, SubjectId, SubjectName, TemplateId,
};
pub use outcome::Outcome;
pub use precision::Precision;
pub use projection::Projection;
pub use quality::{QualityKey, QualityValues, Scale};
pub use recognition::{Cosine, Embedding, IncomparableEmbeddings, Similarity};
pub use runtime::RuntimeKind;
