//! A receiver on this machine that does what a test tells it, and remembers who called.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use faceward_webhooks::sign;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What it does with a call.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A status with a text.
    Status(u16, &'static str),
    /// A status with a header.
    Header(u16, &'static str, String),
    /// Nothing, ever.
    Silence,
    /// 200 and a body without an end.
    Endless,
}

/// A call that came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).expect(name).to_str().expect("text")
    }

    /// By hand, as a receiver would.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        use base64::Engine as _;
        let key = base64::prelude::BASE64_STANDARD
            .decode(secret.strip_prefix("whsec_").expect("the prefix"))
            .expect("base64");
        let timestamp = self.header("webhook-timestamp").parse().expect("a number");
        let expected = sign(&[key], self.header("webhook-id"), timestamp, &self.body);
        self.header("webhook-signature").split(' ').any(|signature| signature == expected)
    }
}

#[derive(Default)]
struct Held {
    replies: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
    came: Notify,
}

/// It runs until the test ends.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) port: u16,
    held: Arc<Held>,
}

impl Receiver {
    /// One that answers 204 but for what `replies` says.
    pub(crate) async fn start(replies: &[Reply]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"), replies)
    }

    pub(crate) fn on(listener: TcpListener, replies: &[Reply]) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let held = Arc::new(Held { replies: Mutex::new(replies.to_vec().into()), ..Held::default() });
        let router = Router::new().fallback(take).with_state(Arc::clone(&held));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, held }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.held.received.lock().clone()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.received().iter().map(|call| call.header("webhook-id").to_owned()).collect()
    }

    /// Resolves when somebody has called since this was asked last.
    pub(crate) async fn called(&self) {
        self.held.came.notified().await;
    }
}

async fn take(State(held): State<Arc<Held>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let body = String::from_utf8(body.into()).expect("text");
    held.received.lock().push(Received { headers, body });
    held.came.notify_one();
    let reply = held.replies.lock().pop_front().unwrap_or(Reply::Status(204, ""));
    let builder = Response::builder();
    let response = match reply {
        Reply::Status(status, text) => {
            builder.status(StatusCode::from_u16(status).expect("a status")).body(Body::from(text))
        }
        Reply::Header(status, name, value) => builder.status(status).header(name, value).body(Body::empty()),
        Reply::Silence => std::future::pending().await,
        Reply::Endless => {
            let piece = Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 512]));
            builder.body(Body::from_stream(futures_util::stream::repeat_with(move || {
                piece.as_ref().map(Clone::clone).map_err(|error| std::io::Error::other(error.to_string()))
            })))
        }
    };
    response.expect("a response")
}
