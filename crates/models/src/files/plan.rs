//! From a selection to the files that it needs, each once, sources before what is made from them.

use std::path::PathBuf;

use faceward_core::RuntimeKind;

use super::{StoreError, paths};
use crate::hash::Sha256;
use crate::manifest::{FileKind, Manifest, Member, ModelDecl, Package, Prepared, RuntimeDecl, Trained};
use crate::platform::Platform;
use crate::selection::Selection;

/// Where a file comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin<'a> {
    /// Out of an archive.
    Member(&'a Package, &'a Member),
    /// Made from the fetched file at a path below the root.
    Prepared(&'a Prepared),
    /// Out of this binary.
    Trained(&'a Trained),
}

/// One file that shall be in the store.
#[derive(Clone, Debug)]
pub(crate) struct Target<'a> {
    /// Path below the root.
    pub(crate) relative: PathBuf,
    pub(crate) sha256: Sha256,
    pub(crate) origin: Origin<'a>,
}

impl<'a> Target<'a> {
    pub(crate) fn member(package: &'a Package, member: &'a Member) -> Self {
        Self {
            relative: paths::member(package, member),
            sha256: member.sha256,
            origin: Origin::Member(package, member),
        }
    }

    fn prepared(prepared: &'a Prepared) -> Self {
        Self {
            relative: paths::prepared(prepared),
            sha256: prepared.sha256,
            origin: Origin::Prepared(prepared),
        }
    }

    fn trained(trained: &'a Trained) -> Self {
        Self { relative: paths::trained(trained), sha256: trained.sha256, origin: Origin::Trained(trained) }
    }

    /// The file's declared name.
    pub(crate) fn name(&self) -> &'a str {
        match self.origin {
            Origin::Member(_, member) => &member.name,
            Origin::Prepared(prepared) => &prepared.name,
            Origin::Trained(trained) => &trained.name,
        }
    }
}

pub(super) fn plan<'a>(
    manifest: &'a Manifest,
    platform: Option<Platform>,
    what: &Selection,
) -> Result<Vec<Target<'a>>, StoreError> {
    let mut targets = Vec::new();
    for runtime in what.runtimes() {
        let (package, _) = runtime_package(manifest, runtime, platform)?;
        targets.extend(package.members.iter().map(|member| Target::member(package, member)));
    }
    for (id, runtime) in what.models() {
        let target = model_target(manifest, id, runtime)?;
        if let Origin::Prepared(prepared) = target.origin
            && let Some((package, member)) = manifest.model_member(&prepared.source)
        {
            add(&mut targets, Target::member(package, member));
        }
        add(&mut targets, target);
    }
    for package in manifest.packages().iter().filter(|package| package.kind() == FileKind::Fixture) {
        if what.fixtures() {
            targets.extend(package.members.iter().map(|member| Target::member(package, member)));
        }
    }
    Ok(targets)
}

fn add<'a>(targets: &mut Vec<Target<'a>>, target: Target<'a>) {
    if targets.iter().all(|known| known.relative != target.relative) {
        targets.push(target);
    }
}

pub(super) fn runtime_package(
    manifest: &Manifest,
    runtime: RuntimeKind,
    platform: Option<Platform>,
) -> Result<(&Package, &RuntimeDecl), StoreError> {
    platform
        .and_then(|platform| manifest.runtime_package(runtime, platform))
        .ok_or(StoreError::NoRuntime { runtime })
}

pub(super) fn model_target<'a>(
    manifest: &'a Manifest,
    id: &str,
    runtime: RuntimeKind,
) -> Result<Target<'a>, StoreError> {
    let model = manifest.model(id).ok_or_else(|| StoreError::UnknownModel { id: id.to_owned() })?;
    file_target(manifest, model, runtime).ok_or_else(|| StoreError::Unreadable { id: id.to_owned(), runtime })
}

fn file_target<'a>(manifest: &'a Manifest, model: &ModelDecl, runtime: RuntimeKind) -> Option<Target<'a>> {
    let file = model.files.get(&runtime)?;
    let member = || manifest.model_member(file).map(|(package, member)| Target::member(package, member));
    let trained = || manifest.trained_file(file).map(Target::trained);
    manifest.prepared_file(file).map(Target::prepared).or_else(trained).or_else(member)
}
