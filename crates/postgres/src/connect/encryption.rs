//! TLS to the database: verified, or none.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Roots;
use crate::PostgresError;

/// What encrypts a connection whose other end proves who it is with a certificate under `roots`.
pub(super) fn encrypting(roots: &Roots) -> Result<MakeRustlsConnect, PostgresError> {
    let trusted = match roots {
        Roots::System => of_the_system()?,
        Roots::File(path) => of_file(path)?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| PostgresError::Certificates { path: "TLS".to_owned(), reason: error.to_string() })?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn of_the_system() -> Result<RootCertStore, PostgresError> {
    let found = rustls_native_certs::load_native_certs();
    let mut trusted = RootCertStore::empty();
    let (added, _unreadable) = trusted.add_parsable_certificates(found.certs);
    if added > 0 {
        return Ok(trusted);
    }
    let reason = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
    Err(PostgresError::Certificates { path: "the system's store".to_owned(), reason })
}

fn of_file(path: &Path) -> Result<RootCertStore, PostgresError> {
    let wrong = |reason: String| PostgresError::Certificates { path: path.display().to_string(), reason };
    let bytes = fs_err::read(path)?;
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        trusted.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if trusted.is_empty() { Err(wrong("there are none in it".to_owned())) } else { Ok(trusted) }
}
