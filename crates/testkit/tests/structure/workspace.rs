//! The members of the workspace, as `Cargo.toml` lists them: from the top layer down.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::layers::Layer;

/// The workspace on disk.
pub(crate) struct Workspace {
    /// Top layer first.
    pub(crate) members: Vec<Member>,
}

/// One crate.
#[derive(Debug)]
pub(crate) struct Member {
    /// Name of its folder below `crates`.
    pub(crate) folder: String,
    path: PathBuf,
}

impl Workspace {
    pub(crate) fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let manifest = manifest(&root);
        let members = manifest["workspace"]["members"].as_array().expect("a list of members");
        let members = members.iter().map(|member| {
            let path = root.join(member.as_str().expect("a path"));
            let folder = path.file_name().expect("a folder").to_string_lossy().into_owned();
            Member { folder, path }
        });
        Self { members: members.collect() }
    }

    /// The manifests, for the order of the layers.
    pub(crate) fn layers(&self) -> Vec<Layer> {
        self.members.iter().map(Member::layer).collect()
    }
}

impl Member {
    /// The Rust files that are built into it.
    pub(crate) fn sources(&self) -> Vec<PathBuf> {
        sources_below(&self.path.join("src"))
    }

    /// Its root files: `lib.rs`, `main.rs` or both.
    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        let files = ["src/lib.rs", "src/main.rs"].map(|name| self.path.join(name));
        let roots: Vec<PathBuf> = files.into_iter().filter(|file| file.exists()).collect();
        assert!(!roots.is_empty(), "{} has no root file", self.folder);
        roots
    }

    fn layer(&self) -> Layer {
        let manifest = manifest(&self.path);
        let tables = ["dependencies", "build-dependencies"];
        let needs = tables
            .into_iter()
            .filter_map(|table| manifest.get(table)?.as_table())
            .flat_map(toml::Table::keys);
        let name = manifest["package"]["name"].as_str().expect("a name").to_owned();
        Layer { name, needs: needs.cloned().collect() }
    }
}

/// Every Rust file below `folder`.
pub(crate) fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn manifest(folder: &Path) -> toml::Table {
    fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest").parse().expect("TOML")
}
