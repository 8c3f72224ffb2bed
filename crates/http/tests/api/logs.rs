//! One line a request, for the operator; never a photo, an embedding, a key, a name.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::{TestApp, photo_form};
use crate::photos::obama;

/// Log lines, kept in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("text")
    }

    /// The fields of each request's line.
    fn requests(&self) -> Vec<Value> {
        let lines =
            self.text().lines().map(|line| serde_json::from_str(line).expect(line)).collect::<Vec<Value>>();
        lines.into_iter().filter(|line| line["fields"]["message"] == "request").collect()
    }
}

#[tokio::test]
async fn each_request_has_one_line_without_anything_personal() {
    let app = TestApp::new();
    let lines = Lines::default();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG).with_writer(lines.clone());
    let guard = tracing::subscriber::set_default(subscriber.finish());
    let added = app
        .post("/api/v1.0/add?replace=1", &photo_form(&obama()).text("templateId", "anna-smith"))
        .await
        .ok();
    app.post("/api/v1.0/verify", &photo_form(b"not a photo")).await;
    app.get("/v1/templates/anna-smith").await.ok();
    app.send_anonymous(Request::get("/nowhere/anna-smith").body(Body::empty()).expect("a request")).await;
    drop(guard);

    let requests = lines.requests();
    let summary: Vec<_> = requests
        .iter()
        .map(|line| {
            let fields = &line["fields"];
            let text = |name: &str| fields[name].as_str().expect("text").to_owned();
            (text("method"), text("route"), fields["status"].as_u64().expect("a status"), text("code"))
        })
        .collect();
    let row =
        |method: &str, route: &str, status, code: &str| (method.into(), route.into(), status, code.into());
    assert_eq!(
        summary,
        [
            row("POST", "/api/v1.0/add", 200, "ok"),
            row("POST", "/api/v1.0/verify", 400, "photo_missing"),
            row("GET", "/v1/templates/{template_id}", 200, "ok"),
            row("GET", "unmatched", 404, "not_found"),
        ]
    );
    assert_eq!(requests[0]["fields"]["transaction_id"], added.at("/transactionId"));
    assert!(requests.iter().all(|line| line["fields"]["duration_ms"].is_f64()));
    let text = lines.text();
    for personal in ["anna-smith", app.key.as_str()] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}
