//! Reads on, for a while, what a refused client is still sending.
//!
//! An answer that goes out before the body has come in (401, 413, 503) would be lost: closing a socket with unread
//! bytes resets the connection, and the client sees the reset instead of the answer. So a body that a handler leaves
//! unread is drained in the background, within bounds and without being kept.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::EXPECT;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::runtime::Handle;

/// Most bytes that are read and thrown away.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Longest time spent on it.
const MAX_TIME: Duration = Duration::from_secs(10);

pub(crate) async fn drain_unread(request: Request, next: Next) -> Response {
    // A client that waits for `100 Continue` has not sent its body yet: reading would invite it to.
    let waits = request.headers().contains_key(EXPECT);
    let request = request.map(|body| Body::new(Lingering { body, done: false, waits }));
    next.run(request).await
}

struct Lingering {
    body: Body,
    /// The body came to its end, or broke.
    done: bool,
    /// Nobody has asked the client for its body yet.
    waits: bool,
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.waits = false;
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.done = matches!(frame, Poll::Ready(None | Some(Err(_))));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if self.done || self.waits || self.body.is_end_stream() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let body = std::mem::take(&mut self.body);
            runtime.spawn(tokio::time::timeout(MAX_TIME, drain(body)));
        }
    }
}

async fn drain(mut body: Body) {
    let mut n_bytes = 0;
    while let Some(Ok(frame)) = body.frame().await {
        n_bytes += frame.data_ref().map_or(0, Bytes::len);
        if n_bytes > MAX_BYTES {
            return;
        }
    }
}
