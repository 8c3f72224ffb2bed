//! What protects the server: slow and stalled uploads, too many of them, no free slot, clients that leave.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use faceward_http::HttpSettings;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::watch;

use crate::harness::{Form, TestApp, photo_form};
use crate::photos::obama;

/// Sends its chunks and announces no length.
pub(crate) struct Chunks(std::vec::IntoIter<Vec<u8>>);

impl Chunks {
    pub(crate) fn new(chunks: Vec<Vec<u8>>) -> Self {
        Self(chunks.into_iter())
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.next().map(|chunk| Ok(Frame::data(Bytes::from(chunk)))))
    }
}

/// A body that begins and never goes on.
struct Stalled;

impl HttpBody for Stalled {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

/// A body that announces its length and never begins.
struct Announced(u64);

impl HttpBody for Announced {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

fn announced_request(path: &str, n_bytes: u64) -> Request<Body> {
    let request = Request::post(path).header("content-type", Form::content_type());
    request.body(Body::new(UnsyncBoxBody::new(Announced(n_bytes)))).expect("a request")
}

/// A chunked body whose last bytes come when the gate opens.
struct Gated {
    pieces: std::vec::IntoIter<Vec<u8>>,
    opens: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Gated {
    fn new(bytes: &[u8], mut gate: watch::Receiver<bool>, n_waiting: &Arc<AtomicUsize>) -> Self {
        let (first, last) = bytes.split_at(bytes.len() - 10);
        let opens = {
            let n_waiting = Arc::clone(n_waiting);
            async move {
                n_waiting.fetch_add(1, Ordering::Relaxed);
                gate.wait_for(|open| *open).await.expect("the gate is there");
            }
        };
        Self { pieces: vec![first.to_vec(), last.to_vec()].into_iter(), opens: Box::pin(opens) }
    }
}

impl HttpBody for Gated {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.pieces.len() == 1 && self.opens.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.pieces.next().map(|piece| Ok(Frame::data(Bytes::from(piece)))))
    }
}

fn stalled_request(path: &str) -> Request<Body> {
    let request = Request::post(path).header("content-type", Form::content_type());
    request.body(Body::new(UnsyncBoxBody::new(Stalled))).expect("a request")
}

#[tokio::test]
async fn an_upload_that_stalls_is_408() {
    let upload_idle_timeout = Duration::from_millis(50);
    let app = TestApp::with(HttpSettings { upload_idle_timeout, ..HttpSettings::default() });
    app.send(stalled_request("/api/v1.0/liveness")).await.assert_ooto_error(408, 408, "no byte at all");
    app.send(stalled_request("/v1/analyze")).await.assert_error(408, "slow_upload", "no byte at all");
}

#[tokio::test]
async fn an_upload_that_takes_for_ever_is_408() {
    let upload_timeout = Duration::from_millis(50);
    let app = TestApp::with(HttpSettings { upload_timeout, ..HttpSettings::default() });
    app.send(stalled_request("/api/v1.0/verify")).await.assert_ooto_error(408, 408, "too long");
}

#[tokio::test]
async fn a_request_that_takes_for_ever_is_503() {
    let request_timeout = Duration::from_millis(50);
    let app = TestApp::with(HttpSettings { request_timeout, ..HttpSettings::default() });
    let answer = app.send(stalled_request("/api/v1.0/verify")).await;
    answer.assert_ooto_error(503, 503, "too long");
    assert_eq!(answer.header("retry-after"), Some("1"));
}

/// Room for two of the largest forms.
fn little_room() -> HttpSettings {
    HttpSettings { uploads_bytes: 1, json_bytes: 1, photo_bytes: 400 * 1024, ..HttpSettings::default() }
}

#[tokio::test]
async fn there_is_room_for_so_many_announced_bodies_and_no_more() {
    let settings = little_room();
    let n_bytes = settings.body_bytes() as u64;
    let app = TestApp::with(settings);
    let uploads: Vec<_> = (0..2)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.send(announced_request("/api/v1.0/verify", n_bytes)).await })
        })
        .collect();
    while app.post("/api/v1.0/liveness", &Form::new()).await.status != 503 {
        assert!(!uploads.iter().any(tokio::task::JoinHandle::is_finished));
        tokio::task::yield_now().await;
    }
    let answer = app.post("/api/v1.0/liveness", &photo_form(&obama())).await;
    answer.assert_ooto_error(503, 503, "no room");
    assert!(answer.header("retry-after").is_some());
    // A request without a body needs no room.
    app.get("/v1/info").await.ok();
    // A client that leaves gives its room back.
    for upload in uploads {
        upload.abort();
        assert!(upload.await.is_err());
    }
    app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
}

#[tokio::test]
async fn a_chunked_body_takes_the_room_of_what_has_arrived() {
    let app = TestApp::with(little_room());
    // A form without a photo, so that nothing is computed: 20 of 50 kB at once, where two of the largest would fit.
    let form = Form::new().text("templateId", "nobody").text("note", &"x".repeat(50_000));
    let (gate, opened) = watch::channel(false);
    let n_waiting = Arc::default();
    let uploads: Vec<_> = (0..20)
        .map(|_| {
            let (app, body) = (app.clone(), Gated::new(&form.bytes(), opened.clone(), &n_waiting));
            let request = Request::post("/api/v1.0/delete").header("content-type", Form::content_type());
            let request = request.body(Body::new(UnsyncBoxBody::new(body))).expect("a request");
            tokio::spawn(async move { app.send(request).await })
        })
        .collect();
    // All of them are in: each has sent all but its last bytes.
    while n_waiting.load(Ordering::Relaxed) < 20 {
        assert!(!uploads.iter().any(tokio::task::JoinHandle::is_finished));
        tokio::task::yield_now().await;
    }
    gate.send_replace(true);
    for upload in uploads {
        let answer = upload.await.expect("no panic");
        assert_eq!(answer.at("/result/info"), "Template not found", "{}", answer.text);
    }
}

#[tokio::test]
async fn without_a_free_slot_the_answer_is_503_at_once() {
    let (app, service, _folder) = TestApp::alone(1);
    let slot = service.admit().expect("the only slot");
    // The body never comes: the answer does not wait for it.
    let answer = app.send(stalled_request("/api/v1.0/identify")).await;
    let native = app.send(stalled_request("/v1/analyze")).await;
    drop(slot);
    answer.assert_ooto_error(503, 503, "no slot");
    native.assert_error(503, "overloaded", "no slot");
    let seconds: u64 = answer.header("retry-after").expect("a hint").parse().expect("seconds");
    assert!(seconds >= 1);
    app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
}

#[tokio::test]
async fn a_client_that_leaves_is_counted_and_computed_no_further() {
    let app = TestApp::new();
    let gone = tokio::spawn({
        let app = app.clone();
        async move { app.send(stalled_request("/api/v1.0/doc/verify")).await }
    });
    // The request is inside once it holds room for its body; then its client hangs up.
    tokio::time::sleep(Duration::from_millis(50)).await;
    gone.abort();
    assert!(gone.await.is_err());
    let metrics = app.get("/metrics").await.ok().text;
    let count =
        r#"faceward_http_requests_total{route="/api/v1.0/doc/verify",status="499",code="client_gone"}"#;
    assert!(metrics.contains(count), "{metrics}");
}
