//! `/v1`: information, templates, verification against a template, analysis.

use axum::body::Body;
use axum::http::Request;
use faceward_service::DeletionRecord;
use faceward_testkit::assert_near;
use serde_json::Value;

use crate::harness::{Form, TestApp, photo_form};
use crate::photos::{biden, obama, obama_again, wall};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn info_says_what_computes_and_what_is_missing() {
    let info = TestApp::new().get("/v1/info").await.ok();
    assert_eq!(info.at("/similarity/threshold"), 0.75);
    assert!(info.at("/models").as_array().is_some_and(|models| models.len() >= 3));
    assert_eq!(info.at("/thresholds/liveness/at_least"), 0.85);
    assert_eq!(info.at("/faces/min_side"), 32.0);
    for row in info.at("/unavailable").as_array().expect("a list") {
        assert_eq!(keys(row), ["reason", "value"]);
    }
}

#[tokio::test]
async fn templates_are_listed_page_by_page() {
    let app = TestApp::new();
    assert_eq!(app.get("/v1/templates").await.ok().at("/templates"), Value::Array(Vec::new()));
    for id in ["c", "a", "b/ä 1"] {
        app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", id)).await.ok();
    }
    let first = app.get("/v1/templates?limit=2").await.ok();
    assert_eq!(
        (first.at("/templates/0/template_id"), first.at("/templates/1/template_id")),
        ("a".into(), "b/ä 1".into())
    );
    assert_eq!(first.at("/next"), "b/ä 1");
    let template = first.at("/templates/0");
    assert_eq!(keys(&template), ["created_at", "expires_at", "gallery", "model", "subject", "template_id"]);
    assert_eq!((&template["gallery"], &template["subject"]), (&"default".into(), &"a".into()));

    let second = app.get("/v1/templates?limit=2&after=b%2F%C3%A4%201&gallery=default").await.ok();
    assert_eq!(second.at("/templates/0/template_id"), "c");
    assert_eq!((second.at("/templates/1"), second.at("/next")), (Value::Null, Value::Null));
    assert_eq!(app.get("/v1/templates?gallery=other").await.at("/templates/0"), Value::Null);
}

#[tokio::test]
async fn a_template_is_shown_and_deleted_by_its_id() {
    let app = TestApp::new();
    app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "b/ä 1")).await.ok();
    let path = "/v1/templates/b%2F%C3%A4%201";
    assert_eq!(app.get(path).await.ok().at("/template/template_id"), "b/ä 1");
    TestApp::new().get(path).await.assert_error(404, "template_not_found", "another app's");
    let delete = || Request::delete(path).body(Body::empty()).expect("a request");
    let deletion = app.send(delete()).await.ok().at("/deletion");
    assert_eq!((&deletion["what"], &deletion["templates"]), (&"template".into(), &1.into()), "{deletion}");
    assert_eq!((&deletion["log"], &deletion["gallery"]), (&"wiped".into(), &serde_json::Value::Null));
    assert_eq!(deletion["sha256"].as_str().map(str::len), Some(64), "{deletion}");
    DeletionRecord::from_json(&deletion.to_string()).expect("what `faceward audit deletion` reads");
    app.send(delete()).await.assert_error(404, "template_not_found", "deleted already");
    app.get(path).await.assert_error(404, "template_not_found", "deleted");
}

#[tokio::test]
async fn a_photo_is_verified_against_a_template() {
    let app = TestApp::new();
    app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "obama")).await.ok();
    for (photo, same) in [(obama_again(), true), (biden(), false)] {
        let form = photo_form(&photo).text("template_id", "obama");
        let answer = app.post("/v1/verify", &form).await.ok();
        assert_eq!(answer.at("/same"), same);
        let cosine = answer.at("/cosine").as_f64().expect("a number");
        assert!((-1.0..=1.0).contains(&cosine));
        let likewise = app.post("/api/v1.0/identify?threshold=0", &photo_form(&photo)).await.ok();
        let similarities = [answer.at("/similarity"), likewise.at("/result/similarity")];
        let [direct, searched] = similarities.map(|value| value.as_f64().expect("a number"));
        assert_near(direct, searched, 1e-6);
    }
    let unknown = photo_form(&obama()).text("template_id", "nobody");
    app.post("/v1/verify", &unknown).await.assert_error(404, "template_not_found", "unknown");
    app.post("/v1/verify", &photo_form(&obama())).await.assert_error(400, "missing_parameter", "no id");
    app.post("/v1/verify", &Form::new().text("template_id", "obama")).await.assert_error(
        400,
        "photo_missing",
        "no photo",
    );
}

#[tokio::test]
async fn an_analysis_describes_every_face() {
    let app = TestApp::new();
    let photo = wall(&[(&obama(), 400, 20), (&biden(), 300, 500)]);
    let answer = app.post("/v1/analyze", &photo_form(&photo)).await.ok();
    assert_eq!(answer.at("/n_detected"), 2);
    assert_eq!((answer.at("/photo/format"), answer.at("/photo/width")), ("png".into(), 1000.into()));
    for face in answer.at("/faces").as_array().expect("a list") {
        assert_eq!(face["landmarks"]["dense"].as_array().map(Vec::len), Some(68));
        assert_eq!(face["quality"]["iso29794_5"].as_array().map(Vec::len), Some(28));
        assert!(face["pose"]["yaw"].is_number() && face["liveness"]["score"].is_number());
        // Whatever is null says why.
        for absent in face["absent"].as_array().expect("a list") {
            assert!(absent["value"].is_string() && absent["reason"].is_string(), "{absent}");
        }
        assert!(face.get("embedding").is_none());
    }
    let steps = answer.at("/timings/steps");
    assert!(steps.as_array().is_some_and(|steps| !steps.is_empty()), "{steps}");
}

#[tokio::test]
async fn an_analysis_computes_what_was_asked_for() {
    let app = TestApp::new();
    let answer = app.post("/v1/analyze?outputs=pose", &photo_form(&obama())).await.ok();
    assert!(answer.at("/faces/0/pose/roll").is_number());
    assert_eq!(answer.at("/faces/0/liveness"), Value::Null);
    let absent = answer.at("/faces/0/absent");
    let liveness = absent.as_array().expect("a list").iter().find(|row| row["value"] == "liveness");
    assert_eq!(liveness.expect("it is absent")["reason"], "not_requested");
    let nobody = app.post("/v1/analyze", &photo_form(&wall(&[]))).await.ok();
    assert_eq!((nobody.at("/n_detected"), nobody.at("/faces/0")), (0.into(), Value::Null));
}

#[tokio::test]
async fn errors_have_stable_codes() {
    let app = TestApp::new();
    let rows = [
        ("/v1/analyze?outputs=embedding", photo_form(&obama()), 400, "invalid_parameter"),
        ("/v1/analyze?output=pose", photo_form(&obama()), 400, "invalid_parameter"),
        ("/v1/analyze?outputs=pose&outputs=pose", photo_form(&obama()), 400, "repeated_parameter"),
        ("/v1/analyze", Form::new(), 400, "photo_missing"),
        ("/v1/analyze", photo_form(b""), 400, "photo_empty"),
        ("/v1/analyze", photo_form(b"text"), 415, "photo_wrong_type"),
        ("/v1/analyze", photo_form(b"\xff\xd8\xff\xe0 corrupt"), 422, "photo_undecodable"),
        ("/v1/nothing", Form::new(), 404, "not_found"),
        ("/v1/info", Form::new(), 405, "method_not_allowed"),
    ];
    for (path, form, status, code) in rows {
        app.post(path, &form).await.assert_error(status, code, path);
    }
    for query in ["limit=0", "limit=501", "limit=x"] {
        app.get(&format!("/v1/templates?{query}")).await.assert_error(400, "invalid_parameter", query);
    }
    let anonymous = Request::get("/v1/info").body(Body::empty()).expect("a request");
    app.send_anonymous(anonymous).await.assert_error(401, "unauthenticated", "no credentials");
}
