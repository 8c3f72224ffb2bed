//! Names the sources that decide what the engine says about a photo, so that `faceward eval` never goes on from results
//! of another engine.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// Folders below the workspace.
const FOLDERS: [&str; 6] = [
    "crates/core/src",
    "crates/engine/src",
    "crates/inference/src",
    "crates/models/src",
    "models",
    "crates/eval/src/trivial",
];

fn main() -> std::io::Result<()> {
    let workspace = Path::new("../..");
    let mut files = BTreeMap::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", workspace.join(folder).display());
        collect(&workspace.join(folder), &mut files)?;
    }
    let mut hasher = DefaultHasher::new();
    for (path, bytes) in files {
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write(&bytes);
    }
    println!("cargo::rustc-env=FACEWARD_ENGINE_FINGERPRINT={:016x}", hasher.finish());
    Ok(())
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            let bytes = fs::read(&path)?;
            files.insert(path, bytes);
        }
    }
    Ok(())
}
