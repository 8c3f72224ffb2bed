//! What protects the server: slow and stalled uploads, too many of them, no free slot, clients that leave.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use faceward_http::HttpSettings;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body as HttpBody, Frame};

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

#[tokio::test]
async fn there_is_room_for_so_many_bodies_and_no_more() {
    // Room for one body of unknown length.
    let app = TestApp::with(HttpSettings { uploads_bytes: 1, json_bytes: 1, ..HttpSettings::default() });
    let first = tokio::spawn({
        let app = app.clone();
        async move { app.send(stalled_request("/api/v1.0/verify")).await }
    });
    while first.is_finished() || app.post("/api/v1.0/liveness", &Form::new()).await.status != 503 {
        tokio::task::yield_now().await;
    }
    let answer = app.post("/api/v1.0/liveness", &photo_form(&obama())).await;
    answer.assert_ooto_error(503, 503, "no room");
    assert!(answer.header("retry-after").is_some());
    // A request without a body needs no room.
    app.get("/v1/info").await.ok();
    // A client that leaves gives its room back.
    first.abort();
    assert!(first.await.is_err());
    app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
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
