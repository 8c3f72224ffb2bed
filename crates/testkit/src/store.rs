//! One store for all tests of a process, with everything in it.
//!
//! The first test that runs on a machine fetches; tests of other processes wait for it and find all done.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use faceward_core::RuntimeKind;
use faceward_models::{FetchOptions, Selection, Silent, Store, default_root};

use crate::fail::fail;

/// The photos of [`photo`]: two public figures (three portraits of one), two partial faces, a PNG with alpha.
pub const PHOTOS: [&str; 7] = [
    "obama.jpg",
    "obama2.jpg",
    "obama3.jpg",
    "biden.jpg",
    "obama_partial_face.jpg",
    "obama_partial_face2.jpg",
    "32bit.png",
];

/// The store in `FACEWARD_MODELS`, else in the user's cache folder, with every model, runtime and photo in it.
///
/// # Panics
/// Something cannot be fetched.
pub fn store() -> &'static Store {
    static STORE: OnceLock<Store> = OnceLock::new();
    STORE.get_or_init(|| {
        let store = Store::open(root());
        let what = Selection::everything(store.manifest());
        match store.ensure(&what, &FetchOptions::default(), &Silent) {
            Ok(()) => store,
            Err(error) => fail(&error),
        }
    })
}

/// The file of the model `id` that ONNX Runtime reads.
///
/// # Panics
/// There is no such model, or ONNX Runtime cannot read it.
#[must_use]
pub fn onnx_runtime_file(id: &str) -> PathBuf {
    match store().model_file_for(id, RuntimeKind::OnnxRuntime) {
        Ok(path) => path,
        Err(error) => fail(&error),
    }
}

/// Path of the photo `name`, one of [`PHOTOS`].
///
/// # Panics
/// There is no such photo.
#[must_use]
pub fn fixture(name: &str) -> PathBuf {
    match store().fixture(name) {
        Ok(path) => path,
        Err(error) => fail(&error),
    }
}

/// Bytes of the photo `name`, one of [`PHOTOS`].
///
/// # Panics
/// There is no such photo, or it cannot be read.
#[must_use]
pub fn photo(name: &str) -> Vec<u8> {
    match std::fs::read(fixture(name)) {
        Ok(bytes) => bytes,
        Err(error) => fail(&error),
    }
}

/// Where models lie, and whatever else can be had again.
pub(crate) fn root() -> PathBuf {
    let folder = |name| variable(name).map(PathBuf::from);
    let default = || default_root(folder("HOME").as_deref(), folder("XDG_CACHE_HOME").as_deref());
    match folder("FACEWARD_MODELS").or_else(default) {
        Some(root) => root,
        None => Path::new("target").join("models"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no binary that could read the environment for them"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_is_there() {
        for name in PHOTOS {
            assert!(photo(name).len() > 100_000, "{name}");
        }
    }
}
