//! TLS with a real client: what it agrees on, and that requests pass.

use std::sync::Arc;

use faceward_http::{Certificates, Listener, ServerLimits, TlsSettings, serve};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::harness::TestApp;

/// A server with a certificate of its own, until the sender is dropped.
async fn server(dir: &std::path::Path) -> (u16, CertificateDer<'static>, oneshot::Sender<()>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    fs_err::write(&certificate, made.cert.pem()).expect("written");
    fs_err::write(&key, made.signing_key.serialize_pem()).expect("written");
    let root = CertificateDer::from_pem_file(&certificate).expect("a certificate");
    let settings = TlsSettings { certificate: Some(certificate), key: Some(key), self_signed: false };
    let certificates = Certificates::load(&settings, Vec::new()).expect("readable").expect("TLS");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (stop, stopped) = oneshot::channel();
    let router = TestApp::new().router;
    tokio::spawn(serve(Listener::Tls(listener, certificates), router, ServerLimits::default(), async {
        drop(stopped.await);
    }));
    (port, root, stop)
}

async fn connect(
    port: u16,
    root: Option<CertificateDer<'static>>,
    alpn: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    if let Some(root) = root {
        roots.add(root).expect("a root");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn http_1_and_2_are_served_over_tls() {
    let dir = tempfile::tempdir().expect("a folder");
    let (port, root, _stop) = server(dir.path()).await;
    let mut plain = connect(port, Some(root.clone()), b"http/1.1").await.expect("a handshake");
    assert_eq!(plain.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = String::new();
    plain.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");

    let stream = connect(port, Some(root), b"h2").await.expect("a handshake");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    let request = axum::http::Request::get("https://localhost/healthz").body(()).expect("a request");
    let (answer, _) = client.send_request(request, true).expect("sent");
    assert_eq!(answer.await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn who_does_not_speak_tls_or_does_not_trust_us_keeps_nobody_waiting() {
    let dir = tempfile::tempdir().expect("a folder");
    let (port, root, _stop) = server(dir.path()).await;
    let mut plain = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    drop(plain.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP/"), "no answer without TLS");
    assert!(connect(port, None, b"h2").await.is_err(), "an unknown certificate");
    let _silent = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection that says nothing");
    connect(port, Some(root), b"http/1.1").await.expect("others are served");
}
