//! The Riset.ai face and liveness API. What differs from the original and why: `docs/riset.md`.

mod answer;
mod call;
mod convert;
pub(crate) mod errors;
pub(crate) mod forms;
mod lenient;
mod liveness;
mod received;
mod routes;
pub(crate) mod wire;

pub(crate) use routes::{face_routes, liveness_routes, token_routes};

/// Faces and galleries.
pub(crate) const FACE_PREFIX: &str = "/face-api";
/// Active and passive liveness.
pub(crate) const LIVENESS_PREFIX: &str = "/liveness-api";
/// Access tokens.
pub(crate) const TOKEN_PREFIX: &str = "/oauth";
