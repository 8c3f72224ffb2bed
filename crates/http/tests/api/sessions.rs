//! Verification links: `/v1/sessions`, and what their page asks.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Form, TestApp, photo_form, service};
use crate::photos::{biden, obama, obama_again, wall};

pub(crate) async fn create(app: &TestApp, body: &Value) -> Answer {
    let request = Request::post("/v1/sessions").header("content-type", "application/json");
    let request = request.header("host", "id.example");
    app.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

async fn ask(app: &TestApp, method: &str, path: &str) -> Answer {
    app.send(Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")).await
}

/// A browser before the page of a link.
pub(crate) struct Browser {
    app: TestApp,
    token: String,
    pub(crate) id: String,
    cookie: Option<String>,
}

impl Browser {
    pub(crate) async fn of(app: &TestApp, body: &Value) -> Self {
        let made = create(app, body).await.ok();
        let id = made.at("/session/session_id").as_str().expect("an id").to_owned();
        let link = made.at("/link").as_str().expect("a link").to_owned();
        let token = link.strip_prefix("http://id.example/s/").expect("a link of this server").to_owned();
        Self { app: app.clone(), token, id, cookie: None }
    }

    fn another(&self) -> Self {
        Self { app: self.app.clone(), token: self.token.clone(), id: self.id.clone(), cookie: None }
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.insert("x-faceward-link", "1".parse().expect("a header"));
        if let Some(cookie) = &self.cookie {
            headers.insert("cookie", cookie.parse().expect("a header"));
        }
        self.app.send_anonymous(request).await
    }

    pub(crate) async fn tell(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(format!("/s/api{path}")).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub(crate) async fn open(&mut self) -> Answer {
        let answer = self.tell("/open", &json!({ "token": self.token })).await;
        let cookie =
            answer.header("set-cookie").map(|cookie| cookie.split(';').next().expect("a pair").to_owned());
        self.cookie = cookie.or(self.cookie.take());
        answer
    }

    pub(crate) async fn show(&self) -> Answer {
        let path = format!("/s/api/sessions/{}", self.id);
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    async fn consent(&self, agrees: bool) -> Answer {
        self.tell(&format!("/sessions/{}/consent", self.id), &json!({ "agrees": agrees })).await
    }

    pub(crate) async fn photo(&self, what: &str, photo: &[u8]) -> Answer {
        let path = format!("/s/api/sessions/{}/{what}", self.id);
        self.send(photo_form(photo).request("POST", &path)).await
    }

    /// What the app learns.
    pub(crate) async fn outcome(&self) -> Value {
        ask(&self.app, "GET", &format!("/v1/sessions/{}", self.id)).await.ok().at("/session")
    }
}

/// A session whose person has agreed.
pub(crate) async fn agreed(app: &TestApp, body: &Value) -> Browser {
    let mut browser = Browser::of(app, body).await;
    browser.open().await.ok();
    assert_eq!(browser.consent(true).await.ok().at("/step"), "selfie");
    browser
}

#[tokio::test]
async fn a_person_passes_and_is_enrolled() {
    let app = TestApp::new();
    let enroll = json!({"subject": "anna", "name": "Anna", "template_id": "anna"});
    let body =
        json!({"enroll": enroll, "return_url": "https://shop.example/done?order=7", "trx_id": "order-7"});
    let mut browser = Browser::of(&app, &body).await;
    let found = browser.tell("/look", &json!({ "token": browser.token })).await.ok();
    assert_eq!((found.at("/state"), found.at("/yours")), (json!("created"), json!(false)));
    assert_eq!(browser.outcome().await["state"], "created", "looking uses nothing up");
    let opened = browser.open().await.ok();
    assert_eq!((opened.at("/state"), opened.at("/step")), (json!("opened"), json!("consent")));
    assert!(opened.at("/consent/text").as_str().is_some_and(|text| text.contains("photos of your face")));
    assert_eq!(opened.at("/return_url"), Value::Null, "not before the end");
    browser.consent(true).await.ok();
    assert_eq!(browser.photo("guide", &obama()).await.ok().at("/hint"), "center", "the face is high up");
    let passed = browser.photo("selfie", &obama()).await.ok();
    assert_eq!((passed.at("/state"), passed.at("/step")), (json!("passed"), Value::Null));
    let back = format!("https://shop.example/done?order=7&session_id={}", browser.id);
    assert_eq!(passed.at("/return_url"), back.as_str());
    let outcome = browser.outcome().await;
    assert_eq!((&outcome["state"], &outcome["trx_id"]), (&json!("passed"), &json!("order-7")));
    assert_eq!(outcome["consent"]["version"], "faceward-1");
    assert_eq!(
        (&outcome["attempts"][0]["step"], &outcome["attempts"][0]["passed"]),
        (&json!("selfie"), &json!(true))
    );
    let template = ask(&app, "GET", "/v1/templates/anna").await.ok();
    assert_eq!(template.at("/template/subject"), "anna", "{}", template.text);
    let again = create(&app, &body).await;
    again.assert_error(409, "template_exists", "before anybody stands before a camera");
    browser.photo("selfie", &obama()).await.assert_error(410, "session_over", "a second time");
}

#[tokio::test]
async fn another_person_fails_after_three_tries_and_unusable_photos_count_as_none() {
    let app = TestApp::new();
    app.post("/api/v1.0/add", &Form::new().file("photo", &obama()).text("templateId", "anna")).await.ok();
    let browser = agreed(&app, &json!({"checks": [], "verify": {"subject": "anna"}})).await;
    let nobody = wall(&[]);
    browser.photo("selfie", &nobody).await.assert_error(422, "no_face", "a wall");
    browser.photo("selfie", b"nonsense").await.assert_error(415, "photo_wrong_type", "no photo");
    assert_eq!(browser.show().await.ok().at("/tries_left"), 3, "none of it counts");
    for left in [2, 1] {
        let failed = browser.photo("selfie", &biden()).await.ok();
        assert_eq!(
            (failed.at("/tries_left"), failed.at("/reasons")),
            (json!(left), json!(["not_the_person"]))
        );
        assert_eq!(failed.at("/step"), "selfie");
    }
    let failed = browser.photo("selfie", &biden()).await.ok();
    assert_eq!((failed.at("/state"), failed.at("/step")), (json!("failed"), Value::Null));
    let outcome = browser.outcome().await;
    assert_eq!(
        (&outcome["reasons"], outcome["attempts"].as_array().map(Vec::len)),
        (&json!(["not_the_person"]), Some(3))
    );
    let other = agreed(&app, &json!({"checks": [], "verify": {"subject": "anna"}})).await;
    assert_eq!(other.photo("selfie", &obama_again()).await.ok().at("/state"), "passed", "the same person");
}

#[tokio::test]
async fn the_face_of_a_reference_photo_is_asked_for() {
    let app = TestApp::new();
    let form = Form::new().file("reference", &obama()).text("session", r#"{"checks": []}"#);
    let made = app.post("/v1/sessions", &form).await.ok();
    assert_eq!(made.at("/session/reference"), true);
    let link = made.at("/link").as_str().expect("a link").to_owned();
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let id = made.at("/session/session_id").as_str().expect("an id").to_owned();
    let mut browser = Browser { app: app.clone(), token, id, cookie: None };
    browser.open().await.ok();
    browser.consent(true).await.ok();
    assert_eq!(browser.photo("selfie", &biden()).await.ok().at("/reasons"), json!(["not_the_person"]));
    assert_eq!(browser.photo("selfie", &obama_again()).await.ok().at("/state"), "passed");
    let none = Form::new().file("reference", &wall(&[])).text("session", "{}");
    app.post("/v1/sessions", &none).await.assert_error(422, "no_face", "a reference without a face");
    let both = Form::new().file("reference", &obama()).text("session", r#"{"verify": {"subject": "x"}}"#);
    app.post("/v1/sessions", &both).await.assert_error(400, "invalid_parameter", "two persons");
}

#[tokio::test]
async fn a_link_is_good_for_one_browser() {
    let app = TestApp::new();
    let mut first = Browser::of(&app, &json!({})).await;
    let mut second = first.another();
    for request in ["GET", "HEAD"] {
        let path = format!("/s/{}", first.token);
        let page = app
            .send_anonymous(
                Request::builder().method(request).uri(path).body(Body::empty()).expect("a request"),
            )
            .await
            .ok();
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(
            page.header("content-security-policy")
                .is_some_and(|policy| policy.contains("default-src 'self'"))
        );
    }
    first.open().await.ok();
    second.open().await.assert_error(409, "session_taken", "another browser");
    assert_eq!(second.tell("/look", &json!({ "token": second.token })).await.ok().at("/yours"), false);
    second.show().await.assert_error(404, "session_not_found", "without the cookie");
    second.consent(true).await.assert_error(404, "session_not_found", "without the cookie");
    assert_eq!(first.open().await.ok().header("set-cookie"), None, "the same browser again");
    assert_eq!(first.show().await.ok().at("/state"), "opened");
    let stranger = Browser { token: "x".repeat(43), ..first.another() };
    stranger.tell("/look", &json!({ "token": stranger.token })).await.assert_error(
        404,
        "session_not_found",
        "no link",
    );
    let other = Browser { cookie: first.cookie.clone(), ..Browser::of(&app, &json!({})).await };
    other.show().await.assert_error(404, "session_not_found", "the cookie of another session");
}

#[tokio::test]
async fn only_the_page_may_ask() {
    let app = TestApp::new();
    let browser = agreed(&app, &json!({})).await;
    let cookie = browser.cookie.clone().expect("a cookie");
    let path = format!("/s/api/sessions/{}", browser.id);
    let form = Request::get(&path).header("cookie", &cookie).body(Body::empty()).expect("a request");
    app.send_anonymous(form).await.assert_error(403, "cross_site", "a form of another site");
    let foreign = Request::get(&path).header("cookie", &cookie).header("x-faceward-link", "1");
    let foreign = foreign.header("sec-fetch-site", "cross-site").body(Body::empty()).expect("a request");
    app.send_anonymous(foreign).await.assert_error(403, "cross_site", "a script of another site");
}

#[tokio::test]
async fn a_session_is_declined_cancelled_and_kept_apart() {
    let app = TestApp::new();
    let mut browser = Browser::of(&app, &json!({})).await;
    browser.open().await.ok();
    browser.photo("selfie", &obama()).await.assert_error(
        409,
        "session_elsewhere",
        "before the person agreed",
    );
    assert_eq!(browser.consent(false).await.ok().at("/state"), "declined");
    browser.consent(true).await.assert_error(410, "session_over", "too late");
    let path = format!("/v1/sessions/{}", browser.id);
    ask(&app, "DELETE", &path).await.assert_error(410, "session_over", "it is over");
    let cancelled = agreed(&app, &json!({})).await;
    let path = format!("/v1/sessions/{}", cancelled.id);
    let other = TestApp::new();
    ask(&other, "GET", &path).await.assert_error(404, "session_not_found", "another app");
    ask(&other, "DELETE", &path).await.assert_error(404, "session_not_found", "another app");
    assert_eq!(ask(&app, "DELETE", &path).await.ok().at("/session/state"), "cancelled");
    cancelled.photo("selfie", &obama()).await.assert_error(410, "session_over", "withdrawn");
    assert_eq!(cancelled.show().await.ok().at("/state"), "cancelled");
    ask(&app, "GET", "/v1/sessions/nonsense").await.assert_error(404, "session_not_found", "no id");
}

#[tokio::test]
async fn a_challenge_is_bound_to_its_session_and_stills_do_not_pass() {
    let app = TestApp::new();
    let browser = agreed(&app, &json!({"checks": ["challenge"], "steps": 2})).await;
    browser.tell(&format!("/sessions/{}/challenge", browser.id), &Value::Null).await.assert_error(
        409,
        "session_elsewhere",
        "before the selfie",
    );
    assert_eq!(browser.photo("selfie", &obama()).await.ok().at("/step"), "challenge");
    let made = browser.tell(&format!("/sessions/{}/challenge", browser.id), &Value::Null).await.ok();
    assert_eq!(made.at("/movements").as_array().map(Vec::len), Some(2));
    let frames = |photo: &[u8]| {
        Form::new().file("step_1", photo).file("step_1", photo).file("step_2", photo).file("step_2", photo)
    };
    let answer = async |challenge: &str, photo: &[u8]| {
        let path = format!("/s/api/sessions/{}/challenge/{challenge}/answer", browser.id);
        browser.send(frames(photo).request("POST", &path)).await
    };
    let request = Request::post("/v1/challenges").body(Body::from(r#"{"steps": 2}"#)).expect("a request");
    let foreign = app.send(request).await.ok().at("/challenge_id");
    answer(foreign.as_str().expect("an id"), &obama()).await.assert_error(
        404,
        "challenge_unknown",
        "another challenge of the app",
    );
    let judged = answer(made.at("/challenge_id").as_str().expect("an id"), &biden()).await.ok();
    let reasons = judged.at("/reasons").to_string();
    assert!(reasons.contains("movement_not_shown") && reasons.contains("not_the_subject"), "{reasons}");
    assert_eq!((judged.at("/step"), judged.at("/tries_left")), (json!("challenge"), json!(2)));
    answer(made.at("/challenge_id").as_str().expect("an id"), &obama()).await.assert_error(
        404,
        "challenge_unknown",
        "once",
    );
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_when_the_session_is_made() {
    let app = TestApp::new();
    let rows = [
        (json!({"checks": []}), 400, "invalid_parameter"),
        (json!({"steps": 3}), 400, "missing_parameter"),
        (json!({"checks": ["challenge"], "steps": 9}), 400, "invalid_parameter"),
        (json!({"expires_in": 59}), 400, "invalid_parameter"),
        (json!({"expires_in": 604_801}), 400, "invalid_parameter"),
        (json!({"return_url": "http://shop.example/"}), 400, "invalid_parameter"),
        (json!({"return_url": "javascript:alert(1)"}), 400, "invalid_parameter"),
        (json!({"verify": {"subject": "nobody"}}), 404, "subject_not_found"),
        (json!({"enroll": {"subject": "a", "gallery": "none"}}), 404, "gallery_not_found"),
        (json!({"enroll": {"subject": ""}}), 400, "invalid_id"),
        (json!({"nonsense": 1}), 400, "malformed_body"),
        (json!([["deepfake"]]), 400, "malformed_body"),
        (json!({"trx_id": "x".repeat(121)}), 400, "invalid_parameter"),
        (json!({"trx_id": "a\u{0}b"}), 400, "invalid_parameter"),
    ];
    for (body, status, code) in rows {
        create(&app, &body).await.assert_error(status, code, &body.to_string());
    }
}

#[tokio::test]
async fn time_ends_a_session_and_forgets_it() {
    let app = TestApp::new();
    let made = create(&app, &json!({"expires_in": 60})).await.ok();
    let created: jiff::Timestamp =
        made.at("/session/created_at").as_str().expect("a time").parse().expect("RFC 3339");
    let expires: jiff::Timestamp =
        made.at("/session/expires_at").as_str().expect("a time").parse().expect("RFC 3339");
    assert_eq!((expires - created).total(jiff::Unit::Second).expect("seconds").round(), 60.0);
    service().sweep_sessions().await.expect("swept");
    let path = format!("/v1/sessions/{}", made.at("/session/session_id").as_str().expect("an id"));
    assert_eq!(ask(&app, "GET", &path).await.ok().at("/session/state"), "created", "in time");
}
