//! What an app has its own way decides in every API, and for nobody else.

use axum::http::Request;
use faceward_core::AppId;
use faceward_service::apps::{AppChange, DemandsChange};
use faceward_service::{AuditFilter, Role};
use serde_json::{Value, json};

use crate::harness::{Answer, TestApp, pair_form, photo_form, service};
use crate::photos::{biden, obama, obama_again};
use crate::riset::{LIVENESS, base64};

fn id(app: &TestApp) -> AppId {
    AppId(app.id.parse().expect("a UUID"))
}

async fn change(app: &TestApp, change: AppChange) {
    service().apps().change(&id(app), change).await.expect("changed");
}

/// One person enrolled as `obama`.
async fn with_obama() -> TestApp {
    let app = TestApp::new();
    app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "obama")).await.ok();
    app
}

/// What each API says of the person enrolled as `obama` and another photo of him, and of two photos.
async fn verdicts(app: &TestApp) -> Vec<(&'static str, Value)> {
    let (pair, probe) = (pair_form(&obama(), &obama_again()), photo_form(&obama_again()));
    let whom = json!({ "user_id": "obama", "facegallery_id": "default", "image": base64(&obama_again()) });
    let two = json!({ "source_image": base64(&obama()), "target_image": base64(&obama_again()) });
    let list = json!({
        "user_id": "obama", "facegallery_id": "default", "images": [base64(&obama_again())],
        "face_parameters": ["front"], "spoof_detection": false,
    });
    let faces = "/face-api/facegallery";
    let riset =
        async |path: &str, body: &Value| app.riset("POST", path, body).await.riset_status(200, "200", path);
    let found = riset(&format!("{faces}/identify-face"), &whom).await.at("/return/0/user_id");
    vec![
        ("verify", app.post("/api/v1.0/verify", &pair).await.ok().at("/result/same")),
        (
            "identify",
            json!(!app.post("/api/v1.0/identify", &probe).await.ok().at("/result/templateId").is_null()),
        ),
        ("/v1/verify", app.post("/v1/verify", &probe.text("template_id", "obama")).await.ok().at("/same")),
        ("verify-face", riset(&format!("{faces}/verify-face"), &whom).await.at("/verified")),
        ("identify-face", json!(found != "unregistered")),
        ("compare-images", riset("/face-api/compare-images", &two).await.at("/verified")),
        ("list", riset(LIVENESS, &list).await.at("/results/image1/verified")),
    ]
}

#[tokio::test]
async fn an_apps_threshold_decides_in_every_api_and_is_told_and_recorded() {
    let (app, other) = (with_obama().await, with_obama().await);
    let default = verdicts(&app).await;
    assert!(default.iter().all(|(_, same)| *same == true), "{default:?}");
    change(&app, AppChange { similarity_threshold: Some(Some(1.0)), ..AppChange::default() }).await;
    let stricter = verdicts(&app).await;
    assert!(stricter.iter().all(|(_, same)| *same == false), "{stricter:?}");
    assert!(
        verdicts(&other).await.iter().all(|(_, same)| *same == true),
        "another app's threshold is its own"
    );

    let told = app.post("/api/v1.0/verify", &pair_form(&obama(), &obama_again())).await.ok();
    assert_eq!(told.at("/result/threshold"), 1.0, "{}", told.text);
    assert_eq!(app.get("/v1/info").await.ok().at("/similarity/threshold"), 1.0);
    assert_eq!(other.get("/v1/info").await.ok().at("/similarity/threshold"), 0.75);
    let filter = AuditFilter { app: Some(id(&app)), ..AuditFilter::default() };
    let records = service().newest_audit_records(&filter, None, 12).await.expect("records");
    let thresholds: Vec<_> =
        records.iter().filter_map(|record| record.event.scores.get("threshold")).collect();
    assert!(thresholds.len() >= 7 && thresholds.iter().all(|threshold| **threshold == 1.0), "{records:?}");

    // A request's own threshold goes before the app's, and looser is as possible as stricter.
    let asked = app.post("/api/v1.0/identify?threshold=0.5", &photo_form(&obama_again())).await.ok();
    assert_eq!(asked.at("/result/templateId"), "obama");
    change(&app, AppChange { similarity_threshold: Some(Some(0.0)), ..AppChange::default() }).await;
    let strangers = app.post("/api/v1.0/verify", &pair_form(&obama(), &biden())).await.ok();
    assert_eq!(strangers.at("/result/same"), true);
    change(&app, AppChange { similarity_threshold: Some(None), ..AppChange::default() }).await;
    let strangers = app.post("/api/v1.0/verify", &pair_form(&obama(), &biden())).await.ok();
    assert_eq!(
        (strangers.at("/result/same"), strangers.at("/result/threshold")),
        (false.into(), 0.75.into())
    );
}

#[tokio::test]
async fn an_app_may_demand_a_live_photo_of_quality_and_tells_why_it_has_none() {
    let app = with_obama().await;
    let (pair, probe) = (pair_form(&obama(), &obama_again()), photo_form(&obama_again()));
    let whom = json!({ "user_id": "obama", "facegallery_id": "default", "image": base64(&obama_again()) });
    let nobody = |compare, liveness| AppChange {
        compare: DemandsChange { live: Some(compare), quality: Some((!compare).then_some(1.0)) },
        liveness_threshold: Some(liveness),
        ..AppChange::default()
    };
    // Nobody is live enough; then no photo is good enough.
    for (demand, what) in [(nobody(true, Some(1.0)), "not live"), (nobody(false, None), "poor")] {
        change(&app, demand).await;
        for (path, form) in [("/api/v1.0/verify", &pair), ("/api/v1.0/identify", &probe)] {
            app.post(path, form).await.assert_ooto_error(400, 400, what);
        }
        let form = photo_form(&obama_again()).text("template_id", "obama");
        app.post("/v1/verify", &form).await.assert_error(422, "rejected", what);
        for path in ["verify-face", "identify-face"] {
            let answer = app.riset("POST", &format!("/face-api/facegallery/{path}"), &whom).await;
            answer.riset_status(200, "493", what);
        }
        // What is enrolled is another demand.
        let added = app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", what)).await;
        added.ok();
    }
    let both = AppChange {
        compare: DemandsChange { live: Some(false), quality: Some(None) },
        enroll: DemandsChange { live: None, quality: Some(Some(1.0)) },
        ..AppChange::default()
    };
    change(&app, both).await;
    let refused = app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "x")).await;
    refused.assert_ooto_error(400, 400, "poor");
    let answered = app.post("/api/v1.0/verify", &pair).await.ok();
    assert!(answered.at("/result/firstFace/liveness").is_null(), "nobody asked: {}", answered.text);
}

#[tokio::test]
async fn a_demanded_check_without_its_model_is_501_and_never_passed_over() {
    let (app, service, _folder) = TestApp::served_without(&["minifasnet-2.7"]);
    let live = DemandsChange { live: Some(true), quality: None };
    let demand = AppChange { compare: live, enroll: live, ..AppChange::default() };
    app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "obama")).await.ok();
    service.apps().change(&id(&app), demand).await.expect("changed");
    for (path, form) in [
        ("/api/v1.0/verify", &pair_form(&obama(), &obama_again())),
        ("/api/v1.0/identify", &photo_form(&obama())),
        ("/api/v1.0/add", &photo_form(&obama())),
    ] {
        app.post(path, form).await.assert_ooto_error(501, 501, path);
    }
    let form = photo_form(&obama()).text("template_id", "obama");
    app.post("/v1/verify", &form).await.assert_error(501, "check_unavailable", "/v1/verify");
}

#[tokio::test]
async fn an_app_that_wants_no_guesses_gets_none() {
    let app = TestApp::new();
    let guesses = async || {
        let answer: Answer = app.post("/v1/analyze", &photo_form(&obama())).await.ok();
        ["age", "male", "race"].map(|guess| !answer.at(&format!("/faces/0/attributes/{guess}")).is_null())
    };
    let ooto = async || {
        let answer = app.post("/api/v1.0/verify", &pair_form(&obama(), &biden())).await.ok();
        let quality = answer.at("/result/firstFace/quality");
        ["age", "gender", "race"].map(|guess| !quality[guess].is_null())
    };
    assert_eq!((guesses().await, ooto().await), ([true; 3], [true; 3]));
    change(&app, AppChange { race: Some(false), ..AppChange::default() }).await;
    assert_eq!((guesses().await, ooto().await), ([true, true, false], [true, true, false]));
    change(&app, AppChange { race: Some(true), demography: Some(false), ..AppChange::default() }).await;
    assert_eq!((guesses().await, ooto().await), ([false; 3], [false; 3]));
    let unavailable = app.get("/v1/info").await.ok().at("/unavailable");
    let race = unavailable.as_array().expect("a list").iter().find(|row| row["value"] == "race");
    assert_eq!(race.expect("listed")["reason"], "switched_off");
}

#[tokio::test]
async fn an_operator_tries_an_app_under_its_terms() {
    let app = TestApp::new();
    change(&app, AppChange { similarity_threshold: Some(Some(0.0)), ..AppChange::default() }).await;
    let form = crate::harness::Form::new().file("first_photo", &obama()).file("second_photo", &biden());
    let token = crate::admin::operator(service(), Role::Owner).await.1;
    let mut request: Request<_> = form.request("POST", &format!("/admin/v1/apps/{}/verify", app.id));
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    let answer = app.send_anonymous(request).await.ok();
    assert_eq!((answer.at("/same"), answer.at("/threshold")), (true.into(), 0.0.into()));
}
