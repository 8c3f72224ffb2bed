//! A store on another machine that cannot be reached: refused as such in the words of each API, and over as soon as it is back.

use axum::body::Body;
use axum::http::Request;
use faceward_conformance::Memory;
use faceward_service::Stores;
use serde_json::json;

use crate::harness::{Answer, TestApp, photo_form};
use crate::photos::obama;

async fn open_to_everybody(app: &TestApp, path: &str) -> Answer {
    app.send_anonymous(Request::get(path).body(Body::empty()).expect("a request")).await
}

fn assert_away(answer: &Answer, what: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, Some("5")), "{what}");
    assert!(
        !answer.text.contains("the test has cut"),
        "{what}: the cause is for the operator: {}",
        answer.text
    );
}

#[tokio::test]
async fn every_api_answers_503_in_its_own_words_and_goes_on_when_the_store_is_back() {
    let memory = Memory::default();
    let app = TestApp::on_stores(memory.clone().into());
    let token = app.token().await;
    let riset = || {
        let request = Request::post("/face-api/facegallery/create-facegallery").header("accesstoken", &token);
        request.body(Body::from(json!({ "facegallery_id": "staff" }).to_string())).expect("a request")
    };
    memory.lose(true);
    let add = app.post("/api/v1.0/add", &photo_form(&obama()).text("templateId", "anna")).await;
    assert_away(&add, "ooto");
    add.assert_ooto_error(503, 503, "ooto");
    let listed = app.get("/v1/templates").await;
    assert_away(&listed, "v1");
    listed.assert_error(503, "store_unreachable", "v1");
    let made = app.send_anonymous(riset()).await;
    assert_away(&made, "riset");
    made.riset_status(503, "503", "riset");
    memory.lose(false);
    assert_eq!(app.get("/v1/templates").await.ok().at("/templates"), json!([]), "nothing was changed");
    app.send_anonymous(riset()).await.riset_status(200, "200", "riset");
}

#[tokio::test]
async fn an_audit_log_that_is_away_keeps_changes_from_being_made() {
    let (memory, log) = (Memory::default(), Memory::default());
    let audit = Stores::from(log.clone()).audit;
    let app = TestApp::on_stores(Stores { audit, ..memory.into() });
    log.lose(true);
    let add = app.post("/api/v1.0/add", &photo_form(&obama())).await;
    assert_away(&add, "ooto");
    add.assert_ooto_error(503, 503, "ooto");
    assert_eq!(app.get("/v1/templates").await.ok().at("/templates"), json!([]));
    let token = app.ask_for_token().await;
    assert_away(&token, "a token that nobody recorded is given to nobody");
    token.riset_status(503, "503", "riset");
    open_to_everybody(&app, "/readyz").await.assert_error(503, "store_unreachable", "the log is a store too");
}

#[tokio::test]
async fn a_server_without_its_store_lives_and_is_not_ready() {
    let memory = Memory::default();
    let app = TestApp::on_stores(memory.clone().into());
    memory.lose(true);
    let ready = open_to_everybody(&app, "/readyz").await;
    assert_away(&ready, "/readyz");
    ready.assert_error(503, "store_unreachable", "/readyz");
    open_to_everybody(&app, "/healthz").await.ok();
    open_to_everybody(&app, "/metrics").await.ok();
    memory.lose(false);
    // What the store said stands for a second.
    let back = async {
        while open_to_everybody(&app, "/readyz").await.status != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(crate::socket::PATIENCE, back).await.expect("it is back");
}
