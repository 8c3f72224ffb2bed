//! The OOTO API answers as its documents say, and as its two official clients need.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Form, TestApp, pair_form, photo_form};
use crate::photos::{biden, obama, obama_again, wall};
use crate::shape::{assert_shape, null_paths};

macro_rules! shape {
    ($name:literal) => {
        include_str!(concat!("../shapes/", $name, ".txt"))
    };
}

/// The lines of `shape` that are not under one of `left_out`.
fn without(shape: &str, left_out: &[&str]) -> String {
    let kept = shape.lines().filter(|line| !left_out.iter().any(|part| line.contains(part)));
    kept.collect::<Vec<_>>().join("\n")
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[tokio::test]
async fn two_photos_of_one_person_are_the_same_and_of_two_are_not() {
    let app = TestApp::new();
    let shape = without(shape!("ooto-verify"), &["liveness", "deepfake"]);
    for (second, same) in [(obama_again(), true), (biden(), false)] {
        for path in ["/api/v1.0/verify", "/api/v1.0/doc/verify"] {
            let answer = app.post(path, &pair_form(&obama(), &second)).await.ok();
            assert_shape(&answer.text, &shape);
            let similarity = number(&answer.at("/result/similarity"));
            assert_eq!(answer.at("/result/same"), same, "{path}: {similarity}");
            assert_eq!(answer.at("/result/threshold"), 0.75);
            assert_eq!(similarity >= 0.75, same);
            assert_eq!(answer.at("/transactionId"), answer.header("x-request-id").expect("an id"));
        }
    }
    let itself = app.post("/api/v1.0/verify", &pair_form(&biden(), &biden())).await.ok();
    assert!(number(&itself.at("/result/similarity")) >= 0.99, "{}", itself.text);
}

#[tokio::test]
async fn checks_are_answered_exactly_when_asked_for() {
    let app = TestApp::new();
    let form = pair_form(&obama(), &obama_again());
    for query in [
        "check_liveness=true&check_deepfake=false",
        "check_liveness",
        "check_liveness=1",
        "check_liveness=Yes",
    ] {
        let answer = app.post(&format!("/api/v1.0/verify?{query}"), &form).await.ok();
        assert_shape(&answer.text, &without(shape!("ooto-verify"), &["deepfake"]));
        for face in ["firstFace", "secondFace"] {
            let score = number(&answer.at(&format!("/result/{face}/liveness/score")));
            assert!((0.0..=1.0).contains(&score), "{score}");
        }
    }
    let liveness = app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
    assert_shape(&liveness.text, &without(shape!("ooto-liveness"), &["deepfake"]));
    assert_eq!(liveness.at("/result/liveness/fine"), true, "an official portrait: {}", liveness.text);
}

#[tokio::test]
async fn a_check_without_a_model_is_501_and_one_with_a_model_is_answered() {
    let app = TestApp::new();
    let info = app.get("/v1/info").await.ok();
    let is_missing =
        info.at("/unavailable").as_array().expect("a list").iter().any(|row| row["value"] == "deepfake");
    let forms = [
        ("/api/v1.0/deepfake", photo_form(&obama()), shape!("ooto-deepfake").to_owned()),
        ("/api/v1.0/liveness?check_deepfake=true", photo_form(&obama()), shape!("ooto-liveness").to_owned()),
        (
            "/api/v1.0/verify?check_deepfake=1",
            pair_form(&obama(), &biden()),
            without(shape!("ooto-verify"), &["liveness"]),
        ),
    ];
    for (path, form, shape) in forms {
        let answer = app.post(path, &form).await;
        if is_missing {
            answer.assert_ooto_error(501, 501, path);
        } else {
            assert_shape(&answer.ok().text, &shape);
        }
    }
}

#[tokio::test]
async fn only_what_info_lists_as_unavailable_is_null() {
    let app = TestApp::new();
    let info = app.get("/v1/info").await.ok();
    let unavailable: Vec<String> = info
        .at("/unavailable")
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["value"].to_string())
        .collect();
    let answer = app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
    for path in null_paths(&answer.text) {
        let key = path.trim_start_matches("result.").split('.').nth(1).expect("a measure or an estimate");
        assert!(
            unavailable.contains(&format!("\"{key}\"")),
            "{path} is null, but only {unavailable:?} may be"
        );
    }
}

#[tokio::test]
async fn angles_and_points_follow_the_conventions_of_the_samples() {
    let app = TestApp::new();
    for photo in [obama(), obama_again(), biden()] {
        let answer = app.post("/api/v1.0/liveness", &photo_form(&photo)).await.ok();
        let point = |at: usize| {
            let point = answer.at(&format!("/result/landmarks/{at}"));
            (number(&point[0]), number(&point[1]))
        };
        let ((left_x, left_y), (right_x, right_y), (nose_x, _)) = (point(0), point(1), point(2));
        let roll = -(right_y - left_y).atan2(right_x - left_x).to_degrees();
        let answered = number(&answer.at("/result/quality/roll"));
        assert!((roll - answered).abs() <= 3.0, "roll {answered}, eye line {roll}");
        let offset = nose_x - (left_x + right_x) / 2.0;
        let yaw = number(&answer.at("/result/quality/yaw"));
        assert!(yaw.abs() < 5.0 || (yaw > 0.0) == (offset > 0.0), "yaw {yaw}, nose {offset} px off");
    }
}

#[tokio::test]
async fn landmarks_are_five_or_on_request_sixty_eight() {
    let app = TestApp::new();
    let five = app.post("/api/v1.0/liveness", &photo_form(&obama())).await.ok();
    assert_eq!(five.at("/result/landmarks").as_array().map(Vec::len), Some(5));
    let dense = app.post("/api/v1.0/liveness?landmarks=dense", &photo_form(&obama())).await.ok();
    assert_eq!(dense.at("/result/landmarks").as_array().map(Vec::len), Some(68));
}

#[tokio::test]
async fn forms_are_read_in_every_spelling_that_clients_use() {
    let app = TestApp::new();
    let (first, second) = (obama(), obama_again());
    let forms = [
        ("older names", Form::new().file("first_selfie", &first).file("second_selfie", &second)),
        ("other order", Form::new().file("second_photo", &second).file("first_photo", &first)),
        (
            "no type",
            Form::new().part("first_photo", "", None, &first).part("second_photo", "", None, &second),
        ),
        (
            "wrong type",
            Form::new().file_of_type("first_photo", "image/gif", &first).file("second_photo", &second),
        ),
        ("more parts", pair_form(&first, &second).text("note", "x").text("note", "y")),
    ];
    for (what, form) in forms {
        let answer = app.post("/api/v1.0/verify", &form).await.ok();
        assert_eq!(answer.at("/result/same"), true, "{what}");
    }
}

#[tokio::test]
async fn who_is_added_is_found_until_deleted() {
    let app = TestApp::new();
    let nobody = app.post("/api/v1.0/identify", &photo_form(&obama())).await.ok();
    let shape = without(shape!("ooto-identify"), &["liveness", "deepfake"]);
    assert_shape(&nobody.text, &shape);
    assert_eq!(nobody.at("/result/search"), json!({"templateId": null, "similarity": null}));

    // As the two official clients write it: one sends the id after the photo, the other before it.
    let added = app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", " obama ")).await.ok();
    assert_shape(&added.text, &without(shape!("ooto-add"), &["liveness", "deepfake"]));
    assert_eq!(added.at("/result/enroll/templateId"), "obama");
    assert_eq!(added.at("/result/templateId"), "obama");
    app.post("/api/v1.0/add", &Form::new().text("templateId", "biden").file("photo", &biden())).await.ok();

    let found = app.post("/api/v1.0/identify?limit=5", &photo_form(&obama_again())).await.ok();
    assert_eq!(found.at("/result/search/templateId"), "obama");
    assert_eq!(found.at("/result/templateId"), "obama");
    assert_eq!(found.at("/result/similarity"), found.at("/result/search/similarity"));
    assert_eq!(found.at("/result/search/candidates").as_array().map(Vec::len), Some(1));

    deleted_twice(&app).await;
    let gone = app.post("/api/v1.0/identify", &photo_form(&obama_again())).await.ok();
    assert_eq!(gone.at("/result/search/templateId"), Value::Null);
    let similarity = number(&gone.at("/result/search/similarity"));
    assert!(similarity < 0.75, "the best of the others, below the threshold: {similarity}");
}

async fn deleted_twice(app: &TestApp) {
    let delete = || Request::post("/api/v1.0/delete").header("content-type", "application/json");
    let request = delete().body(Body::from(r#"{"templateId":"obama"}"#)).expect("a request");
    let deleted = app.send(request).await.ok();
    assert_shape(&deleted.text, shape!("ooto-delete"));
    let again = app.post("/api/v1.0/delete", &Form::new().text("templateId", "obama")).await;
    again.assert_ooto_error(400, 400, "deleted already");
    assert_eq!(again.at("/result/info"), "Template not found");
}

#[tokio::test]
async fn delete_takes_json_or_a_form_by_either_verb() {
    let app = TestApp::new();
    for (verb, is_json) in [("POST", true), ("POST", false), ("DELETE", true), ("DELETE", false)] {
        app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "x")).await.ok();
        let request = if is_json {
            // No content type: the original's clients do not all send one.
            let request = Request::builder().method(verb).uri("/api/v1.0/delete");
            request.body(Body::from(r#"{"templateId":"x"}"#)).expect("a request")
        } else {
            Form::new().text("templateId", "x").request(verb, "/api/v1.0/delete")
        };
        app.send(request).await.ok();
    }
}

#[tokio::test]
async fn an_id_is_taken_once_unless_replaced() {
    let app = TestApp::new();
    let add = async |query: &str, photo: &[u8]| -> Answer {
        app.post(&format!("/api/v1.0/add{query}"), &photo_form(photo).text("templateId", "x")).await
    };
    add("", &obama()).await.ok();
    let refused = add("?replace=false", &biden()).await;
    refused.assert_ooto_error(400, 400, "the id is taken");
    assert_eq!(refused.at("/result/info"), "Template already exists");
    add("?replace=true", &biden()).await.ok();
    let found = app.post("/api/v1.0/identify", &photo_form(&biden())).await.ok();
    assert_eq!(found.at("/result/search/templateId"), "x");
    // Without an id: a random UUID.
    let added = app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "")).await.ok();
    let id = added.at("/result/templateId");
    assert!(id.as_str().is_some_and(|id| id.len() == 36), "{id}");
}

#[tokio::test]
async fn a_search_can_have_another_threshold() {
    let app = TestApp::new();
    app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "obama")).await.ok();
    let search = async |threshold: &str| {
        let path = format!("/api/v1.0/identify?threshold={threshold}");
        app.post(&path, &photo_form(&biden())).await.ok().at("/result/search/templateId")
    };
    assert_eq!(search("0").await, "obama");
    assert_eq!(search("1").await, Value::Null);
}

#[tokio::test]
async fn a_bystander_is_ignored() {
    let app = TestApp::new();
    let photo = wall(&[(&obama(), 400, 20), (&biden(), 80, 700)]);
    let answer = app.post("/api/v1.0/liveness", &photo_form(&photo)).await.ok();
    assert!(number(&answer.at("/result/box/x")) < 420.0);
}

#[tokio::test]
async fn a_photo_on_its_side_is_told_by_a_header() {
    let app = TestApp::new();
    let upright = image::load_from_memory(&obama()).expect("a photo");
    let mut bytes = std::io::Cursor::new(Vec::new());
    upright.rotate270().write_to(&mut bytes, image::ImageFormat::Png).expect("a PNG");
    let answer = app.post("/api/v1.0/liveness", &photo_form(&bytes.into_inner())).await.ok();
    assert_eq!(answer.header("x-faceward-turned"), Some("photo=90"));
    let roll = number(&answer.at("/result/quality/roll"));
    assert!((60.0..=120.0).contains(&roll.abs()), "roll stays in the frame of the photo: {roll}");
}
