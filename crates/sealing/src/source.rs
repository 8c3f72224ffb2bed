//! Where the master key comes from: a file, a variable of the environment, or what a command prints.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::command;
use crate::key::{pending_path, refuse_exposed};
use crate::{KeyOrigin, MasterKey, SealingError, key_path};

/// How a source is written.
pub const KEY_PLACE_FORM: &str = "file, file:PATH, env:NAME or command:PROGRAM ARGUMENTS";

/// A source as an operator writes it. Shown without the arguments of its command: a secret may be among them.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum KeyPlace {
    /// `master.key` in the data folder.
    #[default]
    Folder,
    /// Another file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
    /// What a program prints: the program, and its arguments.
    Command(Vec<String>),
}

/// It is none of the forms. What was typed is not in it: a key may have been typed where its source belongs.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyPlace {
    /// No form that is known.
    #[error("the source of the key, never the key itself")]
    Unknown,
    /// No name of a variable.
    #[error("env: is followed by the name of a variable")]
    Variable,
    /// A variable that is a setting, or would be taken for one.
    #[error("variables that begin with FACEWARD_ are settings: call the variable something else")]
    Setting,
    /// No words of a command.
    #[error("command: is followed by a program and its arguments, quoted as in a shell")]
    Command,
}

impl FromStr for KeyPlace {
    type Err = InvalidKeyPlace;

    fn from_str(text: &str) -> Result<Self, InvalidKeyPlace> {
        match text.trim().split_once(':') {
            None if text.trim() == "file" => Ok(Self::Folder),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("env", name)) if !is_variable(name) => Err(InvalidKeyPlace::Variable),
            Some(("env", name)) if name.starts_with("FACEWARD_") => Err(InvalidKeyPlace::Setting),
            Some(("env", name)) => Ok(Self::Variable(name.to_owned())),
            Some(("command", line)) => match shlex::split(line) {
                Some(words) if !words.is_empty() => Ok(Self::Command(words)),
                Some(_) | None => Err(InvalidKeyPlace::Command),
            },
            Some(_) | None => Err(InvalidKeyPlace::Unknown),
        }
    }
}

fn is_variable(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(is_part) && name.starts_with(|c: char| !c.is_ascii_digit())
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder => f.write_str("file"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Variable(name) => write!(f, "env:{name}"),
            Self::Command(words) => {
                let [program, arguments @ ..] = words.as_slice() else { return f.write_str("command:") };
                write!(f, "command:{program}{}", if arguments.is_empty() { "" } else { " ..." })
            }
        }
    }
}

impl fmt::Debug for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl KeyPlace {
    /// The source, with the key in it where that is read now: of a command what it prints, of a variable what `variable`
    /// gives for its name. `dir` is the data folder.
    ///
    /// # Errors
    /// There is no such variable; the command fails; what they give is no key.
    pub fn look_up(
        &self,
        dir: &Path,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<KeySource, SealingError> {
        match self {
            Self::Folder => Ok(KeySource::File(key_path(dir))),
            Self::File(path) => Ok(KeySource::File(path.clone())),
            Self::Variable(name) => {
                let value = variable(name).ok_or_else(|| SealingError::VariableMissing(name.clone()))?;
                let value = Zeroizing::new(value.into_encoded_bytes());
                KeySource::given(&value, KeyOrigin::Variable(name.clone()))
            }
            Self::Command(words) => {
                let printed = command::output_of(words, command::PATIENCE)?;
                let program = words.first().cloned().unwrap_or_default();
                KeySource::given(&printed, KeyOrigin::Command(program))
            }
        }
    }

    /// The text that is there, such as a passphrase, without the line break at its end. Nothing is made where nothing is.
    ///
    /// # Errors
    /// There is no such file or variable, or others can read the file; the command fails; what they give is no text.
    pub fn read_text(
        &self,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Zeroizing<String>, SealingError> {
        let bytes = match self {
            Self::Folder => return Err(SealingError::NotText("`file:` is followed by a path")),
            Self::File(path) => {
                refuse_exposed(path)?;
                Zeroizing::new(fs_err::read(path)?)
            }
            Self::Variable(name) => {
                let value = variable(name).ok_or_else(|| SealingError::VariableMissing(name.clone()))?;
                Zeroizing::new(value.into_encoded_bytes())
            }
            Self::Command(words) => command::output_of(words, command::PATIENCE)?,
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| SealingError::NotText("it is not UTF-8"))?;
        Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

/// A source that was looked up.
#[derive(Clone)]
pub enum KeySource {
    /// The file in which the key lies, or will lie once something is sealed.
    File(PathBuf),
    /// The key, and where it was read.
    Given(MasterKey, KeyOrigin),
}

impl KeySource {
    /// The file of the data folder `dir`.
    #[must_use]
    pub fn in_folder(dir: &Path) -> Self {
        Self::File(key_path(dir))
    }

    fn given(bytes: &[u8], origin: KeyOrigin) -> Result<Self, SealingError> {
        Ok(Self::Given(MasterKey::parse(bytes, &origin)?, origin))
    }

    /// Where the key is read.
    #[must_use]
    pub fn origin(&self) -> KeyOrigin {
        match self {
            Self::File(path) => KeyOrigin::File(path.clone()),
            Self::Given(_, origin) => origin.clone(),
        }
    }

    /// The key; `None` if there is no such file.
    ///
    /// # Errors
    /// Others can read the file, or it holds no key.
    pub fn load(&self) -> Result<Option<MasterKey>, SealingError> {
        match self {
            Self::File(path) => MasterKey::load(path),
            Self::Given(key, _) => Ok(Some(key.clone())),
        }
    }
}

/// Where the master key comes from, and the one that is to replace it.
#[derive(Clone)]
pub struct KeySources {
    /// Of the key in force.
    pub current: KeySource,
    /// Of the next one; `None`: where the key lies in a file, a new one is made when it is asked for.
    pub next: Option<KeySource>,
}

impl From<KeySource> for KeySources {
    fn from(current: KeySource) -> Self {
        Self { current, next: None }
    }
}

impl KeySources {
    /// The file of a key that is to replace the one in the file of the current source, and does so once the database is under it.
    pub(crate) fn pending(&self) -> Option<PathBuf> {
        match &self.current {
            KeySource::File(path) => Some(pending_path(path)),
            KeySource::Given(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Result<KeyPlace, InvalidKeyPlace> {
        text.parse()
    }

    #[test]
    fn a_source_is_read_and_shown_without_what_may_be_secret() {
        let words = |words: &[&str]| KeyPlace::Command(words.iter().map(|&word| word.to_owned()).collect());
        for (text, expected, shown) in [
            ("file", KeyPlace::Folder, "file"),
            ("file:/run/keys/master", KeyPlace::File("/run/keys/master".into()), "file:/run/keys/master"),
            ("env:MASTER_KEY", KeyPlace::Variable("MASTER_KEY".into()), "env:MASTER_KEY"),
            ("command:/bin/key", words(&["/bin/key"]), "command:/bin/key"),
            ("command: vault -f 'a b' x\\ y", words(&["vault", "-f", "a b", "x y"]), "command:vault ..."),
        ] {
            let read = place(text).expect(text);
            assert_eq!(
                (&read, read.to_string(), format!("{read:?}")),
                (&expected, shown.into(), shown.into())
            );
        }
    }

    #[test]
    fn what_is_no_source_is_refused_and_not_repeated() {
        use InvalidKeyPlace::{Command, Setting, Unknown, Variable};
        for (text, expected) in [
            ("", Unknown),
            ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", Unknown),
            ("base64:AAAA", Unknown),
            ("file:", Unknown),
            ("env:", Variable),
            ("env:1A", Variable),
            ("env:A B", Variable),
            ("env:FACEWARD_KEY", Setting),
            ("command:", Command),
            ("command:a 'b", Command),
        ] {
            let error = place(text).expect_err(text);
            assert_eq!(error, expected, "{text}");
            assert!(text.len() < 9 || !error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn a_variable_and_a_command_give_the_same_key_as_a_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let hex = "00".repeat(31) + "07";
        fs_err::write(key_path(dir.path()), format!("{hex}\n")).expect("a file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o600);
            fs_err::set_permissions(key_path(dir.path()), mode).expect("set");
        }
        let variable = |name: &str| (name == "THE_KEY").then(|| OsString::from(format!(" {hex}\n")));
        for text in ["file", "env:THE_KEY", &format!("command:printf '%s\\n' {hex}")] {
            let source = place(text).expect(text).look_up(dir.path(), &variable).expect(text);
            let key = source.load().expect("readable").expect("there");
            assert_eq!((key.bytes()[0], key.bytes()[31]), (0, 7), "{text}");
        }
        let missing = place("env:OTHER").expect("a source").look_up(dir.path(), &variable).err();
        assert!(matches!(missing, Some(SealingError::VariableMissing(name)) if name == "OTHER"));
    }
}
