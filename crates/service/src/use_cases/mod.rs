//! The use cases: one verb a file, each a method of [`crate::Service`].

mod active_liveness;
mod administration;
mod analyze;
pub(crate) mod answer_challenge;
pub(crate) mod create_challenge;
pub(crate) mod enroll;
pub(crate) mod galleries;
mod identify;
pub(crate) mod info;
mod inspect;
pub(crate) mod sessions;
mod templates;
mod tokens;
mod verify;
mod verify_against;
mod verify_subject;
mod wanted;
