//! What is open to everybody, and that the documented routes are the real ones.

use axum::body::Body;
use axum::http::Request;

use crate::harness::{Answer, TestApp, photo_form};
use crate::photos::obama;

async fn get(app: &TestApp, path: &str) -> Answer {
    app.send_anonymous(Request::get(path).body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn health_needs_no_credentials() {
    let app = TestApp::new();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&app, path).await.ok().text, r#"{"status":"ok"}"#, "{path}");
    }
}

#[tokio::test]
async fn metrics_name_no_tenant() {
    let app = TestApp::new();
    app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
    app.post("/api/v1.0/no/such/path", &photo_form(b"")).await;
    let metrics = get(&app, "/metrics").await.ok();
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let count = r#"faceward_http_requests_total{route="/api/v1.0/liveness",status="200",code="ok"}"#;
    assert!(metrics.text.contains(count), "{}", metrics.text);
    assert!(metrics.text.contains(r#"route="unmatched""#));
    assert!(metrics.text.contains("faceward_http_request_duration_seconds_bucket"));
    assert!(!metrics.text.contains(&app.id) && !metrics.text.contains("no/such/path"));
}

#[tokio::test]
async fn the_reference_page_works_without_internet() {
    let app = TestApp::new();
    assert_eq!(get(&app, "/docs").await.header("location"), Some("/docs/"));
    let page = get(&app, "/docs/").await.ok().text;
    let script = get(&app, "/docs/swagger-initializer.js").await.ok().text;
    for text in [&page, &script] {
        assert!(!text.contains("https://") && !text.contains("http://"), "{text}");
    }
    assert!(script.contains("/openapi.json"), "{script}");
    let document = get(&app, "/openapi.json").await.ok().json();
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn every_documented_route_is_there() {
    let app = TestApp::new();
    let document = get(&app, "/openapi.json").await.ok().json();
    let paths = document["paths"].as_object().expect("paths");
    let mut n_routes = 0;
    for (path, item) in paths {
        for method in item.as_object().expect("operations").keys() {
            let uri = path.replace("{template_id}", "nobody").replace("{challenge_id}", "none");
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(uri);
            let request = request.header("accesstoken", app.token().await);
            let answer = app.send(request.body(Body::empty()).expect("a request")).await;
            let is_there = answer.status != 405
                && (answer.status != 404
                    || answer.text.contains("template")
                    || answer.text.contains("challenge")
                    || answer.text.contains("session_not_found"));
            assert!(is_there, "{method} {path}: {}", answer.text);
            n_routes += 1;
        }
    }
    assert!(n_routes >= 36, "{paths:?}");
}

#[tokio::test]
async fn everything_else_is_404_in_our_envelope() {
    let app = TestApp::new();
    for path in ["/", "/api", "/api/v1.01/verify", "/api/v2/verify", "/v1", "/docs/none.js", "/healthz/x"] {
        get(&app, path).await.assert_error(404, "not_found", path);
    }
}

#[tokio::test]
async fn no_cache_may_keep_an_answer() {
    let app = TestApp::new();
    for path in ["/v1/templates", "/v1/templates/nobody", "/healthz"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
