//! The server on a real socket: connections, limits, leaving, stopping.

use std::time::Duration;

use faceward_http::{HttpSettings, ServerLimits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::{Form, TestApp, pair_form, photo_form};
use crate::photos::{obama, obama_again};

/// Longer than anything here takes; a test that waits for it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    pub(crate) app: TestApp,
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(settings: HttpSettings, limits: ServerLimits) -> Self {
        Self::start_for(TestApp::with(settings), limits).await
    }

    pub(crate) async fn start_for(app: TestApp, limits: ServerLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(serve(listener, app.router.clone(), limits, shutdown));
        Self { app, address, stop: Some(stop), task }
    }

    pub(crate) async fn default() -> Self {
        Self::start(HttpSettings::default(), ServerLimits::default()).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// The head of a request with credentials and a body of `n_bytes`.
    pub(crate) fn head(&self, path: &str, n_bytes: usize) -> String {
        let (id, key, content_type) = (&self.app.id, &self.app.key, Form::content_type());
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAPP-ID: {id}\r\nAPP-KEY: {key}\r\nContent-Type: {content_type}\r\n\
             Content-Length: {n_bytes}\r\n\r\n"
        )
    }

    pub(crate) fn ask_to_stop(&mut self) {
        let _gone_already = self.stop.take().expect("once").send(());
    }

    pub(crate) async fn stopped(self) {
        tokio::time::timeout(PATIENCE, self.task).await.expect("in time").expect("no panic");
    }
}

/// Reads one answer with a Content-Length from `stream`.
pub(crate) async fn read_answer(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    let read = async {
        loop {
            let n_bytes = stream.read_buf(&mut received).await.expect("readable");
            let text = String::from_utf8_lossy(&received).into_owned();
            let is_whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                length
                    .and_then(|length| length.parse().ok())
                    .is_some_and(|length: usize| body.len() >= length)
            });
            if is_whole || n_bytes == 0 {
                return text;
            }
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("an answer in time")
}

pub(crate) async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).await.expect("writable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_serves_one_request_after_the_other() {
    let server = Server::default().await;
    let mut stream = server.connect().await;
    let body = pair_form(&obama(), &obama_again()).bytes();
    for _ in 0..2 {
        send(&mut stream, server.head("/api/v1.0/verify", body.len()).as_bytes()).await;
        send(&mut stream, &body).await;
        let answer = read_answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"same\":true"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_client_reads_its_answer_though_it_is_still_sending() {
    let server = Server::default().await;
    let body = vec![b'x'; 8 * 1024 * 1024];
    let refusals = [
        (server.head("/api/v1.0/verify", body.len()).replace("APP-KEY: ", "APP-KEY: no"), " 401 "),
        (server.head("/api/v1.0/nothing", body.len()), " 404 "),
    ];
    for (head, status) in refusals {
        let mut stream = server.connect().await;
        send(&mut stream, head.as_bytes()).await;
        send(&mut stream, &body).await;
        let answer = read_answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1{status}")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_head_is_431() {
    let server = Server::default().await;
    let mut stream = server.connect().await;
    let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(40 * 1024));
    send(&mut stream, head.as_bytes()).await;
    let answer = read_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    // A key of 4 KB is no problem.
    let mut stream = server.connect().await;
    let head =
        server.head("/api/v1.0/verify", 0).replace("APP-KEY: ", &format!("APP-KEY: {}", "k".repeat(4096)));
    send(&mut stream, head.as_bytes()).await;
    assert!(read_answer(&mut stream).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_request_is_closed() {
    let header_read_timeout = Duration::from_millis(100);
    let limits = ServerLimits { header_read_timeout, ..ServerLimits::default() };
    let server = Server::start(HttpSettings::default(), limits).await;
    // Nothing; the beginning of HTTP/2's preface; the beginning of a request.
    for beginning in ["", "PRI * HT", "GET /healthz HTTP/1.1\r\nHost"] {
        let mut stream = server.connect().await;
        send(&mut stream, beginning.as_bytes()).await;
        let mut rest = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "{beginning:?}: still open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_connections_without_a_request_at_once() {
    // Longer than the test waits.
    let shutdown_deadline = PATIENCE * 10;
    let limits =
        ServerLimits { shutdown_deadline, header_read_timeout: PATIENCE * 10, ..ServerLimits::default() };
    let mut server = Server::start(HttpSettings::default(), limits).await;
    let mut streams = Vec::new();
    for beginning in ["", "PRI * HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost"] {
        let mut stream = server.connect().await;
        send(&mut stream, beginning.as_bytes()).await;
        streams.push(stream);
    }
    let mut served = server.connect().await;
    send(&mut served, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    read_answer(&mut served).await;
    server.ask_to_stop();
    server.stopped().await;
    drop(streams);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_finishes_what_was_accepted() {
    let mut server = Server::default().await;
    let mut stream = server.connect().await;
    let body = photo_form(&obama()).bytes();
    let (sent, unsent) = body.split_at(body.len() / 2);
    send(&mut stream, server.head("/api/v1.0/liveness", body.len()).as_bytes()).await;
    send(&mut stream, sent).await;
    // The request is under way once its room is taken; a healthy answer to another one proves the loop runs.
    let mut other = server.connect().await;
    send(&mut other, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(read_answer(&mut other).await.starts_with("HTTP/1.1 200 "));
    server.ask_to_stop();
    // No new connections from here on, sooner or later.
    let refused = async {
        while TcpStream::connect(server.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("the socket closes");
    send(&mut stream, unsent).await;
    let answer = read_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    server.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_does_not_wait_for_ever() {
    let shutdown_deadline = Duration::from_millis(100);
    let limits = ServerLimits { shutdown_deadline, ..ServerLimits::default() };
    let mut server = Server::start(HttpSettings::default(), limits).await;
    let mut stream = server.connect().await;
    // A body that is announced and never comes.
    send(&mut stream, server.head("/api/v1.0/liveness", 1000).as_bytes()).await;
    server.ask_to_stop();
    server.stopped().await;
    let mut rest = Vec::new();
    let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    assert!(end.is_ok(), "still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_connections_are_served_at_once() {
    let limits = ServerLimits { connections: 1, ..ServerLimits::default() };
    let server = Server::start(HttpSettings::default(), limits).await;
    let mut first = server.connect().await;
    send(&mut first, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(read_answer(&mut first).await.starts_with("HTTP/1.1 200 "));
    // The second one waits in the kernel's queue until the first one is gone.
    let mut second = server.connect().await;
    send(&mut second, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let early = tokio::time::timeout(Duration::from_millis(100), second.readable()).await;
    assert!(early.is_err(), "served while the limit is reached");
    drop(first);
    assert!(read_answer(&mut second).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_ends_its_request() {
    let server = Server::default().await;
    let body = photo_form(&obama()).bytes();
    let uploads = [("/api/v1.0/deepfake", 10), ("/v1/verify", 10)];
    for (path, n_sent) in uploads {
        let mut stream = server.connect().await;
        send(&mut stream, server.head(path, body.len()).as_bytes()).await;
        send(&mut stream, &body[..n_sent]).await;
        // A healthy answer on another connection proves that the loop has run since.
        let mut other = server.connect().await;
        send(&mut other, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        read_answer(&mut other).await;
        drop(stream);
        let ended = format!("faceward_http_requests_total{{route=\"{path}\"");
        let counted = async {
            while !server.app.get("/metrics").await.text.contains(&ended) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, counted).await.expect("the request ends");
    }
}
