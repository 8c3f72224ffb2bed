//! The manifest: every package, file, model and runtime library that this version of Faceward knows, as data.
//!
//! It is `models/models.toml`, embedded in the binary. Reading it checks all references inside it once, so that the
//! rest of the crate need not.

mod check;
mod model;
mod package;
mod runtime;

use std::sync::{Arc, LazyLock};

use faceward_core::RuntimeKind;
use serde::Deserialize;

pub use check::ManifestError;
pub use model::{Channels, Dim, ImageInput, Layout, ModelDecl, Task, TensorDecl};
pub use package::{FileKind, Member, Package, Prepared, Registry, RuntimeDecl, Trained};

use crate::platform::Platform;

static EMBEDDED: LazyLock<Arc<Manifest>> = LazyLock::new(|| {
    let text = include_str!("../../../../models/models.toml");
    Arc::new(Manifest::parse(text).expect("a test reads the embedded manifest"))
});

/// All declarations, checked against each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "package")]
    packages: Vec<Package>,
    #[serde(rename = "prepared", default)]
    prepared: Vec<Prepared>,
    #[serde(default)]
    trained: Vec<Trained>,
    #[serde(rename = "model", default)]
    models: Vec<ModelDecl>,
}

impl Manifest {
    /// The manifest of this binary.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    pub(crate) fn embedded_shared() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// Reads a manifest from TOML.
    ///
    /// # Errors
    /// The text is no manifest, or something in it refers to what is not declared.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        check::check(&manifest)?;
        Ok(manifest)
    }

    /// All models, in the order of the file.
    #[must_use]
    pub fn models(&self) -> &[ModelDecl] {
        &self.models
    }

    /// The model `id`.
    #[must_use]
    pub fn model(&self, id: &str) -> Option<&ModelDecl> {
        self.models.iter().find(|model| model.id == id)
    }

    /// All packages, of all platforms.
    #[must_use]
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// All files that are made from fetched ones.
    #[must_use]
    pub fn prepared(&self) -> &[Prepared] {
        &self.prepared
    }

    /// All files that this project trained itself.
    #[must_use]
    pub fn trained(&self) -> &[Trained] {
        &self.trained
    }

    /// The package that carries the libraries of `runtime` for `platform`, if there is one.
    #[must_use]
    pub fn runtime_package(
        &self,
        runtime: RuntimeKind,
        platform: Platform,
    ) -> Option<(&Package, &RuntimeDecl)> {
        self.packages.iter().find_map(|package| {
            let decl = package.runtime.as_ref()?;
            (decl.name == runtime && decl.platform == platform).then_some((package, decl))
        })
    }

    /// The package and member that carry the model file `name`.
    #[must_use]
    pub fn model_member(&self, name: &str) -> Option<(&Package, &Member)> {
        self.packages
            .iter()
            .filter(|package| package.kind() == FileKind::Model)
            .find_map(|package| Some((package, package.members.iter().find(|member| member.name == name)?)))
    }

    /// The trained file `name`.
    #[must_use]
    pub fn trained_file(&self, name: &str) -> Option<&Trained> {
        self.trained.iter().find(|trained| trained.name == name)
    }

    /// The prepared file `name`.
    #[must_use]
    pub fn prepared_file(&self, name: &str) -> Option<&Prepared> {
        self.prepared.iter().find(|prepared| prepared.name == name)
    }
}
