//! The master key: 32 random bytes, raw, as 64 hexadecimal digits or as base64. Its file is readable by the owner alone, and made
//! at the first open.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::{KeyOrigin, SealingError};

const KEY_BYTES: usize = 32;

/// The key that everything at rest depends on. Wiped from memory when dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

/// Where the key of the data folder `dir` lies.
#[must_use]
pub fn key_path(dir: &Path) -> PathBuf {
    dir.join("master.key")
}

/// Where a new key waits to take the place of the one at `path`.
pub(crate) fn pending_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".next");
    path.with_file_name(name)
}

/// Puts the key that waits for it into the place of the one at `path`, on disk before this returns.
///
/// # Errors
/// The file system fails.
pub fn settle_pending(path: &Path) -> Result<(), SealingError> {
    fs_err::rename(pending_path(path), path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
        Some(_) | None => Ok(()),
    }
}

/// Makes a random key that waits to take the place of the one at `path`.
///
/// # Errors
/// The folder cannot be written.
pub fn create_pending(path: &Path) -> Result<MasterKey, SealingError> {
    MasterKey::create(&pending_path(path))
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
        Self::parse(&content, &KeyOrigin::File(path.to_owned())).map(Some)
    }

    /// The key that was read at `origin`, in whatever form; space around it does not count.
    ///
    /// # Errors
    /// It is no key.
    pub(crate) fn parse(content: &[u8], origin: &KeyOrigin) -> Result<Self, SealingError> {
        let key = parsed(content)
            .map_err(|reason| SealingError::KeyMalformed { origin: origin.clone(), reason })?;
        Ok(Self(key))
    }

    /// Makes a random key and puts it at `path`, on disk before this returns.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn create(path: &Path) -> Result<Self, SealingError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(SealingError::Randomness)?;
        // Written beside and renamed: a crash leaves either no key or a whole one.
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".new");
        let unfinished = PathBuf::from(unfinished);
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

/// The bytes of a key, or what is wrong.
fn parsed(content: &[u8]) -> Result<Zeroizing<[u8; KEY_BYTES]>, &'static str> {
    const FORMS: &str = "it must be 32 bytes: raw, as 64 hexadecimal digits, or as base64";
    if content.is_empty() {
        return Err("it is empty");
    }
    // A random key may begin or end with what looks like space.
    let raw = [Some(content), content.strip_suffix(b"\n"), content.strip_suffix(b"\r\n")];
    if let Some(bytes) = raw.into_iter().flatten().find_map(|raw| <[u8; KEY_BYTES]>::try_from(raw).ok()) {
        let bytes = Zeroizing::new(bytes);
        // Of random bytes one in 10^13 looks so; what a person has typed, or half of a key in hexadecimal, does.
        let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        return if is_text { Err("it is text of 32 characters, which is no random key") } else { Ok(bytes) };
    }
    let text = content.trim_ascii();
    match text.len() {
        64 => from_hexadecimal(text).ok_or(FORMS),
        43 | 44 => from_base64(text).ok_or(FORMS),
        _ => Err(FORMS),
    }
}

fn from_hexadecimal(text: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    let digit = |digit: u8| char::from(digit).to_digit(16);
    for (byte, [high, low]) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
        *byte = u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()?;
    }
    Some(bytes)
}

fn from_base64(text: &[u8]) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let either = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [STANDARD, URL_SAFE].iter().find_map(|alphabet| {
        let decoded = Zeroizing::new(GeneralPurpose::new(alphabet, either).decode(text).ok()?);
        Some(Zeroizing::new(<[u8; KEY_BYTES]>::try_from(decoded.as_slice()).ok()?))
    })
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
pub(crate) fn refuse_exposed(path: &Path) -> Result<(), SealingError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs_err::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SealingError::KeyExposed { path: path.to_path_buf(), mode }) }
}

#[cfg(not(unix))]
pub(crate) fn refuse_exposed(_path: &Path) -> Result<(), SealingError> {
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
            assert!(matches!(MasterKey::load(&path), Err(SealingError::KeyMalformed { .. })));
        }
    }

    #[test]
    fn every_form_of_a_key_is_the_same_key_and_a_pass_phrase_is_none() {
        let bytes: [u8; KEY_BYTES] = std::array::from_fn(|at| (at as u8).wrapping_mul(31).wrapping_add(0xf8));
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let [standard, url] = [&STANDARD, &URL_SAFE]
            .map(|alphabet| GeneralPurpose::new(alphabet, GeneralPurposeConfig::new()).encode(bytes));
        assert_ne!(standard, url, "the bytes show both alphabets");
        let forms = [
            bytes.to_vec(),
            [&bytes[..], b"\n"].concat(),
            format!("  {hex}\r\n").into_bytes(),
            hex.to_uppercase().into_bytes(),
            format!("{standard}\n").into_bytes(),
            url.trim_end_matches('=').as_bytes().to_vec(),
        ];
        for form in &forms {
            assert_eq!(parsed(form).expect("a key").as_slice(), bytes, "{}", form.escape_ascii());
        }
        let refused = [
            "correct horse battery staple 123",
            "0123456789abcdef0123456789abcdef",
            &hex[1..],
            &format!("g{}", &hex[1..]),
            &standard[1..],
            &format!("*{}", &standard[1..]),
            " ",
            "",
        ];
        for text in refused {
            assert!(parsed(text.as_bytes()).is_err(), "{text}");
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
