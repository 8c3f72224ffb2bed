//! The OOTO AI face API, version 1.0. What differs from the original and why: `docs/ooto.md`.

mod convert;
pub(crate) mod errors;
mod forms;
mod routes;
pub(crate) mod wire;

pub(crate) use routes::routes;

/// Where the API lives.
pub(crate) const PREFIX: &str = "/api/v1.0";
