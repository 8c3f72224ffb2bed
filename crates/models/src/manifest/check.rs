//! Checks of a manifest's inner references: what refers to something finds exactly one thing.

use std::collections::HashSet;

use super::{FileKind, Manifest, Package};

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The text is not a manifest.
    #[error("the model manifest cannot be read")]
    Syntax(#[from] toml::de::Error),
    /// Two things have the same name.
    #[error("the model manifest declares the {what} `{name}` twice")]
    Duplicate {
        /// Kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Something refers to nothing.
    #[error("`{by}` in the model manifest refers to `{name}`, which is not declared")]
    Dangling {
        /// Who refers.
        by: String,
        /// To what.
        name: String,
    },
    /// A name that would leave its folder, or that is empty.
    #[error("`{name}` in the model manifest is no plain file name")]
    Name {
        /// The name.
        name: String,
    },
}

pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    let mut files = HashSet::new();
    for package in &manifest.packages {
        check_package(package)?;
        for member in package.members.iter().filter(|_| package.kind() != FileKind::Library) {
            unique(&mut files, "file", &member.name)?;
        }
    }
    for prepared in &manifest.prepared {
        plain_name(&prepared.name)?;
        unique(&mut files, "file", &prepared.name)?;
        if manifest.model_member(&prepared.source).is_none() {
            return Err(dangling(&prepared.name, &prepared.source));
        }
    }
    for trained in &manifest.trained {
        plain_name(&trained.name)?;
        unique(&mut files, "file", &trained.name)?;
    }
    let mut ids = HashSet::new();
    for model in &manifest.models {
        unique(&mut ids, "model", &model.id)?;
        for file in model.files.values() {
            let declared = manifest.model_member(file).is_some()
                || manifest.prepared_file(file).is_some()
                || manifest.trained_file(file).is_some();
            if !declared {
                return Err(dangling(&model.id, file));
            }
        }
    }
    Ok(())
}

fn check_package(package: &Package) -> Result<(), ManifestError> {
    plain_name(&package.archive)?;
    for text in [&package.name, &package.version] {
        plain_name(text)?;
    }
    let mut names = HashSet::new();
    for member in &package.members {
        plain_name(&member.name)?;
        unique(&mut names, "file", &member.name)?;
    }
    match &package.runtime {
        Some(runtime) if !names.contains(runtime.library.as_str()) => {
            Err(dangling(&package.archive, &runtime.library))
        }
        Some(_) | None => Ok(()),
    }
}

/// Names become file names and arguments of the clients: nothing in them may mean more than itself.
fn plain_name(name: &str) -> Result<(), ManifestError> {
    let plain = !name.is_empty()
        && !name.starts_with(['.', '-'])
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-+".contains(c));
    if plain { Ok(()) } else { Err(ManifestError::Name { name: name.to_owned() }) }
}

fn unique<'a>(seen: &mut HashSet<&'a str>, what: &'static str, name: &'a str) -> Result<(), ManifestError> {
    if seen.insert(name) { Ok(()) } else { Err(ManifestError::Duplicate { what, name: name.to_owned() }) }
}

fn dangling(by: &str, name: &str) -> ManifestError {
    ManifestError::Dangling { by: by.to_owned(), name: name.to_owned() }
}
