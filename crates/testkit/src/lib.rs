//! Helpers for the tests of every crate: the fetched models, photos of real people, comparisons with a tolerance.
//!
//! Only tests depend on this crate, and it is the only one besides the binary that reads the environment.

mod store;
mod tolerance;

pub use store::{PHOTOS, fixture, onnx_runtime_file, photo, store};
pub use tolerance::{assert_all_near, assert_near};
