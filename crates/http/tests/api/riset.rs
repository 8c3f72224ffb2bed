//! Liveness and tokens of the Riset.ai API on real photos.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use faceward_http::{HttpSettings, RisetSettings};
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::logs::log;
use crate::photos::{biden, obama, obama_again, wall};

pub(crate) const LIVENESS: &str = "/liveness-api/verify-face-liveness";
pub(crate) const BATCH: &str = "/liveness-api/batch-verify-face-liveness";
pub(crate) const ENROLL: &str = "/face-api/facegallery/enroll-face";

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// The form of `/oauth`.
fn form(path: &str, id: &str, key: &str, token: Option<&str>) -> Request<Body> {
    let mut request =
        Request::post(path).header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    if let Some(token) = token {
        request = request.header("Accesstoken", token);
    }
    request.body(Body::from(format!("client_id={id}&password={key}"))).expect("a request")
}

#[tokio::test]
async fn a_token_is_issued_used_and_revoked() {
    let app = TestApp::new();
    let answer = app.send_anonymous(form("/oauth/client/token", &app.id, &app.key, None)).await.ok();
    assert_eq!(answer.at("/expires_in"), 86400);
    let token = answer.at("/access_token").as_str().expect("a token").to_owned();
    assert!(token.starts_with("eyJ"), "{token}");
    let galleries = |token: String| {
        let request = Request::get("/face-api/facegallery/my-facegalleries").header("Accesstoken", token);
        let app = app.clone();
        async move { app.send_anonymous(request.body(Body::empty()).expect("a request")).await }
    };
    galleries(token.clone()).await.riset_status(200, "200", "a token");
    for bad in ["", "x", &token[..token.len() - 2], &app.key] {
        let refused = galleries(bad.to_owned()).await.riset_status(401, "401", bad);
        assert_eq!(refused.text, r#"{"status":"401","status_message":"Access token not authorized"}"#);
    }
    let other = TestApp::new();
    let foreign = form("/oauth/token/revoke", &other.id, &other.key, Some(&token));
    app.send_anonymous(foreign).await.riset_status(403, "403", "another app's token");
    galleries(token.clone()).await.riset_status(200, "200", "not revoked");
    let revoked = app.send_anonymous(form("/oauth/token/revoke", &app.id, &app.key, Some(&token))).await.ok();
    assert_eq!(revoked.text, r#"{"status_message":"Success Revoke Token"}"#);
    galleries(token).await.riset_status(401, "401", "revoked");
}

#[tokio::test]
async fn wrong_credentials_get_no_token_and_json_is_taken_too() {
    let app = TestApp::new();
    for (id, key) in [(app.id.as_str(), "wrong-key-of-16-characters"), ("riset.ai", &app.key), ("", "")] {
        let request = form("/oauth/client/token", id, key, None);
        app.send_anonymous(request).await.riset_status(401, "401", id);
    }
    let body = json!({ "client_id": app.id, "password": app.key }).to_string();
    let request = Request::post("/oauth/client/token").header("content-type", "application/json");
    app.send_anonymous(request.body(Body::from(body)).expect("a request")).await.ok();
    let neither = Request::post("/oauth/client/token").body(Body::from("hello")).expect("a request");
    app.send_anonymous(neither).await.riset_status(200, "400", "no form");
}

fn list<T: AsRef<[u8]>>(images: &[T], parameters: &[&str]) -> Value {
    let images: Vec<String> = images.iter().map(|bytes| base64(bytes.as_ref())).collect();
    json!({ "images": images, "face_parameters": parameters, "trx_id": "t-1" })
}

#[tokio::test]
async fn a_portrait_is_front_with_open_eyes_and_nothing_else() {
    let app = TestApp::new();
    let face = obama();
    let parameters =
        ["front", "Face Left", "right", "up", "face down", "EYES OPEN", "eyes closed", "front", "front"];
    let answer = app.riset("POST", LIVENESS, &list(&[&face; 9], &parameters)).await;
    let answer = answer.riset_status(200, "200", "nine images");
    let matches = |n: usize| answer.at(&format!("/results/image{n}/match"));
    let found: Vec<Value> = (1..=9).map(matches).collect();
    assert_eq!(found, [true, false, false, false, false, true, false, true, true], "{}", answer.text);
    assert_eq!(answer.at("/liveness"), "failed");
    assert_eq!(answer.at("/results/image1/spoof"), "real");
    assert_eq!(answer.at("/results/image1/masker"), false);
    assert_eq!(answer.at("/results/image1/verified"), Value::Null);
    let passed = app.riset("POST", LIVENESS, &list(&[&face, &face], &["front", "eyes open"])).await;
    assert_eq!(passed.at("/liveness"), "passed", "{}", passed.text);
}

#[tokio::test]
async fn the_success_threshold_counts_images_that_match_are_live_and_are_the_subject() {
    let app = TestApp::new();
    let (face, other) = (obama(), biden());
    enroll(&app, "default", "obama", &obama_again()).await;
    let ids = json!({ "user_id": "obama", "facegallery_id": "default" });
    let rows = [
        (2, json!({}), "passed", "two match"),
        (3, json!({}), "failed", "one does not"),
        (2, ids.clone(), "failed", "one of the two is somebody else"),
        (1, ids, "passed", "one is the subject"),
    ];
    for (threshold, more, liveness, what) in rows {
        let mut body = list(&[&face, &other, &face], &["front", "eyes open", "eyes closed"]);
        body["success_threshold"] = json!(threshold);
        // A reference photo of this person scores under the default liveness threshold.
        body["spoof_detection"] = json!("false");
        for (key, value) in more.as_object().expect("ids") {
            body[key] = value.clone();
        }
        let answer = app.riset("POST", LIVENESS, &body).await.riset_status(200, "200", what);
        assert_eq!(answer.at("/liveness"), liveness, "{what}: {}", answer.text);
    }
    for threshold in [json!(0), json!(3), json!("many"), json!(-1)] {
        let mut body = list(&[&face, &other], &["front", "front"]);
        body["success_threshold"] = threshold.clone();
        app.riset("POST", LIVENESS, &body).await.riset_status(200, "400", &threshold.to_string());
    }
}

pub(crate) async fn enroll(app: &TestApp, gallery: &str, user: &str, photo: &[u8]) {
    let body = json!({
        "user_id": user, "user_name": format!("Name of {user}"), "facegallery_id": gallery, "image": base64(photo),
    });
    app.riset("POST", ENROLL, &body).await.riset_status(200, "200", "enrolment");
}

#[tokio::test]
async fn one_still_for_movements_that_exclude_each_other_fails_the_whole() {
    let app = TestApp::new();
    let face = obama();
    // The same pixels in another format.
    let png = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let photo = image::load_from_memory(&wall(&[(&face, 400, 100)])).expect("a photo");
        photo.to_rgb8().write_to(&mut bytes, image::ImageFormat::Png).expect("a PNG");
        bytes.into_inner()
    };
    let mut body = list(&[&png, &png], &["front", "left"]);
    body["success_threshold"] = json!(1);
    body["spoof_detection"] = json!(false);
    let answer = app.riset("POST", LIVENESS, &body).await.riset_status(200, "200", "a repeated still");
    assert_eq!(answer.at("/liveness"), "failed", "{}", answer.text);
    assert!(
        answer.at("/reason").as_str().is_some_and(|reason| reason.contains("same still")),
        "{}",
        answer.text
    );
    let mut honest = list(&[&png, &face], &["front", "left"]);
    honest["success_threshold"] = json!(1);
    honest["spoof_detection"] = json!(false);
    let answer = app.riset("POST", LIVENESS, &honest).await;
    assert_eq!(
        (answer.at("/liveness"), answer.at("/reason")),
        ("passed".into(), Value::Null),
        "{}",
        answer.text
    );
    let mut same = list(&[&png, &png], &["front", "eyes open"]);
    same["spoof_detection"] = json!(false);
    let answer = app.riset("POST", LIVENESS, &same).await;
    assert_eq!(answer.at("/liveness"), "passed", "one photo may show both: {}", answer.text);
}

#[tokio::test]
async fn an_image_without_one_usable_face_costs_itself_only() {
    let app = TestApp::new();
    let (face, nobody) = (obama(), wall(&[]));
    let two = wall(&[(&obama(), 300, 20), (&biden(), 300, 500)]);
    let small = wall(&[(&obama(), 60, 400)]);
    let parameters = ["front"; 4];
    let mut body = list(&[&face, &nobody, &two, &small], &parameters);
    body["success_threshold"] = json!(1);
    let answer = app.riset("POST", LIVENESS, &body).await.riset_status(200, "200", "one good image");
    assert_eq!(answer.at("/liveness"), "passed", "{}", answer.text);
    for (n, status) in [(2, "412"), (3, "414"), (4, "413")] {
        let image = answer.at(&format!("/results/image{n}"));
        assert_eq!((&image["match"], &image["status"]), (&json!(false), &json!(status)), "{image}");
    }
    assert_eq!(answer.at("/results/image1/status"), Value::Null);
}

#[tokio::test]
async fn a_single_image_is_judged_by_an_object() {
    let app = TestApp::new();
    enroll(&app, "default", "obama", &obama_again()).await;
    let body = json!({
        "image": base64(&obama()), "user_id": "obama", "facegallery_id": "default",
        "face_parameters": { "angle": "face front", "eyes": "open", "spoof_detection": "true" },
    });
    let answer = app.riset("POST", LIVENESS, &body).await.riset_status(200, "200", "a single image");
    assert_eq!(answer.at("/liveness"), "true", "{}", answer.text);
    let expected = json!({ "verified": true, "is_real": true, "angle": true, "eyes": true });
    assert_eq!(answer.at("/match_status"), expected);
    assert_eq!(answer.at("/results/left_eye"), "open");
    let wrong = json!({ "image": base64(&obama()), "face_parameters": { "eyes": "closed" } });
    let answer = app.riset("POST", LIVENESS, &wrong).await;
    assert_eq!((answer.at("/liveness"), answer.at("/match_status/eyes")), ("false".into(), false.into()));
    let nobody = json!({ "image": base64(&wall(&[])), "face_parameters": { "eyes": "closed" } });
    app.riset("POST", LIVENESS, &nobody).await.riset_status(200, "412", "nobody");
}

#[tokio::test]
async fn a_batch_answers_what_each_image_was_asked_for() {
    let app = TestApp::new();
    enroll(&app, "default", "obama", &obama_again()).await;
    let image = base64(&obama());
    let body = json!({
        "user_id": "obama", "facegallery_id": "default",
        "batch": [
            { "image": image, "face_parameter": "eyes open" },
            { "image": image, "face_parameter": "face front", "spoof_detection": false },
            { "image": image, "face_parameter": "mouth open", "face_verification": "false" },
        ],
    });
    let answer = app.riset("POST", BATCH, &body).await.riset_status(200, "200", "a batch");
    let keys = |n: usize| {
        let image = answer.at(&format!("/results/image{n}"));
        let mut keys: Vec<String> = image.as_object().expect("an image").keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(
        keys(1),
        "is_spoof left_eye left_eye_score masker match right_eye right_eye_score similarity spoof_score verified"
    );
    assert_eq!(keys(2), "masker match pitch roll similarity verified yaw");
    assert_eq!(keys(3), "is_spoof masker match mouth mouth_score spoof_score");
    assert_eq!(answer.at("/results/image1/verified"), true);
    let nine: Vec<Value> = (0..9).map(|_| body["batch"][1].clone()).collect();
    app.riset("POST", BATCH, &json!({ "batch": nine })).await.riset_status(200, "400", "nine");
}

#[tokio::test]
async fn a_mirror_image_has_its_sides_swapped_back() {
    let app = TestApp::new();
    let yaw = |body: Value| {
        let app = app.clone();
        async move {
            let answer = app.riset("POST", LIVENESS, &body).await.riset_status(200, "200", "yaw");
            answer.at("/results/yaw").as_f64().expect("a yaw")
        }
    };
    let body = |more: Value| {
        let mut body = json!({ "image": base64(&biden()), "face_parameters": { "angle": "front" } });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        body
    };
    let plain = yaw(body(json!({}))).await;
    assert!(plain.abs() > 0.5, "the photo is not exactly frontal: {plain}");
    assert_eq!(yaw(body(json!({ "mirrored": "true" }))).await, -plain);
    let id = faceward_core::AppId(app.id.parse().expect("a UUID"));
    crate::harness::service().apps().set_mirrored(&id, true).await.expect("set");
    assert_eq!(yaw(body(json!({}))).await, -plain, "as set for the app");
    assert_eq!(yaw(body(json!({ "mirrored": false }))).await, plain, "the request knows better");
}

#[tokio::test]
async fn the_clients_reference_is_in_the_log_and_nothing_personal() {
    let app = TestApp::new();
    let mut body = list(&[&obama()], &["front"]);
    body["trx_id"] = json!("alphanumericalstring1234");
    app.riset("POST", LIVENESS, &body).await.riset_status(200, "200", "logged");
    enroll(&app, "default", "person-4711", &obama()).await;
    let text = log().text();
    assert!(text.contains(r#""trx_id":"alphanumericalstring1234""#));
    for personal in ["person-4711", "Name of", &app.key, "/9j/"] {
        assert!(!text.contains(personal), "{personal} is in the log");
    }
    body["trx_id"] = json!("x".repeat(121));
    app.riset("POST", LIVENESS, &body).await.riset_status(200, "400", "a long reference");
}

#[tokio::test]
async fn the_operator_decides_about_http_statuses_and_the_gateways_envelope() {
    let riset =
        RisetSettings { http_status_is_status: true, gateway_envelope: true, ..RisetSettings::default() };
    let app = TestApp::with(HttpSettings { riset, ..HttpSettings::default() });
    let answer = app.riset("GET", "/face-api/facegallery/my-facegalleries", &Value::Null).await.ok();
    assert_eq!(answer.at("/risetai/status"), "200");
    let body = json!({ "user_id": "a", "facegallery_id": "nowhere", "image": base64(&obama()) });
    let answer = app.riset("POST", "/face-api/facegallery/verify-face", &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.at("/risetai/status")),
        (416, "416".into()),
        "{}",
        answer.text
    );
}
