//! An id is exactly the characters that came, or the request is refused: two people never become one.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::harness::{Form, TestApp, photo_form};
use crate::photos::obama;
use crate::riset::{ENROLL, base64, enroll};

const VERIFY: &str = "/face-api/facegallery/verify-face";
const DELETE: &str = "/face-api/facegallery/delete-face";
/// Two neighbours that are one float.
const ONE: &str = "12345678901234567890121";
const OTHER: &str = "12345678901234567890122";
/// Ids that look like `anna`.
const LOOKALIKES: [&str; 5] = ["an\u{200b}na", "\u{feff}anna", "anna\u{202c}", "an\u{2060}na", "an\u{ad}na"];

#[tokio::test]
async fn a_number_is_an_id_as_it_was_written() {
    let app = TestApp::new();
    let image = base64(&obama());
    let enrolment = |id: &str| {
        format!(r#"{{"user_id": {id}, "user_name": "U", "facegallery_id": "default", "image": "{image}"}}"#)
    };
    app.riset_text("POST", ENROLL, enrolment(ONE)).await.riset_status(200, "200", ONE);
    let probe = |id: &str| format!(r#"{{"user_id": {id}, "facegallery_id": "default", "image": "{image}"}}"#);
    app.riset_text("POST", VERIFY, probe(OTHER)).await.riset_status(200, "415", "its neighbour");
    for same in [ONE.to_owned(), format!("\"{ONE}\"")] {
        let found = app.riset_text("POST", VERIFY, probe(&same)).await.riset_status(200, "200", &same);
        assert_eq!(found.at("/verified"), true);
    }
    let long = "1".repeat(121);
    for refused in ["1.0", "1e3", "1.2345678901234567890121e22", "-1.5", &long] {
        app.riset_text("POST", VERIFY, probe(refused)).await.riset_status(200, "400", refused);
    }
    let longest = "1".repeat(120);
    app.riset_text("POST", VERIFY, probe(&longest)).await.riset_status(200, "415", "120 digits");
}

#[tokio::test]
async fn what_is_no_utf8_names_nobody() {
    let app = TestApp::new();
    enroll(&app, "default", "M\u{fffd}ller", &obama()).await;
    for id in ["M%FCller", "M%F6ller", "M%C3ller", "%FF"] {
        let path = format!("{DELETE}?facegallery_id=default&user_id={id}");
        app.riset_text("DELETE", &path, String::new()).await.riset_status(200, "400", id);
    }
    let path = format!("{DELETE}?facegallery_id=default&user_id=M%EF%BF%BDller");
    app.riset_text("DELETE", &path, String::new()).await.riset_status(200, "200", "the character itself");

    for path in ["/v1/templates?gallery=%FF", "/v1/templates?after=%FF", "/v1/templates?%FF"] {
        app.get(path).await.assert_error(400, "invalid_parameter", path);
    }
    for (method, path) in [
        (Method::GET, "/v1/templates/%FF"),
        (Method::DELETE, "/v1/templates/a%C3"),
        (Method::POST, "/v1/challenges/%FF/answer"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        app.send(request).await.assert_error(400, "invalid_id", path);
    }
    let form = photo_form(&obama()).part("templateId", "", None, b"M\xFCller");
    app.post("/api/v1.0/add", &form).await.assert_ooto_error(400, 400, "a part");
    for body in ["templateId=M%FCller", r#"{"templateId":"M\ud800"}"#] {
        let request =
            Request::post("/api/v1.0/delete").header("content-type", "application/x-www-form-urlencoded");
        let answer = app.send(request.body(Body::from(body)).expect("a request")).await;
        answer.assert_ooto_error(400, 400, body);
    }
}

#[tokio::test]
async fn ids_that_look_alike_are_refused() {
    let app = TestApp::new();
    for id in LOOKALIKES {
        let form = photo_form(&obama()).text("templateId", id);
        app.post("/api/v1.0/add", &form).await.assert_ooto_error(400, 400, id);
        let body = json!({ "user_id": id, "facegallery_id": "default", "image": base64(&obama()) });
        app.riset("POST", VERIFY, &body).await.riset_status(200, "400", id);
        let body = json!({ "facegallery_id": id });
        let created = app.riset("POST", "/face-api/facegallery/create-facegallery", &body).await;
        created.riset_status(200, "400", id);
    }
    // A name is no id: joiners belong to the spelling of some languages.
    let body = json!({ "user_id": "anna", "user_name": "\u{645}\u{6cc}\u{200c}\u{62e}", "facegallery_id": "default",
                       "image": base64(&obama()) });
    app.riset("POST", ENROLL, &body).await.riset_status(200, "200", "a name");
}

#[tokio::test]
async fn a_file_name_never_sets_a_field() {
    let app = TestApp::new();
    let photo = obama();
    let form = Form::new()
        .head(r#"form-data; filename="x;name=templateId;.txt"; name="note""#, b"mallory")
        .head(r#"form-data; filename="my name=x.jpg"; Name="photo""#, &photo);
    let answer = app.post("/api/v1.0/add", &form).await.ok();
    let id = answer.at("/result/templateId");
    assert!(id.as_str().is_some_and(|id| id.len() == 36 && id != "mallory"), "{id}");
    let form = Form::new().head(r#"form-data; filename="a\"; name=\"photo"; name="other""#, &photo);
    app.post("/api/v1.0/liveness", &form).await.assert_ooto_error(400, 1, "a quoted quote");
}
