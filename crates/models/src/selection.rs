//! What a caller needs of the manifest: some models, some runtimes, perhaps the photos for tests.

use std::collections::{BTreeMap, BTreeSet};

use faceward_core::RuntimeKind;

use crate::manifest::Manifest;
use crate::platform::Platform;

/// Models for runtimes, and fixtures. Grows by builder calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    runtimes: BTreeSet<RuntimeKind>,
    models: BTreeMap<RuntimeKind, BTreeSet<String>>,
    fixtures: bool,
}

impl Selection {
    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What a server needs that computes with `runtime`: its libraries and each model that it can read, but for those
    /// whose id is in `disabled`.
    #[must_use]
    pub fn for_runtime(manifest: &Manifest, runtime: RuntimeKind, disabled: &[&str]) -> Self {
        Self::models_for(manifest, runtime, disabled).with_runtime(runtime)
    }

    fn models_for(manifest: &Manifest, runtime: RuntimeKind, disabled: &[&str]) -> Self {
        let readable = manifest.models().iter().filter(|model| model.runs_on(runtime));
        readable
            .filter(|model| !disabled.contains(&model.id.as_str()))
            .fold(Self::nothing(), |so_far, model| so_far.with_model(&model.id, runtime))
    }

    /// All models and fixtures, and the libraries of all runtimes that exist for this platform.
    #[must_use]
    pub fn everything(manifest: &Manifest) -> Self {
        let exists = |runtime| {
            Platform::current().is_some_and(|platform| manifest.runtime_package(runtime, platform).is_some())
        };
        RuntimeKind::ALL.into_iter().fold(Self::nothing().with_fixtures(), |so_far, runtime| {
            let so_far = so_far.and(Self::models_for(manifest, runtime, &[]));
            if exists(runtime) { so_far.with_runtime(runtime) } else { so_far }
        })
    }

    /// Adds the libraries of `runtime`.
    #[must_use]
    pub fn with_runtime(mut self, runtime: RuntimeKind) -> Self {
        self.runtimes.insert(runtime);
        self
    }

    /// Adds the file of the model `id` for `runtime`.
    #[must_use]
    pub fn with_model(mut self, id: &str, runtime: RuntimeKind) -> Self {
        self.models.entry(runtime).or_default().insert(id.to_owned());
        self
    }

    /// Adds the photos for tests.
    #[must_use]
    pub fn with_fixtures(mut self) -> Self {
        self.fixtures = true;
        self
    }

    /// Everything that either selection needs.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.runtimes.extend(other.runtimes);
        for (runtime, ids) in other.models {
            self.models.entry(runtime).or_default().extend(ids);
        }
        self.fixtures |= other.fixtures;
        self
    }

    pub(crate) fn runtimes(&self) -> impl Iterator<Item = RuntimeKind> + '_ {
        self.runtimes.iter().copied()
    }

    /// Pairs of model id and the runtime that shall read it.
    pub(crate) fn models(&self) -> impl Iterator<Item = (&str, RuntimeKind)> {
        self.models.iter().flat_map(|(runtime, ids)| ids.iter().map(|id| (id.as_str(), *runtime)))
    }

    pub(crate) fn fixtures(&self) -> bool {
        self.fixtures
    }
}
