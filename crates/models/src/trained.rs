//! The weights that this project trained, as they lie in `models/trained`: part of the binary, so that a binary copied to
//! another machine has them.

/// Names and contents, from the folder.
macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../models/trained/", $name)))),*]
    };
}

/// Every trained file, one name a line; `models/models.toml` declares the same.
const FILES: &[(&str, &[u8])] = embedded![
    "embedding-attributes-1.onnx",
    "eye-state-1.onnx",
    "face-attributes-1.onnx",
    "faceward-deepfake-1.onnx",
    "faceward-deepfake-2.onnx",
    "faceward-swap-1.onnx",
    "faceward-liveness-1.onnx",
    "flare-1.onnx",
    "mouth-state-1.onnx",
    "photograph-1.onnx",
];

/// The contents of the trained file `name`.
pub(crate) fn bytes(name: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::hash::Sha256;
    use crate::manifest::Manifest;

    /// What all trained files together may weigh: every copy of the binary carries them.
    const MOST_BYTES: usize = 22 << 20;

    #[test]
    fn the_binary_carries_what_the_manifest_declares_and_nothing_else() {
        let declared = Manifest::embedded().trained();
        for trained in declared {
            let bytes = bytes(&trained.name).unwrap_or_default();
            assert_eq!(Sha256::of(bytes), trained.sha256, "{}", trained.name);
        }
        let names: BTreeSet<_> = declared.iter().map(|trained| trained.name.as_str()).collect();
        assert_eq!(names, FILES.iter().map(|(name, _)| *name).collect());
        assert!(FILES.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() <= MOST_BYTES);
    }

    #[test]
    fn the_readme_counts_the_networks_that_are_our_own() {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(&format!("{} networks are our own", FILES.len())), "{}", FILES.len());
    }
}
