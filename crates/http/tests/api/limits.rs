//! Limits of apps, and pages of other origins.

use axum::body::Body;
use axum::http::Request;
use faceward_core::AppId;
use faceward_service::AppSettings;

use crate::harness::{Answer, TestApp, service};

async fn set(app: &TestApp, settings: AppSettings) {
    let id = AppId(app.id.parse().expect("a UUID"));
    service().apps().set_settings(&id, &settings).await.expect("set");
}

fn limited(per_minute: u32, per_day: u32) -> AppSettings {
    AppSettings {
        requests_per_minute: std::num::NonZeroU32::new(per_minute),
        requests_per_day: std::num::NonZeroU32::new(per_day),
        ..AppSettings::default()
    }
}

#[tokio::test]
async fn an_app_learns_what_is_left_and_is_refused_in_the_words_of_each_api() {
    let app = TestApp::new();
    assert!(app.get("/v1/info").await.ok().header("ratelimit").is_none(), "it has no limit");
    let token = app.token().await;
    set(&app, limited(100, 3)).await;
    let first = app.get("/v1/info").await.ok();
    assert_eq!(first.header("ratelimit-policy"), Some("\"minute\";q=100;w=60, \"day\";q=3;w=86400"));
    let left = first.header("ratelimit").expect("what is left");
    assert!(left.starts_with("\"minute\";r=99;t=1, \"day\";r=2;t="), "{left}");
    let failed = app.get("/v1/templates/nobody").await;
    failed.assert_error(404, "template_not_found", "a failure counts");
    assert!(failed.header("ratelimit").is_some_and(|left| left.contains("\"day\";r=1;")));
    let counters =
        riset(&app, &token, "/face-api/client/get-counters").await.riset_status(200, "200", "counters");
    assert_eq!(counters.at("/remaining_limit/n_api_hits"), 0, "{}", counters.text);
    let refused = app.get("/v1/info").await;
    refused.assert_error(429, "quota_exceeded", "the fourth");
    let seconds: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..=86_400).contains(&seconds));
    app.post("/api/v1.0/liveness", &crate::harness::Form::new())
        .await
        .assert_ooto_error(429, 429, "the same");
    riset(&app, &token, "/face-api/client/get-counters").await.riset_status(429, "429", "the same");
    set(&app, limited(1, 0)).await;
    app.get("/v1/info").await.ok();
    app.get("/v1/info").await.assert_error(429, "rate_limited", "two at once");
    set(&app, AppSettings::default()).await;
    app.get("/v1/info").await.ok();
}

async fn riset(app: &TestApp, token: &str, path: &str) -> Answer {
    let request = Request::get(path).header("accesstoken", token).body(Body::empty());
    app.send_anonymous(request.expect("a request")).await
}

const ORIGIN: &str = "https://shop.example";

#[tokio::test]
async fn a_page_may_call_where_its_origin_is_allowed_and_never_with_cookies() {
    let app = TestApp::new();
    let other = TestApp::new();
    let origins = vec!["https://else.example".to_owned(), ORIGIN.to_owned()];
    set(&app, AppSettings { origins, ..AppSettings::default() }).await;
    let ask_first = async |origin: &str, path: &str| {
        let request = Request::builder()
            .method("OPTIONS")
            .uri(path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "app-id,app-key");
        app.send_anonymous(request.body(Body::empty()).expect("a request")).await
    };
    for path in ["/v1/analyze", "/api/v1.0/verify", "/face-api/facegallery/enroll-face"] {
        let allowed = ask_first(ORIGIN, path).await;
        assert_eq!(
            (allowed.status.as_u16(), allowed.header("access-control-allow-origin")),
            (204, Some(ORIGIN))
        );
        let headers = allowed.header("access-control-allow-headers").expect("headers");
        assert!(["app-id", "app-key", "accesstoken"].iter().all(|name| headers.contains(name)), "{headers}");
        assert_eq!(allowed.header("access-control-allow-credentials"), None);
        let refused = ask_first("https://evil.example", path).await;
        assert_ne!(refused.status, 204, "{path}");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
    assert_ne!(
        ask_first(ORIGIN, "/admin/v1/apps").await.status,
        204,
        "the administration is for no other page"
    );

    let get = async |app: &TestApp, path: &str, origin: &str| {
        app.send(Request::get(path).header("origin", origin).body(Body::empty()).expect("a request")).await
    };
    for path in ["/v1/info", "/v1/templates/nobody"] {
        let answer = get(&app, path, ORIGIN).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("origin")));
    }
    assert_eq!(get(&other, "/v1/info", ORIGIN).await.header("access-control-allow-origin"), None);
    assert_eq!(get(&app, "/v1/info", "null").await.header("access-control-allow-origin"), None);
}
