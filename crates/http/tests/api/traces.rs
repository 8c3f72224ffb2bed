//! A disk on which traces of deleted data stay for a while: who deletes is told, who replaces is served, and the log says it.

use axum::body::Body;
use axum::http::Request;
use faceward_conformance::Memory;
use faceward_service::{AuditFilter, Stores};
use serde_json::json;

use crate::harness::{Answer, Form, TestApp, photo_form};
use crate::photos::{biden, obama};

async fn add(app: &TestApp, photo: &[u8], id: &str, query: &str) -> Answer {
    app.post(&format!("/api/v1.0/add{query}"), &photo_form(photo).text("templateId", id)).await
}

async fn delete(app: &TestApp, id: &str) -> Answer {
    app.post("/api/v1.0/delete", &Form::new().text("templateId", id)).await
}

/// Action, outcome and reasons of the last record that tells how something ended.
async fn last_record(stores: &Stores) -> (String, String, Vec<String>) {
    let records = stores.audit.page(&AuditFilter::default(), 0, 1000).await.expect("a page");
    let last = records.into_iter().map(|record| record.event).rfind(|event| event.outcome != "begun");
    let last = last.expect("a record");
    let reasons = last.reasons.into_iter().map(std::borrow::Cow::into_owned).collect();
    (last.action.into_owned(), last.outcome.into_owned(), reasons)
}

#[tokio::test]
async fn a_deletion_stands_and_is_not_acknowledged_while_its_traces_are_left() {
    let memory = Memory::default();
    let app = TestApp::on_stores(memory.clone().into());
    add(&app, &obama(), "anna", "").await.ok();
    add(&app, &obama(), "bert", "").await.ok();
    memory.leave_traces(true);
    delete(&app, "anna").await.assert_ooto_error(500, 500, "traces are left");
    delete(&app, "anna").await.assert_ooto_error(400, 400, "and yet it is gone");
    let by_id = Request::delete("/v1/templates/bert").body(Body::empty()).expect("a request");
    app.send(by_id).await.assert_error(500, "internal_error", "traces are left");
    assert_eq!(app.get("/v1/templates").await.ok().at("/templates"), json!([]));
    let staff = json!({ "facegallery_id": "staff" });
    let create = "/face-api/facegallery/create-facegallery";
    app.riset("POST", create, &staff).await.riset_status(200, "200", "created");
    let gone = "/face-api/facegallery/delete-facegallery";
    app.riset("DELETE", gone, &staff).await.riset_status(500, "500", "traces are left");
    app.riset("DELETE", gone, &staff).await.riset_status(200, "416", "and yet it is gone");
    memory.leave_traces(false);
    add(&app, &obama(), "anna", "").await.ok();
    delete(&app, "anna").await.ok();
}

#[tokio::test]
async fn a_replacement_is_done_and_the_log_tells_of_its_traces() {
    let memory = Memory::default();
    let stores: Stores = memory.clone().into();
    let app = TestApp::on_stores(stores.clone());
    add(&app, &obama(), "anna", "").await.ok();
    memory.leave_traces(true);
    add(&app, &biden(), "anna", "?replace=true").await.ok();
    let expected = ("enroll".to_owned(), "answered".to_owned(), vec!["traces_left".to_owned()]);
    assert_eq!(last_record(&stores).await, expected);
    let found = app.post("/api/v1.0/identify", &photo_form(&biden())).await.ok();
    assert_eq!(found.at("/result/templateId"), "anna", "the new one is in");
    memory.leave_traces(false);
    add(&app, &obama(), "anna", "?replace=true").await.ok();
    assert_eq!(last_record(&stores).await.2, Vec::<String>::new());
}
