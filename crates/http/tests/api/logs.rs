//! One line a request, for the operator; never a photo, an embedding, a key, a name.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::{Answer, TestApp, photo_form};
use crate::photos::obama;

/// The log of this process, kept in memory.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

/// Begins to keep it. For all tests at once: a subscriber of one thread misses what other threads saw first.
pub(crate) fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber =
            tracing_subscriber::fmt().json().with_max_level(Level::DEBUG).with_writer(log.clone());
        tracing::subscriber::set_global_default(subscriber.finish()).expect("no other subscriber");
        log
    })
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("text")
    }

    /// The fields of the one line about the request that `answer` answers.
    fn request(&self, answer: &Answer) -> Value {
        let transaction = answer.header("x-request-id").expect("an id");
        let text = self.text();
        let lines =
            text.lines().map(|line| serde_json::from_str::<Value>(line).expect(line)["fields"].clone());
        let found: Vec<Value> = lines
            .filter(|fields| fields["message"] == "request" && fields["transaction_id"] == transaction)
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }
}

#[tokio::test]
async fn each_request_has_one_line_without_anything_personal() {
    let app = TestApp::new();
    let form = photo_form(&obama()).text("templateId", "anna-smith");
    let nowhere = Request::get("/nowhere/anna-smith").body(Body::empty()).expect("a request");
    let rows = [
        (app.post("/api/v1.0/add?replace=1", &form).await, "POST", "/api/v1.0/add", 200, "ok"),
        (app.post("/api/v1.0/verify", &form).await, "POST", "/api/v1.0/verify", 400, "photo_missing"),
        (app.get("/v1/templates/anna-smith").await, "GET", "/v1/templates/{template_id}", 200, "ok"),
        (app.send_anonymous(nowhere).await, "GET", "unmatched", 404, "not_found"),
    ];
    for (answer, method, route, status, code) in rows {
        let fields = log().request(&answer);
        assert_eq!(
            (&fields["method"], &fields["route"], &fields["status"], &fields["code"]),
            (&method.into(), &route.into(), &status.into(), &code.into()),
        );
        assert!(fields["duration_ms"].is_f64());
    }
    let text = log().text();
    for personal in ["anna-smith", app.key.as_str()] {
        assert!(!text.contains(personal), "{personal} is in the log");
    }
}
