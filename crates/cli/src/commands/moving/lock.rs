//! What encrypts a file and opens it again: a passphrase, or keys of age.

use std::io::{BufRead, ErrorKind, IsTerminal as _, Write};
use std::path::PathBuf;

use age::secrecy::{ExposeSecret as _, SecretString};
use age::stream::{StreamReader, StreamWriter};
use age::{DecryptError, Decryptor, EncryptError, Encryptor, IdentityFile, scrypt, x25519};
use clap::Args;
use faceward_sealing::KeyPlace;

use crate::config::Environment;
use crate::exit::{Exit, Failure};

/// Where a passphrase comes from.
#[derive(Debug, Args)]
pub(super) struct Passphrase {
    /// Where the passphrase comes from: `file:PATH`, `env:NAME` or `command:PROGRAM ARGUMENTS`, never the passphrase itself [default: asked
    /// for on the terminal]
    #[arg(long, value_name = "SOURCE")]
    passphrase: Option<String>,
}

impl Passphrase {
    /// The passphrase; asked for twice where it is a new one.
    fn read(&self, environment: &Environment, is_new: bool) -> Result<SecretString, Failure> {
        let text = match &self.passphrase {
            Some(source) => {
                // Not for clap to parse: it would show what was typed, which may be the passphrase.
                let wrong = |error| Failure::usage(format_args!("--passphrase: {error}"));
                let place = source.parse::<KeyPlace>().map_err(wrong)?;
                let variable = |name: &str| environment.get(name).map(ToOwned::to_owned);
                let text = place.read_text(&variable).map_err(|error| Failure::new(Exit::Usage, error))?;
                SecretString::from(text.to_string())
            }
            None if std::io::stdin().is_terminal() => asked("Passphrase: ")?,
            None => {
                return Err(Failure::usage(
                    "--passphrase SOURCE, or keys of age: --recipient to encrypt, --identity to decrypt",
                ));
            }
        };
        if text.expose_secret().is_empty() {
            return Err(Failure::usage("the passphrase is empty"));
        }
        let again = is_new && self.passphrase.is_none();
        if again && asked("Once more: ")?.expose_secret() != text.expose_secret() {
            return Err(Failure::usage("the second passphrase is not the first"));
        }
        Ok(text)
    }
}

fn asked(prompt: &str) -> Result<SecretString, Failure> {
    let typed = rpassword::prompt_password(prompt).map_err(|error| Failure::new(Exit::Failed, error))?;
    Ok(SecretString::from(typed))
}

/// What encrypts.
pub(super) enum Lock {
    Passphrase(SecretString),
    Recipients(Vec<x25519::Recipient>),
}

impl Lock {
    /// The recipients, or else the passphrase.
    pub(super) fn new(
        recipients: &[String],
        passphrase: &Passphrase,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        if recipients.is_empty() {
            return Ok(Self::Passphrase(passphrase.read(environment, true)?));
        }
        let parsed = recipients.iter().map(|text| {
            let wrong = |why| Failure::usage(format_args!("{text} is no public key of age (age1...): {why}"));
            text.parse::<x25519::Recipient>().map_err(wrong)
        });
        Ok(Self::Recipients(parsed.collect::<Result<_, _>>()?))
    }

    /// A writer that encrypts what it is given into `output`, and has to be finished.
    pub(super) fn around<W: Write>(self, output: W) -> std::io::Result<StreamWriter<W>> {
        let encryptor = match self {
            Self::Passphrase(text) => Encryptor::with_user_passphrase(text),
            Self::Recipients(recipients) => {
                let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
                Encryptor::with_recipients(recipients)
                    .map_err(|error: EncryptError| std::io::Error::other(error.to_string()))?
            }
        };
        encryptor.wrap_output(output)
    }
}

/// What decrypts. A file is opened by it as often as it takes.
pub(super) struct Key(Vec<Box<dyn age::Identity>>);

impl Key {
    /// The identities of a file, or else the passphrase.
    pub(super) fn new(
        identity: Option<&PathBuf>,
        passphrase: &Passphrase,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let Some(path) = identity else {
            return Ok(Self(vec![Box::new(scrypt::Identity::new(passphrase.read(environment, false)?))]));
        };
        let shown = path.display().to_string();
        let wrong = |why: &dyn std::fmt::Display| {
            Failure::usage(format_args!("{shown} holds no identity of age: {why}"))
        };
        let file = fs_err::File::open(path).map_err(|error| Failure::new(Exit::Usage, error))?;
        let file = IdentityFile::from_buffer(std::io::BufReader::new(file)).map_err(|error| wrong(&error))?;
        let identities = file.into_identities().map_err(|error| wrong(&error))?;
        if identities.is_empty() {
            return Err(wrong(&"it is empty"));
        }
        Ok(Self(identities))
    }

    /// What is in the encrypted `input`.
    pub(super) fn open<R: BufRead>(&self, input: R) -> Result<StreamReader<R>, Unopened> {
        let decryptor = Decryptor::new_buffered(input).map_err(|error| match error {
            DecryptError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => Unopened::Io(error),
            DecryptError::Io(_)
            | DecryptError::DecryptionFailed
            | DecryptError::ExcessiveWork { .. }
            | DecryptError::InvalidHeader
            | DecryptError::InvalidMac
            | DecryptError::KeyDecryptionFailed
            | DecryptError::NoMatchingKeys
            | DecryptError::UnknownFormat => Unopened::Foreign,
        })?;
        let by_passphrase = decryptor.is_scrypt();
        let identities = self.0.iter().map(AsRef::as_ref);
        decryptor.decrypt(identities).map_err(|error| match error {
            DecryptError::Io(error) => Unopened::Io(error),
            DecryptError::ExcessiveWork { .. } => Unopened::TooMuchWork,
            DecryptError::InvalidHeader | DecryptError::InvalidMac | DecryptError::UnknownFormat => {
                Unopened::Foreign
            }
            DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed
            | DecryptError::NoMatchingKeys => {
                if by_passphrase {
                    Unopened::Passphrase
                } else {
                    Unopened::Identity
                }
            }
        })
    }
}

/// Why a file does not open.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unopened {
    #[error("it is no file of age, or its head is damaged")]
    Foreign,
    #[error("it was encrypted to a passphrase, which is another one")]
    Passphrase,
    #[error("it was encrypted to a passphrase on a machine so much faster that this one would take too long")]
    TooMuchWork,
    #[error("it was encrypted to public keys, and none is that of the identity; --identity FILE names one")]
    Identity,
    #[error(transparent)]
    Io(std::io::Error),
}
