//! HTTP/2 on a real socket: requests side by side, and connections that end.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use faceward_http::{HttpSettings, ServerLimits};
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest, handshake};
use tokio::io::AsyncReadExt;
use tokio::task::JoinHandle;

use crate::harness::{Form, photo_form};
use crate::photos::obama;
use crate::socket::{PATIENCE, Server, send};

/// A connection, and the task that resolves when it ends, to whether it ended as it should.
pub(crate) struct Client {
    requests: SendRequest<Bytes>,
    pub(crate) ended: JoinHandle<bool>,
}

impl Client {
    pub(crate) async fn connect(server: &Server) -> Self {
        let (requests, connection) = handshake(server.connect().await).await.expect("HTTP/2");
        let ended = tokio::spawn(async { connection.await.is_ok() });
        Self { requests: requests.ready().await.expect("open"), ended }
    }

    /// Begins a request with `body`. Dropping what is returned resets the stream.
    pub(crate) fn begin(&mut self, request: Request<()>, body: Bytes) -> ResponseFuture {
        let (response, mut upload) = self.requests.send_request(request, false).expect("open");
        upload.send_data(body, true).expect("open");
        response
    }

    /// Begins a request and sends only the first `n_bytes` of `body`, if it has more.
    pub(crate) fn begin_some(
        &mut self,
        request: Request<()>,
        body: &Bytes,
        n_bytes: usize,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let (response, mut upload) = self.requests.send_request(request, false).expect("open");
        let sent = body.slice(..n_bytes.min(body.len()));
        upload.send_data(sent, n_bytes >= body.len()).expect("open");
        (response, upload)
    }

    pub(crate) async fn get(&mut self, path: &str) -> (StatusCode, String) {
        let request = Request::get(format!("http://x{path}")).body(()).expect("a request");
        answer(self.begin(request, Bytes::new())).await
    }

    /// Whether the connection ends, and well.
    async fn ends(self) -> bool {
        // As long as it can still be asked it would not end by itself.
        let _requests = self.requests;
        tokio::time::timeout(PATIENCE, self.ended).await.expect("the connection ends").expect("no panic")
    }
}

pub(crate) async fn answer(response: ResponseFuture) -> (StatusCode, String) {
    let (parts, mut body) = response.await.expect("an answer").into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.expect("a whole body");
        body.flow_control().release_capacity(chunk.len()).expect("what was received");
        bytes.extend_from_slice(&chunk);
    }
    (parts.status, String::from_utf8(bytes).expect("text"))
}

/// A photo with the credentials of the server's app: the head and the body.
pub(crate) fn photo_request(server: &Server, path: &str) -> (Request<()>, Bytes) {
    let request = Request::post(format!("http://x{path}"))
        .header("app-id", &server.app.id)
        .header("app-key", &server.app.key)
        .header("content-type", Form::content_type());
    (request.body(()).expect("a request"), Bytes::from(photo_form(&obama()).bytes()))
}

fn limits(header_read_timeout: Duration) -> ServerLimits {
    ServerLimits { header_read_timeout, shutdown_deadline: PATIENCE * 10, ..ServerLimits::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_one_connection_are_answered_side_by_side() {
    let server = Server::default().await;
    let mut client = Client::connect(&server).await;
    let (head, body) = photo_request(&server, "/api/v1.0/liveness");
    let photo = client.begin(head, body);
    let head = Request::post("http://x/api/v1.0/verify").body(()).expect("a request");
    let refused = client.begin(head, Bytes::from_static(b"x"));
    let ((status, text), (refused, refusal)) = tokio::join!(answer(photo), answer(refused));
    assert_eq!(status, StatusCode::OK, "{text}");
    assert!(text.contains("\"liveness\""), "{text}");
    assert_eq!(refused, StatusCode::UNAUTHORIZED);
    assert!(refusal.contains("\"code\":401"), "{refusal}");
    assert_eq!(client.get("/healthz").await, (StatusCode::OK, r#"{"status":"ok"}"#.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_told_and_closed() {
    let server = Server::start(HttpSettings::default(), limits(Duration::from_millis(200))).await;
    let mut used = Client::connect(&server).await;
    assert_eq!(used.get("/healthz").await.0, StatusCode::OK);
    let unused = Client::connect(&server).await;
    assert!(used.ends().await, "a client that listens sees a regular end");
    assert!(unused.ends().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_nothing_after_the_preface_is_closed() {
    let server = Server::start(HttpSettings::default(), limits(Duration::from_millis(200))).await;
    let settings: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    // The head of a request that does not come to its end: HEADERS without END_HEADERS.
    let headers: &[u8] = &[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82];
    let beginnings: [&[&[u8]]; 3] = [&[], &[settings], &[settings, headers]];
    for frames in beginnings {
        let mut stream = server.connect().await;
        send(&mut stream, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        for frame in frames {
            send(&mut stream, frame).await;
        }
        let mut rest = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "{frames:?}: still open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_idle_connections_at_once_and_finishes_what_is_under_way() {
    let mut server = Server::start(HttpSettings::default(), limits(PATIENCE * 10)).await;
    let mut idle = Client::connect(&server).await;
    assert_eq!(idle.get("/healthz").await.0, StatusCode::OK);
    let mut busy = Client::connect(&server).await;
    let (head, body) = photo_request(&server, "/api/v1.0/liveness");
    let photo = busy.begin(head, body);
    // The request is under way: another stream of the same connection was answered after it.
    assert_eq!(busy.get("/healthz").await.0, StatusCode::OK);
    server.ask_to_stop();
    assert!(idle.ends().await);
    let (status, text) = answer(photo).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    drop(busy);
    server.stopped().await;
}

#[tokio::test]
async fn a_whole_body_is_the_same_over_either_protocol() {
    let server = Server::default().await;
    let mut client = Client::connect(&server).await;
    let (_, over_http2) = client.get("/openapi.json").await;
    let in_process =
        server.app.send_anonymous(Request::get("/openapi.json").body(Body::empty()).expect("a request"));
    assert_eq!(over_http2, in_process.await.ok().text);
}
