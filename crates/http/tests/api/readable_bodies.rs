//! Bodies as clients write them: what can be read in one way is read, what cannot is said to be malformed.

use axum::body::Body;
use axum::http::Request;

use crate::harness::{Answer, Form, TestApp, photo_form};
use crate::photos::obama;

const BOM: &str = "\u{feff}";

/// A form with a photo between `boundary`s.
fn body(boundary: &str) -> Vec<u8> {
    let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"photo\"\r\n\r\n");
    [head.as_bytes(), &obama(), format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
}

async fn post(app: &TestApp, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(path).header("content-type", content_type);
    app.send(request.body(body.into()).expect("a request")).await
}

#[tokio::test]
async fn a_content_type_that_can_be_read_in_one_way_is_read() {
    let app = TestApp::new();
    for (content_type, boundary) in [
        ("multipart/form-data; boundary===_Part_7:1=", "==_Part_7:1="),
        ("multipart/form-data;\tboundary=abc", "abc"),
        ("multipart/form-data;boundary=\"a:b c\"", "a:b c"),
        ("multipart/mixed; boundary=abc", "abc"),
        ("MULTIPART/FORM-DATA; charset=utf-8; BOUNDARY=abc", "abc"),
    ] {
        post(&app, "/api/v1.0/liveness", content_type, body(boundary)).await.ok();
    }
}

#[tokio::test]
async fn a_content_type_that_cannot_be_read_is_malformed_and_not_a_missing_photo() {
    let app = TestApp::new();
    for content_type in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"abc",
        "multipart/form-data; boundary=abc; boundary=b",
        "multipart",
    ] {
        let answer = post(&app, "/api/v1.0/liveness", content_type, body("abc")).await;
        answer.assert_ooto_error(400, 400, content_type);
        let answer = post(&app, "/v1/analyze", content_type, body("abc")).await;
        answer.assert_error(400, "malformed_body", content_type);
    }
}

#[tokio::test]
async fn json_may_begin_with_a_byte_order_mark() {
    let app = TestApp::new();
    let delete = format!(r#"{BOM}{{"templateId":"nobody"}}"#);
    let answer = post(&app, "/api/v1.0/delete", "application/json", delete).await;
    assert_eq!(answer.at("/result/info"), "Template not found");
    post(&app, "/v1/challenges", "application/json", format!("{BOM}{{}}")).await.ok();
    post(&app, "/v1/challenges", "application/json", BOM).await.ok();
    let gallery = format!(r#"{BOM}{{"facegallery_id":"marked"}}"#);
    let created = app.riset_text("POST", "/face-api/facegallery/create-facegallery", gallery).await.ok();
    assert_eq!(created.at("/facegallery_id"), "marked");
    let credentials = format!(r#"{BOM}{{"client_id":"{}","password":"{}"}}"#, app.id, app.key);
    post(&app, "/oauth/client/token", "application/json", credentials).await.ok();
}

#[tokio::test]
async fn credentials_are_read_however_they_are_declared() {
    let app = TestApp::new();
    let json = format!(r#" {{"client_id":"{}","password":"{}"}}"#, app.id, app.key);
    let form = format!("client_id={}&password={}", app.id, app.key);
    let parts = Form::new().text("client_id", &app.id).text("password", &app.key);
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", json.clone()),
        ("text/plain", json.clone()),
        ("application/json; charset=utf-8", json),
        ("application/x-www-form-urlencoded", form.clone()),
        ("text/plain", form.clone()),
        (&Form::content_type(), String::from_utf8(parts.bytes()).expect("text")),
    ] {
        let answer = post(&app, "/oauth/client/token", content_type, body).await.ok();
        assert!(answer.at("/access_token").is_string(), "{content_type}");
    }
    let twice = format!("{form}&client_id={}", app.id);
    post(&app, "/oauth/client/token", "application/x-www-form-urlencoded", twice)
        .await
        .riset_status(200, "400", "twice");
}

#[tokio::test]
async fn a_template_is_deleted_by_json_and_by_either_form() {
    let app = TestApp::new();
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", "templateId=anna+b".to_owned()),
        ("application/x-www-form-urlencoded", r#"{"templateId":"anna b"}"#.to_owned()),
        (
            &Form::content_type(),
            String::from_utf8(Form::new().text("templateId", "anna b").bytes()).expect("text"),
        ),
    ] {
        app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "anna b")).await.ok();
        post(&app, "/api/v1.0/delete", content_type, body).await.ok();
    }
}

#[tokio::test]
async fn a_page_that_is_declared_a_photo_is_of_another_type() {
    let app = TestApp::new();
    let pages: [&[u8]; 3] =
        [b"<!DOCTYPE html><html></html>", b"\n <HTML><body>502</body>", b"<?xml version='1.0'?>"];
    for page in pages {
        let form = Form::new().file_of_type("photo", "image/jpeg", page);
        app.post("/api/v1.0/liveness", &form).await.assert_ooto_error(400, 2, "a page");
    }
}
