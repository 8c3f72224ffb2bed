//! TLS by rustls: a certificate and its key from files, read again when they change; or one made up at the start.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::settings::TlsSettings;

/// The files are looked at again after so long, when somebody connects.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of two settings that belong together.
    #[error("tls.certificate and tls.key belong together: set both")]
    OneOfTwo,
    /// Two settings that exclude each other.
    #[error("tls.self_signed makes a certificate up: leave tls.certificate and tls.key away")]
    Both,
    /// A file cannot be read as PEM.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The key does not fit the certificate, or is of an unknown kind.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// No certificate can be made up.
    #[error("cannot make a certificate: {0}")]
    NotMade(#[from] rcgen::Error),
}

/// What a server shows its clients. Cheap to clone.
#[derive(Clone)]
pub struct Certificates(Arc<Source>);

enum Source {
    Files { certificate: PathBuf, key: PathBuf, read: Mutex<Read> },
    MadeUp(Arc<ServerConfig>),
}

/// What was read last.
struct Read {
    config: Arc<ServerConfig>,
    stamp: Stamp,
    looked_at: Instant,
}

/// Changes when one of the files does.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Certificates {
    /// What `settings` say; `None`: no TLS. A made-up certificate is for `names`.
    ///
    /// # Errors
    /// The files cannot be read, or do not belong together.
    pub fn load(settings: &TlsSettings, names: Vec<String>) -> Result<Option<Self>, TlsError> {
        let TlsSettings { certificate, key, self_signed } = settings;
        let source = match (certificate, key, self_signed) {
            (None, None, false) => return Ok(None),
            (None, None, true) => Source::MadeUp(made_up(names)?),
            (Some(certificate), Some(key), false) => {
                let (certificate, key) = (certificate.clone(), key.clone());
                let stamp = stamp(&certificate, &key);
                let config = read(&certificate, &key)?;
                let read = Mutex::new(Read { config, stamp, looked_at: Instant::now() });
                Source::Files { certificate, key, read }
            }
            (Some(_), Some(_), true) => return Err(TlsError::Both),
            (Some(_), None, _) | (None, Some(_), _) => return Err(TlsError::OneOfTwo),
        };
        Ok(Some(Self(Arc::new(source))))
    }

    /// What to show now. Files that cannot be read any more are told in the log, and the last good ones stay.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        let (certificate, key, kept) = match &*self.0 {
            Source::MadeUp(config) => return Arc::clone(config),
            Source::Files { certificate, key, read } => (certificate, key, read),
        };
        let mut kept = kept.lock();
        if kept.looked_at.elapsed() >= BETWEEN_LOOKS {
            kept.look(certificate, key);
        }
        Arc::clone(&kept.config)
    }

    /// Looks at the files at the next chance, however early that is.
    #[cfg(test)]
    fn look_soon(&self) {
        match &*self.0 {
            Source::MadeUp(_) => {}
            Source::Files { read, .. } => {
                let mut read = read.lock();
                read.looked_at =
                    read.looked_at.checked_sub(BETWEEN_LOOKS).expect("a machine that runs for long");
            }
        }
    }
}

impl Read {
    fn look(&mut self, certificate: &Path, key: &Path) {
        self.looked_at = Instant::now();
        let now = stamp(certificate, key);
        if now == self.stamp {
            return;
        }
        match read(certificate, key) {
            Ok(config) => {
                (self.config, self.stamp) = (config, now);
                tracing::info!("the certificate has changed: new connections get the new one");
            }
            // Perhaps only one of the two is written yet: it is tried again.
            Err(error) => tracing::error!(%error, "the changed certificate is not used; the last one stays"),
        }
    }
}

fn stamp(certificate: &Path, key: &Path) -> Stamp {
    [certificate, key].map(|path| {
        let found = fs_err::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    })
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let unreadable = |path: &Path, source| TlsError::Unreadable { path: path.to_owned(), source };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| unreadable(certificate, source))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|source| unreadable(key, source))?;
    configured(chain, key)
}

fn made_up(names: Vec<String>) -> Result<Arc<ServerConfig>, TlsError> {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    configured(vec![cert.der().clone()], key.into())
}

/// TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1 (ALPN).
fn configured(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        Self::other(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a new certificate and its key.
    fn write(dir: &Path) -> TlsSettings {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let (certificate, key) = (dir.join("cert.pem"), dir.join("key.pem"));
        fs_err::write(&certificate, made.cert.pem()).expect("written");
        fs_err::write(&key, made.signing_key.serialize_pem()).expect("written");
        TlsSettings { certificate: Some(certificate), key: Some(key), self_signed: false }
    }

    #[test]
    fn files_that_change_are_read_again_and_broken_ones_are_not_used() {
        let dir = tempfile::tempdir().expect("a folder");
        let settings = write(dir.path());
        let certificates = Certificates::load(&settings, Vec::new()).expect("readable").expect("TLS");
        let first = certificates.current();
        certificates.look_soon();
        assert!(Arc::ptr_eq(&first, &certificates.current()), "nothing has changed");
        fs_err::write(dir.path().join("cert.pem"), "no certificate").expect("written");
        certificates.look_soon();
        assert!(Arc::ptr_eq(&first, &certificates.current()), "the last good one stays");
        // The other key alone would not fit the certificate.
        write(dir.path());
        certificates.look_soon();
        assert!(!Arc::ptr_eq(&first, &certificates.current()), "the new one");
    }

    #[test]
    fn settings_that_do_not_belong_together_are_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let good = write(dir.path());
        let none = TlsSettings { certificate: None, key: None, self_signed: false };
        assert!(Certificates::load(&none, Vec::new()).expect("fine").is_none());
        let alone = TlsSettings { key: None, ..good.clone() };
        assert!(matches!(Certificates::load(&alone, Vec::new()), Err(TlsError::OneOfTwo)));
        let both = TlsSettings { self_signed: true, ..good.clone() };
        assert!(matches!(Certificates::load(&both, Vec::new()), Err(TlsError::Both)));
        let missing = TlsSettings { key: Some(dir.path().join("nowhere.pem")), ..good };
        let error = Certificates::load(&missing, Vec::new()).err().expect("refused").to_string();
        assert!(error.contains("nowhere.pem"), "{error}");
    }
}
