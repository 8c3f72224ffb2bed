//! The key file: 32 random bytes, readable by the owner alone, made at the first open.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::SealingError;

const KEY_BYTES: usize = 32;

/// The key that seals every vector. Wiped from memory when dropped.
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

/// Where the key of the data folder `dir` lies.
#[must_use]
pub fn key_path(dir: &Path) -> PathBuf {
    dir.join("master.key")
}

impl MasterKey {
    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The key in the file at `path`; `None` if there is no such file.
    ///
    /// # Errors
    /// It can be read by others or is no key.
    pub fn load(path: &Path) -> Result<Option<Self>, SealingError> {
        if !path.try_exists()? {
            return Ok(None);
        }
        refuse_exposed(path)?;
        let content = Zeroizing::new(fs_err::read(path)?);
        let bytes: [u8; KEY_BYTES] =
            content.as_slice().try_into().map_err(|_| SealingError::KeyMalformed(path.to_path_buf()))?;
        Ok(Some(Self(Zeroizing::new(bytes))))
    }

    /// Makes a random key and puts it at `path`, on disk before this returns.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn create(path: &Path) -> Result<Self, SealingError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(SealingError::Randomness)?;
        // Written beside and renamed: a crash leaves either no key or a whole one.
        let unfinished = path.with_extension("key.new");
        if unfinished.try_exists()? {
            fs_err::remove_file(&unfinished)?;
        }
        let mut file = owner_only().create_new(true).open(&unfinished)?;
        file.write_all(bytes.as_slice())?;
        file.sync_all()?;
        fs_err::rename(&unfinished, path)?;
        if let Some(folder) = path.parent() {
            sync_folder(folder)?;
        }
        Ok(Self(bytes))
    }
}

/// Makes the folder, for its owner alone, unless it exists.
///
/// # Errors
/// The file system refuses.
pub fn owner_only_folder(dir: &Path) -> std::io::Result<()> {
    if dir.try_exists()? {
        return Ok(());
    }
    fs_err::create_dir_all(dir)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs_err::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Options to write a file that only its owner can read.
#[must_use]
pub fn owner_only() -> fs_err::OpenOptions {
    let mut options = fs_err::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), SealingError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs_err::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SealingError::KeyExposed { path: path.to_path_buf(), mode }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path) -> Result<(), SealingError> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), SealingError> {
    Ok(fs_err::File::open(folder)?.sync_all()?)
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), SealingError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_two_keys_differ() {
        let dir = tempfile::tempdir().expect("a folder");
        let [first, second] = ["a.key", "b.key"].map(|name| dir.path().join(name));
        assert!(MasterKey::load(&first).expect("readable").is_none());
        let created = MasterKey::create(&first).expect("created");
        let loaded = MasterKey::load(&first).expect("readable").expect("there");
        assert_eq!(created.bytes(), loaded.bytes());
        assert_ne!(created.bytes(), MasterKey::create(&second).expect("created").bytes());
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = key_path(dir.path());
        MasterKey::create(&path).expect("created");
        for content in [&[7_u8; 31][..], &[7; 33], &[]] {
            fs_err::write(&path, content).expect("written");
            assert!(matches!(MasterKey::load(&path), Err(SealingError::KeyMalformed(_))));
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_key_and_a_wider_file_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("a folder");
        let path = key_path(dir.path());
        MasterKey::create(&path).expect("created");
        let mode = |path: &Path| fs_err::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        for wider in [0o640, 0o604, 0o644] {
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(wider)).expect("set");
            let error = MasterKey::load(&path).err().expect("refused").to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
    }
}
