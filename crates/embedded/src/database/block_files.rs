//! The files of blocks, beside the database.
//!
//! A file is there as a whole or not at all, and is never changed. What is in it, and whether it counts, only the database says.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use faceward_sealing::{owner_only, owner_only_folder};

const FOLDER: &str = "snapshots";
const WHOLE: &str = "block";
const UNFINISHED: &str = "new";

/// The folder that they lie in; made with the first of them.
#[derive(Clone)]
pub(crate) struct BlockFiles {
    dir: PathBuf,
}

impl BlockFiles {
    /// Those of the data folder `dir`.
    pub(crate) fn of(dir: &Path) -> Self {
        Self { dir: dir.join(FOLDER) }
    }

    /// Reads the file of a block into `into`, in place of what was there.
    pub(crate) fn read(&self, number: i64, into: &mut Vec<u8>) -> io::Result<()> {
        into.clear();
        let mut file = fs_err::File::open(self.path(number, WHOLE))?;
        io::Read::read_to_end(&mut file, into).map(|_| ())
    }

    /// Writes the file of a block, which is on disk when this returns.
    pub(crate) fn write(&self, number: i64, content: &[u8]) -> io::Result<()> {
        owner_only_folder(&self.dir)?;
        let unfinished = self.path(number, UNFINISHED);
        let mut file = owner_only().create(true).truncate(true).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs_err::rename(&unfinished, self.path(number, WHOLE))?;
        // Not all systems can sync a folder. A file that is missing later is no harm.
        let _synced = fs_err::File::open(&self.dir).and_then(|dir| dir.sync_all());
        Ok(())
    }

    /// Takes away what is there of a block.
    pub(crate) fn remove(&self, number: i64) -> io::Result<()> {
        for state in [WHOLE, UNFINISHED] {
            match fs_err::remove_file(self.path(number, state)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// The blocks of which there is anything.
    pub(crate) fn numbers(&self) -> io::Result<Vec<i64>> {
        let entries = match fs_err::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let stem = path.file_stem().and_then(OsStr::to_str);
            numbers.extend(stem.and_then(|stem| stem.parse::<i64>().ok()));
        }
        Ok(numbers)
    }

    fn path(&self, number: i64, state: &str) -> PathBuf {
        self.dir.join(format!("{number}.{state}"))
    }
}
