//! TLS to a named server. Its certificate is always verified; for one that the system does not trust there is `--ca`.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::exit::{Exit, Failure};

/// What encrypts, and trusts the certificates in `ca`, or else those that the system trusts.
///
/// # Errors
/// There are none, or they cannot be read.
pub(crate) fn encryption(ca: Option<&Path>) -> Result<TlsConnector, Failure> {
    let trusted = match ca {
        Some(path) => of_file(path)?,
        None => of_the_system()?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(Exit::Failed, error))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn of_the_system() -> Result<RootCertStore, Failure> {
    let mut trusted = RootCertStore::empty();
    let (added, _unreadable) =
        trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added > 0 {
        return Ok(trusted);
    }
    Err(Failure::usage("the system trusts no certificates: name a file of them with --ca, or SSL_CERT_FILE"))
}

fn of_file(path: &Path) -> Result<RootCertStore, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::usage(format_args!("--ca: the certificates in {} cannot be used: {why}", path.display()))
    };
    let bytes = fs_err::read(path).map_err(|error| wrong(&error))?;
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        trusted.add(certificate).map_err(|error| wrong(&error))?;
    }
    if trusted.is_empty() { Err(wrong(&"there are none")) } else { Ok(trusted) }
}
