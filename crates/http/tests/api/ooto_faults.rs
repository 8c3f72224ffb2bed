//! Every documented error of the OOTO API from a crafted request, and the order in which they are found.

use axum::body::Body;
use axum::http::{Method, Request};
use faceward_http::HttpSettings;

use crate::harness::{Form, TestApp, pair_form, photo_form};
use crate::photos::{biden, obama, wall};

const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00";
const NOISE: &[u8] = b"\x07\x11no photo at all, whatever it says";

fn half(mut photo: Vec<u8>) -> Vec<u8> {
    photo.truncate(photo.len() / 2);
    photo
}

#[tokio::test]
async fn each_code_has_its_photo_and_its_literal_text() {
    let app = TestApp::new();
    let text = |code| match code {
        1 => "photo should not be empty",
        2 => "wrong mime-type in input data",
        3 => "photo size is 0 bytes",
        4 => "can not decode image, check it is valid jpeg or png file",
        5 => "can not detect face",
        6 => "more than one face detected on photo",
        _ => "can not extract features from sample, probably it is too small",
    };
    let rows = [
        ("no such part", 1, Form::new().text("picture", "x")),
        ("no part at all", 1, Form::new()),
        ("a GIF", 2, photo_form(GIF)),
        ("a GIF declared JPEG", 2, Form::new().file_of_type("photo", "image/jpeg", GIF)),
        ("noise", 2, photo_form(NOISE)),
        ("noise without a type", 2, Form::new().part("photo", "", None, NOISE)),
        ("no bytes", 3, photo_form(b"")),
        (
            "no file chosen",
            3,
            Form::new().part("photo", "; filename=\"\"", Some("application/octet-stream"), b""),
        ),
        ("no bytes, declared PNG", 3, Form::new().file_of_type("photo", "image/png", b"")),
        ("noise declared JPEG", 4, Form::new().file_of_type("photo", "IMAGE/JPEG; q=1", NOISE)),
        ("noise declared PNG", 4, Form::new().file_of_type("photo", "image/png", NOISE)),
        ("half a JPEG", 4, photo_form(&half(obama()))),
        ("half a JPEG declared PNG", 4, Form::new().file_of_type("photo", "image/png", &half(obama()))),
        ("a wall", 5, photo_form(&wall(&[]))),
        ("two faces", 6, photo_form(&wall(&[(&obama(), 400, 20), (&biden(), 400, 500)]))),
        ("a face far away", 9, photo_form(&wall(&[(&obama(), 48, 400)]))),
    ];
    for (what, code, form) in rows {
        for path in ["/api/v1.0/liveness", "/api/v1.0/identify", "/api/v1.0/add"] {
            let answer = app.post(path, &form).await;
            answer.assert_ooto_error(400, code, what);
            assert_eq!(answer.at("/result/info"), text(code), "{what}");
            assert_eq!(answer.header("x-faceward-field"), Some("photo"), "{what}");
        }
    }
}

#[tokio::test]
async fn a_request_without_a_form_has_no_photo() {
    let app = TestApp::new();
    for (content_type, body) in
        [("application/json", "{}"), ("image/jpeg", "x"), ("", ""), ("text/plain", "photo")]
    {
        let request = Request::post("/api/v1.0/liveness").header("content-type", content_type);
        let answer = app.send(request.body(Body::from(body)).expect("a request")).await;
        answer.assert_ooto_error(400, 1, content_type);
    }
    let empty = Request::post("/api/v1.0/liveness").header("content-type", Form::content_type());
    app.send(empty.body(Body::empty()).expect("a request")).await.assert_ooto_error(400, 1, "an empty form");
}

#[tokio::test]
async fn of_two_photos_the_cheap_checks_come_first_and_the_header_names_the_part() {
    let app = TestApp::new();
    let face = obama();
    let no_face = wall(&[]);
    let rows = [
        ("nothing at all", Form::new(), 1, "first_photo"),
        ("second missing", Form::new().file("first_photo", &face), 1, "second_photo"),
        ("missing before empty", Form::new().file("first_photo", b""), 1, "second_photo"),
        ("empty before type", pair_form(GIF, b""), 3, "second_photo"),
        ("type before decoding", pair_form(&half(obama()), GIF), 2, "second_photo"),
        ("first before second", pair_form(&no_face, &half(obama())), 5, "first_photo"),
        ("second decoded", pair_form(&face, &half(obama())), 4, "second_photo"),
        ("second without a face", pair_form(&face, &no_face), 5, "second_photo"),
    ];
    for (what, form, code, part) in rows {
        let answer = app.post("/api/v1.0/verify", &form).await;
        answer.assert_ooto_error(400, code, what);
        assert_eq!(answer.header("x-faceward-field"), Some(part), "{what}");
    }
}

#[tokio::test]
async fn malformed_requests_are_400_and_never_guessed() {
    let app = TestApp::new();
    let form = photo_form(&obama());
    let queries =
        ["check_deepfake=maybe", "check_deepfake=", "check_deepfake=0&check_deepfake=0", "landmarks=98"];
    for query in queries {
        let answer = app.post(&format!("/api/v1.0/liveness?{query}"), &form).await;
        answer.assert_ooto_error(400, 400, query);
    }
    for query in ["threshold=1.5", "threshold=x", "limit=0", "limit=101", "limit=-1", "limit="] {
        app.post(&format!("/api/v1.0/identify?{query}"), &form).await.assert_ooto_error(400, 400, query);
    }
    let twice = [
        ("the same part", "/api/v1.0/liveness", photo_form(&obama()).file("photo", &obama())),
        ("both spellings", "/api/v1.0/verify", pair_form(&obama(), &biden()).file("first_selfie", &obama())),
        (
            "the same id",
            "/api/v1.0/add",
            photo_form(&obama()).text("templateId", "a").text("templateId", "a"),
        ),
    ];
    for (what, path, form) in twice {
        app.post(path, &form).await.assert_ooto_error(400, 400, what);
    }
    let long = "x".repeat(121);
    for id in [long.as_str(), "a\u{7}b"] {
        let form = photo_form(&obama()).text("templateId", id);
        app.post("/api/v1.0/add", &form).await.assert_ooto_error(400, 400, "an impossible id");
    }
}

#[tokio::test]
async fn broken_bodies_are_400() {
    let app = TestApp::new();
    let whole = photo_form(&obama()).bytes();
    let bodies = [
        ("cut short", Form::content_type(), &whole[..whole.len() - 40]),
        ("no boundary", "multipart/form-data".to_owned(), &whole[..]),
        ("another boundary", "multipart/form-data; boundary=other".to_owned(), &whole[..]),
    ];
    for (what, content_type, body) in bodies {
        let request = Request::post("/api/v1.0/liveness").header("content-type", content_type);
        let answer = app.send(request.body(Body::from(body.to_vec())).expect("a request")).await;
        answer.assert_ooto_error(400, 400, what);
    }
    for body in
        ["", "{", "[]", r#"{"templateId":3}"#, "{}", r#"{"templateId":null}"#, r#"{"templateId":" "}"#]
    {
        let request = Request::post("/api/v1.0/delete").body(Body::from(body)).expect("a request");
        app.send(request).await.assert_ooto_error(400, 400, body);
    }
}

#[tokio::test]
async fn what_is_too_large_is_413() {
    let photo_bytes = 100_000;
    let app = TestApp::with(HttpSettings { photo_bytes, ..HttpSettings::default() });
    let large = vec![0; photo_bytes + 1];
    let answer = app.post("/api/v1.0/verify", &pair_form(b"x", &large)).await;
    answer.assert_ooto_error(413, 413, "a photo");
    assert_eq!(answer.header("x-faceward-field"), Some("second_photo"));
    // Two photos and a margin of 1 MiB fit; more does not, announced or not.
    let huge = vec![0; 2 * photo_bytes + 1024 * 1024];
    app.post("/api/v1.0/liveness", &photo_form(&huge)).await.assert_ooto_error(413, 413, "announced");
    let chunks = photo_form(&huge).bytes().chunks(64 * 1024).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let stream = chunked(chunks);
    let request = Request::post("/api/v1.0/liveness").header("content-type", Form::content_type());
    let answer = app.send(request.body(stream).expect("a request")).await;
    answer.assert_ooto_error(413, 413, "chunked");
    let json = Request::post("/api/v1.0/delete").body(Body::from(vec![b' '; 65 * 1024])).expect("a request");
    app.send(json).await.assert_ooto_error(413, 413, "JSON");
}

/// A body that announces no length.
fn chunked(chunks: Vec<Vec<u8>>) -> Body {
    Body::new(crate::protection::Chunks::new(chunks))
}

#[tokio::test]
async fn credentials_are_checked_before_anything_else() {
    let app = TestApp::new();
    let other = TestApp::new();
    let credentials: [(Option<&str>, Option<&str>); 7] = [
        (None, None),
        (Some(&app.id), None),
        (None, Some(&app.key)),
        (Some(&app.id), Some("wrong")),
        (Some(&app.id), Some(&other.key)),
        (Some("no uuid"), Some(&app.key)),
        (Some(""), Some("")),
    ];
    for (id, key) in credentials {
        let mut request = Form::new().request("POST", "/api/v1.0/liveness?check_deepfake=maybe");
        if let Some(id) = id {
            request.headers_mut().insert("APP-ID", id.parse().expect("a header"));
        }
        if let Some(key) = key {
            request.headers_mut().insert("APP-KEY", key.parse().expect("a header"));
        }
        let answer = app.send_anonymous(request).await;
        answer.assert_ooto_error(401, 401, &format!("{id:?}"));
        assert!(answer.header("www-authenticate").is_some());
        assert!(!answer.text.contains(&app.key));
    }
}

#[tokio::test]
async fn wrong_paths_and_methods_are_answered_in_the_envelope() {
    let app = TestApp::new();
    for path in
        ["/api/v1.0/recognize", "/api/v1.0/doc/compare", "/api/v1.0/flow/sessions", "/api/v1.0/", "/api/v1.0"]
    {
        app.post(path, &Form::new()).await.assert_ooto_error(404, 404, path);
    }
    for (method, path) in [(Method::GET, "verify"), (Method::PUT, "add"), (Method::DELETE, "identify")] {
        let request = Request::builder().method(method).uri(format!("/api/v1.0/{path}"));
        let answer = app.send(request.body(Body::empty()).expect("a request")).await;
        answer.assert_ooto_error(405, 405, path);
        assert_eq!(answer.header("allow"), Some("POST"), "{path}");
    }
}
