//! Every status of the Riset.ai API that a crafted request can reach, as one table.

use axum::body::Body;
use axum::http::Request;
use faceward_http::HttpSettings;
use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::photos::{biden, obama, wall};
use crate::riset::{BATCH, ENROLL, LIVENESS, base64, enroll};

const VERIFY: &str = "/face-api/facegallery/verify-face";
const IDENTIFY: &str = "/face-api/facegallery/identify-face";
const COMPARE: &str = "/face-api/compare-images";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

fn enrolment(image: &Value) -> Value {
    json!({ "user_id": "u", "user_name": "U", "facegallery_id": "default", "image": image })
}

fn probe(gallery: &str, user: &str, image: &Value) -> Value {
    json!({ "user_id": user, "facegallery_id": gallery, "image": image })
}

fn pair(source: &Value, target: &Value) -> Value {
    json!({ "source_image": source, "target_image": target })
}

fn images(images: &[Value]) -> Value {
    json!({ "images": images, "face_parameters": vec!["front"; images.len()] })
}

type Row = (&'static str, Value, &'static str, &'static str);

/// Photos as base64, good and bad.
struct Photos {
    good: Value,
    gif: Value,
    broken: Value,
    nobody: Value,
    two: Value,
    tiny: Value,
    not_base64: Value,
}

impl Photos {
    fn new() -> Self {
        Self {
            good: json!(base64(&obama())),
            gif: json!(base64(GIF)),
            broken: json!(base64(&obama()[..5000])),
            nobody: json!(base64(&wall(&[]))),
            two: json!(base64(&wall(&[(&obama(), 300, 20), (&biden(), 300, 500)]))),
            tiny: json!(base64(&wall(&[(&obama(), 60, 400)]))),
            not_base64: json!("###"),
        }
    }
}

/// `body` with `key` set.
fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

fn malformed(photos: &Photos) -> Vec<Row> {
    let Photos { good, .. } = photos;
    let two = images(&[good.clone(), good.clone()]);
    vec![
        (LIVENESS, with(two, "face_parameters", json!(["front"])), "400", "as many parameters as images"),
        (LIVENESS, images(&[]), "400", "an empty list"),
        (LIVENESS, json!({}), "400", "nothing"),
        (BATCH, json!({}), "400", "no batch"),
        (LIVENESS, json!([1]), "400", "no object"),
        (VERIFY, probe(&"x".repeat(121), "u", good), "400", "a long id"),
    ]
}

fn faces(photos: &Photos) -> Vec<Row> {
    let Photos { nobody, two, tiny, .. } = photos;
    vec![
        (ENROLL, enrolment(nobody), "412", "nobody to enrol"),
        (ENROLL, enrolment(tiny), "413", "too small to enrol"),
        (ENROLL, enrolment(two), "414", "two to enrol"),
        (VERIFY, probe("default", "u", nobody), "412", "nobody"),
        (VERIFY, probe("default", "u", tiny), "413", "too small to tell"),
        (IDENTIFY, probe("default", "u", two), "414", "two"),
    ]
}

fn unknown_and_missing(photos: &Photos) -> Vec<Row> {
    let Photos { good, .. } = photos;
    let one = || images(std::slice::from_ref(good));
    let new = || enrolment(good);
    let stranger = with(with(one(), "user_id", json!("x")), "facegallery_id", json!("default"));
    vec![
        (VERIFY, probe("default", "x", good), "415", "an unknown subject"),
        (LIVENESS, stranger, "415", "an unknown subject of a list"),
        (VERIFY, probe("nowhere", "u", good), "416", "an unknown gallery"),
        (IDENTIFY, probe("nowhere", "u", good), "416", "an unknown gallery to search"),
        (ENROLL, with(new(), "facegallery_id", json!("nowhere")), "416", "an unknown gallery to enrol into"),
        (VERIFY, probe("default", "u", &Value::Null), "451", "no image"),
        (VERIFY, probe("default", "u", &json!("")), "451", "an empty image"),
        (LIVENESS, images(&[good.clone(), Value::Null]), "451", "no image in a list"),
        (ENROLL, with(new(), "user_id", Value::Null), "452", "no user_id"),
        (LIVENESS, with(one(), "facegallery_id", json!("default")), "452", "a gallery without a subject"),
        (ENROLL, with(new(), "user_name", Value::Null), "453", "no user_name"),
        (ENROLL, with(new(), "facegallery_id", json!(" ")), "454", "no facegallery_id"),
        (LIVENESS, with(one(), "user_id", json!("u")), "454", "a subject without a gallery"),
        (COMPARE, pair(good, &Value::Null), "455", "no target"),
        (COMPARE, pair(&Value::Null, good), "456", "no source"),
    ]
}

fn undecodable(photos: &Photos) -> Vec<Row> {
    let Photos { good, gif, broken, not_base64, .. } = photos;
    let beside = |bad: &Value| images(&[good.clone(), bad.clone()]);
    vec![
        (VERIFY, probe("default", "u", not_base64), "490", "no base64"),
        (LIVENESS, beside(not_base64), "490", "no base64 in a list"),
        (VERIFY, probe("default", "u", gif), "491", "a GIF"),
        (LIVENESS, beside(gif), "491", "a GIF in a list"),
        (COMPARE, pair(good, gif), "491", "target a GIF"),
        (COMPARE, pair(good, not_base64), "492", "target no base64"),
        (VERIFY, probe("default", "u", broken), "493", "a truncated JPEG"),
        (LIVENESS, beside(broken), "493", "a truncated JPEG in a list"),
        (COMPARE, pair(not_base64, good), "494", "source no base64"),
        (COMPARE, pair(gif, good), "495", "source a GIF"),
    ]
}

#[tokio::test]
async fn each_status_of_the_list_from_a_crafted_request() {
    let app = TestApp::new();
    enroll(&app, "default", "u", &obama()).await;
    let photos = Photos::new();
    let rows = [malformed(&photos), faces(&photos), unknown_and_missing(&photos), undecodable(&photos)];
    for (path, body, status, what) in rows.into_iter().flatten() {
        let answer = app.riset("POST", path, &body).await.riset_status(200, status, what);
        let keys: Vec<String> = answer.json().as_object().expect("an object").keys().cloned().collect();
        assert_eq!(keys, ["status", "status_message"], "{what}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_not_built_or_not_allowed_is_told_in_the_same_shape() {
    let app = TestApp::new();
    for path in ["/face-api/facegallery/enroll-face-ktp", "/face-api", "/liveness-api/x", "/oauth/authorize"]
    {
        app.riset("POST", path, &Value::Null).await.riset_status(404, "404", path);
    }
    for path in [LIVENESS, ENROLL, "/oauth/client/token"] {
        let answer = app.riset("GET", path, &Value::Null).await.riset_status(405, "405", path);
        assert_eq!(answer.header("allow"), Some("POST"), "{path}");
    }
    // The credentials of the OOTO side open nothing here.
    let request = Request::post(VERIFY).body(Body::empty()).expect("a request");
    app.send(request).await.riset_status(401, "401", "no token");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_400_because_413_means_a_small_face() {
    let app =
        TestApp::with(HttpSettings { json_bytes: 100_000, photo_bytes: 10_000, ..HttpSettings::default() });
    let image = "A".repeat(100_000);
    let body = probe("default", "u", &json!(image));
    app.riset("POST", VERIFY, &body).await.riset_status(200, "400", "the body");
    let body = probe("default", "u", &json!("A".repeat(50_000)));
    app.riset("POST", VERIFY, &body).await.riset_status(200, "493", "the photo");
}
