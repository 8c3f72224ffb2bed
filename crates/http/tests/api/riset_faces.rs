//! Galleries and subjects of the Riset.ai API, and that both vendors' sides are one store.

use serde_json::{Value, json};

use crate::harness::{TestApp, photo_form};
use crate::photos::{biden, obama, obama_again, wall};
use crate::riset::{ENROLL, base64, enroll};

const FACES: &str = "/face-api/facegallery";

async fn call(app: &TestApp, method: &str, path: &str, body: Value) -> crate::harness::Answer {
    app.riset(method, &format!("{FACES}/{path}"), &body).await
}

#[tokio::test]
async fn galleries_are_created_listed_and_deleted() {
    let app = TestApp::new();
    let staff = json!({ "facegallery_id": "staff@office", "trx_id": "1" });
    let created =
        call(&app, "POST", "create-facegallery", staff.clone()).await.riset_status(200, "200", "new");
    assert_eq!(
        created.text,
        r#"{"status":"200","status_message":"Success","facegallery_id":"staff@office"}"#
    );
    let again =
        call(&app, "POST", "create-facegallery", staff.clone()).await.riset_status(200, "400", "again");
    assert!(again.at("/status_message").as_str().is_some_and(|text| text.contains("already exist")));
    let registered = app.riset("POST", "/face-api/client/register", &Value::Null).await.ok();
    assert_eq!(registered.at("/facegallery_id"), "default");
    let listed = call(&app, "GET", "my-facegalleries", Value::Null).await.ok();
    assert_eq!(listed.at("/status_message"), "Success - FaceGalleries Listed");
    let both = json!(["default", "staff@office"]);
    assert_eq!((listed.at("/facegallery_id"), listed.at("/facegalleries")), (both.clone(), both));
    call(&app, "DELETE", "delete-facegallery?facegallery_id=staff%40office", Value::Null).await.ok();
    call(&app, "DELETE", "delete-facegallery", staff).await.riset_status(200, "416", "gone");
    enroll(&app, "default", "a", &obama()).await;
    let left = app.riset("DELETE", "/face-api/client/delete", &Value::Null).await.ok();
    assert_eq!(left.at("/facegallery_id"), json!([]));
    call(&app, "GET", "list-faces", json!({ "facegallery_id": "default" }))
        .await
        .riset_status(200, "416", "gone");
    app.riset("POST", "/face-api/client/delete", &Value::Null).await.riset_status(200, "200", "by POST");
}

#[tokio::test]
async fn counters_without_a_quota_are_null() {
    let counters =
        TestApp::new().riset("GET", "/face-api/client/get-counters", &json!({ "trx_id": "1" })).await;
    let expected = r#"{"status":"200","status_message":"Success","remaining_limit":{"n_api_hits":null,"n_face":null,"n_facegallery":null}}"#;
    assert_eq!(counters.ok().text, expected);
}

#[tokio::test]
async fn a_subject_is_enrolled_verified_identified_listed_and_deleted() {
    let app = TestApp::new();
    call(&app, "POST", "create-facegallery", json!({ "facegallery_id": "g" })).await.ok();
    // A data URI, as browsers make them.
    let image = format!("data:image/jpeg;base64,{}", base64(&obama()));
    let body = json!({ "user_id": 1234, "user_name": "Barack", "facegallery_id": "g", "image": image });
    let enrolled = app.riset("POST", ENROLL, &body).await.ok();
    assert_eq!(enrolled.text, r#"{"status":"200","status_message":"Success"}"#);

    let probe = |photo: &[u8]| json!({ "user_id": "1234", "facegallery_id": "g", "image": base64(photo) });
    let same =
        call(&app, "POST", "verify-face", probe(&obama_again())).await.riset_status(200, "200", "same");
    assert_eq!(
        (same.at("/verified"), same.at("/user_name")),
        (true.into(), "Barack".into()),
        "{}",
        same.text
    );
    let other = call(&app, "POST", "verify-face", probe(&biden())).await.riset_status(200, "200", "other");
    assert_eq!(other.at("/verified"), false);

    let found = call(&app, "POST", "identify-face", probe(&obama_again())).await.ok();
    assert_eq!(found.at("/status_description"), "Face Recognition Success");
    assert_eq!(
        (found.at("/return/0/user_id"), found.at("/return/0/user_name")),
        ("1234".into(), "Barack".into())
    );
    let level = found.at("/return/0/confidence_level");
    assert!(
        level.as_str().and_then(|text| text.parse::<f32>().ok()).is_some_and(|level| level >= 0.75),
        "{level}"
    );
    let nobody =
        call(&app, "POST", "identify-face", probe(&biden())).await.riset_status(200, "200", "nobody");
    assert_eq!(nobody.at("/return/0/user_id"), "unregistered");

    // By query and by a body on GET.
    for (path, body) in
        [("list-faces?facegallery_id=g", Value::Null), ("list-faces", json!({ "facegallery_id": "g" }))]
    {
        let listed = call(&app, "GET", path, body).await.ok();
        assert_eq!(listed.at("/faces"), json!([{ "user_id": "1234", "user_name": "Barack" }]));
    }
    let subject = json!({ "user_id": "1234", "facegallery_id": "g" });
    call(&app, "DELETE", "delete-face", subject.clone()).await.riset_status(200, "200", "deleted");
    call(&app, "DELETE", "delete-face", subject).await.riset_status(200, "415", "gone");
    call(&app, "POST", "verify-face", probe(&obama())).await.riset_status(200, "415", "gone");
}

#[tokio::test]
async fn the_best_of_several_photos_decides() {
    let app = TestApp::new();
    // Somebody else's photo under the same id: the best template still is the right one.
    for photo in [biden(), obama()] {
        enroll(&app, "default", "both", &photo).await;
    }
    for photo in [obama_again(), biden()] {
        let body = json!({ "user_id": "both", "facegallery_id": "default", "image": base64(&photo) });
        let answer = call(&app, "POST", "verify-face", body).await.ok();
        assert_eq!(answer.at("/verified"), true, "{}", answer.text);
    }
    let listed = call(&app, "GET", "list-faces?facegallery_id=default", Value::Null).await.ok();
    assert_eq!(listed.at("/faces/0/user_id"), "both");
    assert_eq!(listed.at("/faces/1"), Value::Null, "a subject is listed once");
}

#[tokio::test]
async fn who_is_enrolled_on_one_side_is_found_on_the_other() {
    let app = TestApp::new();
    app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "from-ooto")).await.ok();
    let probe =
        json!({ "user_id": "from-ooto", "facegallery_id": "default", "image": base64(&obama_again()) });
    let verified = call(&app, "POST", "verify-face", probe.clone()).await.ok();
    assert_eq!((verified.at("/verified"), verified.at("/user_name")), (true.into(), Value::Null));
    let found = call(&app, "POST", "identify-face", probe).await.ok();
    assert_eq!(found.at("/return/0/user_id"), "from-ooto");

    enroll(&app, "default", "from-riset", &biden()).await;
    let found = app.post("/api/v1.0/identify", &photo_form(&biden())).await.ok();
    let template = found.at("/result/templateId").as_str().expect("somebody").to_owned();
    let record = app.get(&format!("/v1/templates/{template}")).await.ok();
    assert_eq!(record.at("/template/subject"), "from-riset");

    let gone = json!({ "user_id": "from-ooto", "facegallery_id": "default" });
    call(&app, "DELETE", "delete-face", gone).await.riset_status(200, "200", "deleted");
    let found = app.post("/api/v1.0/identify", &photo_form(&obama_again())).await.ok();
    assert_eq!(found.at("/result/templateId"), Value::Null);
    app.post("/api/v1.0/delete", &photo_form(b"").text("templateId", &template)).await.ok();
    let listed = call(&app, "GET", "list-faces?facegallery_id=default", Value::Null).await.ok();
    assert_eq!(listed.at("/faces"), json!([]), "a subject goes with its last template");
}

#[tokio::test]
async fn another_app_sees_nothing() {
    let (app, other) = (TestApp::new(), TestApp::new());
    enroll(&app, "default", "a", &obama()).await;
    call(&other, "GET", "list-faces?facegallery_id=default", Value::Null)
        .await
        .riset_status(200, "416", "theirs");
    let probe = json!({ "user_id": "a", "facegallery_id": "default", "image": base64(&obama()) });
    call(&other, "POST", "verify-face", probe).await.riset_status(200, "416", "theirs");
}

#[tokio::test]
async fn a_small_face_is_enrolled_only_if_forced() {
    let app = TestApp::new();
    // The portrait at 250 pixels width has a face of some 70.
    let small = wall(&[(&obama(), 250, 300)]);
    let body = |force: Value| json!({ "user_id": "s", "user_name": "S", "facegallery_id": "default", "image": base64(&small), "force_register": force });
    for force in [Value::Null, json!(false), json!("false")] {
        app.riset("POST", ENROLL, &body(force)).await.riset_status(200, "413", "small");
    }
    app.riset("POST", ENROLL, &body(json!("true"))).await.riset_status(200, "200", "forced");
    app.riset("POST", ENROLL, &body(json!("maybe"))).await.riset_status(200, "400", "no boolean");
}

#[tokio::test]
async fn two_photos_are_compared_without_any_gallery() {
    let app = TestApp::new();
    let pair = |first: &[u8], second: &[u8]| json!({ "source_image": base64(first), "target_image": base64(second), "trx_id": "1" });
    let same = app.riset("POST", "/face-api/compare-images", &pair(&obama(), &obama_again())).await.ok();
    assert_eq!((same.at("/verified"), same.at("/masker")), (true.into(), false.into()), "{}", same.text);
    let itself = app.riset("POST", "/face-api/compare-images", &pair(&obama(), &obama())).await.ok();
    assert!(
        itself.at("/similarity").as_f64().is_some_and(|similarity| similarity >= 0.99),
        "{}",
        itself.text
    );
    let other = app.riset("POST", "/face-api/compare-images", &pair(&obama(), &biden())).await.ok();
    assert_eq!(other.at("/verified"), false);
}
