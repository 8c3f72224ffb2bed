//! `/v1/challenges` over real photos.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Form, TestApp, photo_form};
use crate::photos::{biden, obama, obama_again};

async fn create(app: &TestApp, body: &str) -> Answer {
    let request = Request::post("/v1/challenges").header("content-type", "application/json");
    app.send(request.body(Body::from(body.to_owned())).expect("a request")).await
}

/// Two frames for each of two steps.
fn frames() -> Form {
    let (first, second) = (obama(), obama_again());
    Form::new().file("step_1", &first).file("step_1", &second).file("step_2", &first).file("step_2", &second)
}

async fn answer(app: &TestApp, id: &str, form: &Form) -> Answer {
    app.post(&format!("/v1/challenges/{id}/answer"), form).await
}

#[tokio::test]
async fn a_challenge_is_made_and_answered_and_says_why_it_did_not_pass() {
    let app = TestApp::new();
    let made = create(&app, "").await.ok();
    assert_eq!((made.at("/expires_in"), made.at("/movements/0")), (60.into(), "front".into()));
    assert_eq!(made.at("/movements").as_array().map(Vec::len), Some(4));
    assert_eq!(made.at("/frames"), json!({ "least_per_step": 2, "most": 30 }));

    app.post("/api/v1.0/add", &photo_form(&biden()).text("templateId", "joe")).await.ok();
    let made = create(&app, r#"{"steps": 2, "movements": ["left", "up"], "subject": "joe"}"#).await.ok();
    let id = made.at("/challenge_id").as_str().expect("an id").to_owned();
    let verdict = answer(&app, &id, &frames()).await.ok();
    assert_eq!((verdict.at("/passed"), verdict.at("/challenge_id")), (false.into(), id.into()));
    let reasons = verdict.at("/reasons");
    for reason in ["movement_not_shown", "duplicate_frames", "not_the_subject"] {
        assert!(reasons.as_array().is_some_and(|reasons| reasons.contains(&reason.into())), "{reasons}");
    }
    assert_eq!(verdict.at("/steps/0"), json!({ "movement": "front", "shown": true }));
    assert_eq!(verdict.at("/steps/1/shown"), false);
    assert_eq!(verdict.at("/frames").as_array().map(Vec::len), Some(4));
    assert_eq!((verdict.at("/frames/3/step"), verdict.at("/frames/3/fault")), (2.into(), Value::Null));
    assert!(
        verdict.at("/frames/3/pose/yaw").is_number() && verdict.at("/frames/3/liveness/score").is_number()
    );
    assert!(verdict.at("/frames/3/similarity").as_f64().is_some_and(|similarity| similarity > 0.75));
    assert_eq!(verdict.at("/subject/subject"), "joe");
    assert!(verdict.at("/subject/similarity").as_f64().is_some_and(|similarity| similarity < 0.75));
    assert!(verdict.at("/motion/turn").is_number());
}

#[tokio::test]
async fn each_way_of_cheating_with_a_challenge_has_a_code_of_its_own() {
    let app = TestApp::new();
    let id =
        create(&app, r#"{"steps": 2}"#).await.ok().at("/challenge_id").as_str().expect("an id").to_owned();
    answer(&TestApp::new(), &id, &frames()).await.assert_error(403, "challenge_foreign", "another app");
    let unknown = "A".repeat(43);
    answer(&app, &unknown, &frames()).await.assert_error(404, "challenge_unknown", "nobody's");
    answer(&app, "no-id", &frames()).await.assert_error(404, "challenge_unknown", "no id");
    let photo = obama();
    let swapped = Form::new()
        .file("step_2", &photo)
        .file("step_2", &photo)
        .file("step_1", &photo)
        .file("step_1", &photo);
    answer(&app, &id, &swapped).await.assert_error(422, "challenge_reordered", "out of order");
    let beyond = frames().file("step_3", &photo).file("step_3", &photo);
    answer(&app, &id, &beyond).await.assert_error(422, "challenge_reordered", "not asked for");
    let one_step = Form::new().file("step_1", &photo).file("step_1", &photo);
    answer(&app, &id, &one_step).await.assert_error(422, "challenge_incomplete", "a step is missing");
    answer(&app, &id, &Form::new()).await.assert_error(422, "challenge_incomplete", "nothing");
    for name in ["step_0", "step_x", "step_"] {
        let form = frames().file(name, &photo);
        answer(&app, &id, &form).await.assert_error(400, "invalid_parameter", name);
    }
    answer(&app, &id, &frames()).await.ok();
    answer(&app, &id, &frames()).await.assert_error(409, "challenge_replayed", "again");
}

#[tokio::test]
async fn a_challenge_that_cannot_be_meant_is_refused() {
    let app = TestApp::new();
    let rows = [
        (r#"{"steps": 1}"#, 400, "invalid_parameter"),
        (r#"{"steps": 9}"#, 400, "invalid_parameter"),
        (r#"{"movements": ["left"]}"#, 400, "invalid_parameter"),
        (r#"{"movements": ["left", "front"]}"#, 400, "malformed_body"),
        (r#"{"step": 3}"#, 400, "malformed_body"),
        ("[", 400, "malformed_body"),
        ("[]", 400, "malformed_body"),
        (r#"{"gallery": "default"}"#, 400, "missing_parameter"),
        (r#"{"subject": ""}"#, 400, "invalid_id"),
        (r#"{"subject": "nobody"}"#, 404, "subject_not_found"),
    ];
    for (body, status, code) in rows {
        create(&app, body).await.assert_error(status, code, body);
    }
}
