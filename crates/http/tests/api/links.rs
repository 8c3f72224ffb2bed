//! Verification links as operators make and see them, and what bounds them.

use std::num::NonZeroU32;

use faceward_core::AppId;
use faceward_service::{AppSettings, Role};
use serde_json::{Value, json};

use crate::admin::{ask, operator};
use crate::harness::{Answer, Form, TestApp, service};
use crate::photos::{obama, wall};
use crate::sessions::{Browser, agreed, create};

/// An app, and an operator who runs it.
struct Place {
    app: TestApp,
    who: String,
    token: String,
}

impl Place {
    async fn new() -> Self {
        let (who, token) = operator(service(), Role::Operator).await;
        Self { app: TestApp::new(), who, token }
    }

    async fn ask(&self, method: &str, below: &str, body: Option<&Value>) -> Answer {
        ask(&self.app, (method, &format!("/apps/{}/sessions{below}", self.app.id)), &self.token, body).await
    }
}

#[tokio::test]
async fn an_operator_makes_looks_at_and_withdraws_a_link_under_their_name() {
    let place = Place::new().await;
    let body = json!({"checks": ["liveness", "challenge"], "steps": 3, "trx_id": "order-7"});
    let made = place.ask("POST", "", Some(&body)).await.ok();
    let link = made.at("/link").as_str().expect("a link").to_owned();
    assert_eq!(link.strip_prefix("http://localhost/s/").map(str::len), Some(43), "{link}");
    let qr = made.at("/qr").as_array().map(Vec::len);
    assert_eq!(qr, Some(33), "62 bytes fill version 4 of the codes");
    assert_eq!(made.at("/session/checks"), json!(["liveness", "challenge"]));
    let below = format!("/{}", made.at("/session/session_id").as_str().expect("an id"));
    let of_app = place.app.get(&format!("/v1/sessions{below}")).await.ok();
    let of_operator = place.ask("GET", &below, None).await.ok();
    assert_eq!(of_operator.at("/session"), of_app.at("/session"), "one session, asked for twice");
    assert!(!of_operator.text.contains(&link), "it is shown once");
    let listed = place.ask("GET", "?limit=1", None).await.ok();
    assert_eq!((listed.at("/sessions/0"), listed.at("/next")), (of_app.at("/session"), Value::Null));
    assert_eq!(place.ask("DELETE", &below, None).await.ok().at("/session/state"), "cancelled");
    place.ask("DELETE", &below, None).await.assert_error(410, "session_over", "a second time");
    let audit = format!("/audit?operator={}&app_id={}&limit=9", place.who, place.app.id);
    let records = ask(&place.app, ("GET", &audit), &place.token, None).await.ok().at("/records");
    let actions: Vec<_> = records.as_array().expect("records").iter().map(|one| &one["action"]).collect();
    for action in ["create_session", "get_session", "list_sessions", "cancel_session", "end_session"] {
        assert!(actions.contains(&&json!(action)), "{action}: {actions:?}");
    }
}

#[tokio::test]
async fn an_operator_gives_a_reference_photo_and_is_told_what_cannot_be() {
    let place = Place::new().await;
    let path = format!("/admin/v1/apps/{}/sessions", place.app.id);
    let with = async |photo: &[u8]| {
        let form = Form::new().file("reference", photo).text("session", r#"{"checks": []}"#);
        let mut request = form.request("POST", &path);
        let token = format!("Bearer {}", place.token).parse().expect("a header");
        request.headers_mut().insert("authorization", token);
        place.app.send_anonymous(request).await
    };
    assert_eq!(with(&obama()).await.ok().at("/session/reference"), true);
    with(b"nonsense").await.assert_error(415, "photo_wrong_type", "no photo");
    let nobody = json!({"verify": {"subject": "nobody"}});
    place.ask("POST", "", Some(&nobody)).await.assert_error(404, "subject_not_found", "not enrolled");
    place.ask("POST", "?x=1", Some(&json!({}))).await.assert_error(400, "invalid_parameter", "no such one");
    place.ask("GET", "/nonsense", None).await.assert_error(404, "session_not_found", "no id");
    let foreign = TestApp::new().post("/v1/sessions", &Form::new().text("session", "{}")).await.ok();
    let below = format!("/{}", foreign.at("/session/session_id").as_str().expect("an id"));
    for method in ["GET", "DELETE"] {
        place.ask(method, &below, None).await.assert_error(404, "session_not_found", "another app's");
    }
    let gone = "/apps/00000000-0000-0000-0000-000000000000/sessions";
    ask(&place.app, ("POST", gone), &place.token, Some(&json!({}))).await.assert_error(
        404,
        "app_not_found",
        "no app",
    );
}

#[tokio::test]
async fn an_app_that_asks_too_often_is_told_when_to_come_back_and_so_is_its_page() {
    let app = TestApp::new();
    let mut browser = Browser::of(&app, &json!({})).await;
    let limited = AppSettings { requests_per_minute: NonZeroU32::new(2), ..AppSettings::default() };
    service().apps().set_settings(&AppId(app.id.parse().expect("a UUID")), &limited).await.expect("set");
    create(&app, &json!({})).await.ok();
    browser.open().await.ok();
    let path = format!("/v1/sessions/{}", browser.id);
    let rows = [
        ("made", create(&app, &json!({})).await),
        ("asked for", app.get(&path).await),
        ("shown", browser.show().await),
        ("guided", browser.photo("guide", &obama()).await),
    ];
    for (what, refused) in rows {
        refused.assert_error(429, "rate_limited", what);
        let seconds: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
        assert!((1..=30).contains(&seconds), "{what}: one every 30 s, {seconds}");
    }
}

#[tokio::test]
async fn a_link_takes_so_many_photos_and_is_over_then() {
    let app = TestApp::new();
    let browser = agreed(&app, &json!({})).await;
    for _ in 0..30 {
        browser.photo("selfie", &wall(&[])).await.assert_error(422, "no_face", "a wall");
    }
    assert_eq!(browser.show().await.ok().at("/tries_left"), 3, "none of them cost a try");
    browser.photo("selfie", &obama()).await.assert_error(410, "session_over", "one too many");
    let shown = browser.show().await.ok();
    assert_eq!((shown.at("/state"), shown.at("/reasons")), (json!("failed"), json!(["too_many_photos"])));
    let outcome = browser.outcome().await;
    assert_eq!((&outcome["reasons"], &outcome["attempts"]), (&json!(["too_many_photos"]), &json!([])));
}

#[tokio::test]
async fn challenges_that_nobody_answers_count_as_well() {
    let app = TestApp::new();
    let browser = agreed(&app, &json!({"checks": ["challenge"]})).await;
    browser.photo("selfie", &obama()).await.ok();
    let ask = async || browser.tell(&format!("/sessions/{}/challenge", browser.id), &Value::Null).await;
    for _ in 1..30 {
        ask().await.ok();
    }
    ask().await.assert_error(410, "session_over", "the thirtieth, with the photo before them");
    assert_eq!(browser.outcome().await["reasons"], json!(["too_many_photos"]));
}
