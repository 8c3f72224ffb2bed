//! Making a repaired network from a fetched one, with a record of what was done beside it.

use fs_err as fs;
use serde::Serialize;

use super::FetchError;
use crate::files::{Folder, Target, write_atomically};
use crate::hash::Sha256;
use crate::manifest::Prepared;
use crate::repair::{self, Applied};

/// What is written beside a repaired network, for people who ask where it comes from.
#[derive(Serialize)]
struct Provenance<'a> {
    source: &'a str,
    source_sha256: Sha256,
    steps: &'a [Applied],
    sha256: Sha256,
}

pub(super) fn prepare(folder: &Folder, target: &Target<'_>, prepared: &Prepared) -> Result<(), FetchError> {
    let source = fs::read(folder.source_of(prepared)?)?;
    let (repaired, steps) = repair::repair(&source, &prepared.steps)
        .map_err(|source| FetchError::Repair { name: prepared.name.clone(), source })?;
    let found = Sha256::of(&repaired);
    if found != prepared.sha256 {
        return Err(FetchError::Digest { file: prepared.name.clone(), expected: prepared.sha256, found });
    }
    let provenance = Provenance {
        source: &prepared.source,
        source_sha256: Sha256::of(&source),
        steps: &steps,
        sha256: prepared.sha256,
    };
    let record = serde_json::to_vec_pretty(&provenance).map_err(std::io::Error::from)?;
    write_atomically(folder.root(), &target.relative.with_added_extension("json"), &record)?;
    Ok(write_atomically(folder.root(), &target.relative, &repaired)?)
}
