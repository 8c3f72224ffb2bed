//! A named server is believed only if its certificate is.

use std::path::Path;
use std::sync::Arc;

use hyper::Method;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::Remote;
use crate::context::Named;

/// Answers everybody whose handshake succeeds; gives its port. Its certificate, for `localhost`, is in the file `ca`.
async fn server(ca: &Path) -> u16 {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    fs_err::write(ca, made.cert.pem()).expect("written");
    let chain = vec![CertificateDer::from(made.cert.der().to_vec())];
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a key that fits");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 4096];
            let read = stream.read(&mut head).await.expect("a request");
            let told = String::from_utf8_lossy(&head[..read]).contains("Bearer a-token");
            let body = if told { "{\"apps\":[]}" } else { "{}" };
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.expect("answered");
        }
    });
    port
}

#[tokio::test]
async fn a_server_is_believed_only_under_a_certificate_that_is_trusted_and_by_its_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let (ours, others) = (dir.path().join("ca.pem"), dir.path().join("other.pem"));
    let port = server(&ours).await;
    server(&others).await;
    for (host, ca, believed) in [
        ("localhost", Some(&ours), true),
        ("127.0.0.1", Some(&ours), false),
        ("localhost", Some(&others), false),
    ] {
        let named = Named { server: None, token: Some("a-token".to_owned()), ca: ca.cloned() };
        let remote = Remote::named(&format!("https://{host}:{port}"), &named).expect("a server");
        let answer = remote.ask(Method::GET, "/apps", None).await;
        match answer {
            Ok(answer) => assert!(believed && answer["apps"].is_array(), "{host}: {answer}"),
            Err(error) => {
                let why = error.reason();
                assert!(!believed && why.contains("certificate"), "{host}: {why}");
            }
        }
    }
}

#[test]
fn a_file_without_certificates_is_refused_and_so_is_one_that_nobody_needs() {
    let dir = tempfile::tempdir().expect("a folder");
    let empty = dir.path().join("empty.pem");
    fs_err::write(&empty, "no certificate").expect("written");
    for (url, ca) in [
        ("https://localhost", empty.clone()),
        ("https://localhost", dir.path().join("nowhere.pem")),
        ("http://localhost", empty),
    ] {
        let named = Named { server: None, token: Some("a-token".to_owned()), ca: Some(ca) };
        assert!(Remote::named(url, &named).is_err(), "{url}");
    }
}
