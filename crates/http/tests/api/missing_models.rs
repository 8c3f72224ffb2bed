//! A server from which models are really left out: a security check without its model is refused, never passed over.

use crate::harness::{TestApp, pair_form, photo_form};
use crate::photos::{biden, obama};
use crate::riset::{BATCH, LIVENESS, base64};
use serde_json::json;

#[tokio::test]
async fn a_check_without_its_model_is_501_on_every_surface() {
    let (app, _folder) = TestApp::without(&["minifasnet-2.7", "faceward-deepfake-1"]);
    let (photo, pair) = (photo_form(&obama()), pair_form(&obama(), &biden()));
    for (path, form) in [
        ("/api/v1.0/liveness", &photo),
        ("/api/v1.0/deepfake", &photo),
        ("/api/v1.0/identify?check_liveness=true", &photo),
        ("/api/v1.0/identify?check_deepfake", &photo),
        ("/api/v1.0/add?check_liveness=1", &photo),
        ("/api/v1.0/add?check_deepfake=yes", &photo),
        ("/api/v1.0/verify?check_liveness=on", &pair),
        ("/api/v1.0/doc/verify?check_deepfake=TRUE", &pair),
    ] {
        app.post(path, form).await.assert_ooto_error(501, 501, path);
    }
    for output in ["liveness", "deepfake", "pose,liveness"] {
        let answer = app.post(&format!("/v1/analyze?outputs={output}"), &photo).await;
        answer.assert_error(501, "check_unavailable", output);
    }
    for check in ["liveness", "deepfake", "challenge"] {
        let body = axum::body::Body::from(json!({ "checks": [check] }).to_string());
        let request = axum::http::Request::post("/v1/sessions").body(body).expect("a request");
        app.send(request).await.assert_error(501, "check_unavailable", check);
    }
    let image = base64(&obama());
    let list = json!({ "images": [image], "face_parameters": ["front"] });
    app.riset("POST", LIVENESS, &list).await.riset_status(501, "501", "a list");
    let single = json!({ "image": image, "face_parameters": { "spoof_detection": true } });
    app.riset("POST", LIVENESS, &single).await.riset_status(501, "501", "one image");
    let batch = json!({ "batch": [{ "image": image, "face_parameter": "front" }] });
    app.riset("POST", BATCH, &batch).await.riset_status(501, "501", "a batch");
}

#[tokio::test]
async fn without_the_models_of_checks_everything_else_is_answered() {
    let (app, _folder) = TestApp::without(&["minifasnet-2.7", "faceward-deepfake-1"]);
    app.post("/api/v1.0/verify", &pair_form(&obama(), &biden())).await.ok();
    let answer = app.post("/v1/analyze", &photo_form(&obama())).await.ok();
    for value in ["liveness", "deepfake"] {
        assert!(answer.at(&format!("/faces/0/{value}")).is_null(), "{value}");
        let absent = answer.at("/faces/0/absent");
        let row = absent.as_array().expect("a list").iter().find(|row| row["value"] == value).expect(value);
        assert_eq!(row["reason"], "not_requested", "{row}");
    }
    let unavailable = app.get("/v1/info").await.ok().at("/unavailable");
    for value in ["liveness", "deepfake"] {
        assert!(
            unavailable.as_array().expect("a list").iter().any(|row| row["value"] == value),
            "{unavailable}"
        );
    }
    let list =
        json!({ "images": [base64(&obama())], "face_parameters": ["front"], "spoof_detection": false });
    app.riset("POST", LIVENESS, &list).await.riset_status(200, "200", "no check asked for");
}

/// Whichever of its networks is left out, and the gate that belongs to both.
#[tokio::test]
async fn a_check_that_lacks_any_one_of_its_networks_is_501() {
    let both = ["liveness", "deepfake"];
    for (disabled, refused) in [
        ("fr-liveness", &both[..1]),
        ("faceward-liveness-1", &both[..1]),
        ("faceward-swap-1", &both[1..]),
        ("faceward-deepfake-2", &both[1..]),
        ("photograph-1", &both[..]),
    ] {
        let (app, _folder) = TestApp::without(&[disabled]);
        for check in refused {
            let answer = app.post(&format!("/api/v1.0/{check}"), &photo_form(&obama())).await;
            answer.assert_ooto_error(501, 501, &format!("{check} without {disabled}"));
        }
    }
}
