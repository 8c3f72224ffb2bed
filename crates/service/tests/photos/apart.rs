//! Tenants are kept apart: no app sees, finds, replaces or deletes another app's templates.

use faceward_service::{ListTemplatesRequest, ServiceError};

use crate::fixture::{OBAMA, enroll_request, identify_request, new_app, photo, service, template};

#[tokio::test]
async fn no_app_reaches_anothers_templates() {
    let fixture = service();
    let (service, mine) = (&fixture.service, &fixture.app);
    let theirs = new_app(service, "others");
    fixture.enroll(photo(OBAMA), "anna").await.expect("one face");

    let found = service.identify(&theirs, identify_request(photo(OBAMA))).await.expect("one face");
    assert_eq!((found.best, found.best_similarity), (None, None));
    let listed = service.list_templates(&theirs, ListTemplatesRequest::default()).await.expect("a page");
    assert!(listed.is_empty(), "{listed:?}");
    for refused in [
        service.get_template(&theirs, &template("anna")).await.map(drop),
        service.delete_template(&theirs, &template("anna")).await.map(drop),
    ] {
        assert!(matches!(refused, Err(ServiceError::TemplateNotFound)), "{refused:?}");
    }
    // The id is free for them, and theirs alone.
    service.enroll(&theirs, enroll_request(photo(OBAMA), Some("anna"))).await.expect("one face");
    service.delete_template(&theirs, &template("anna")).await.expect("their own");
    assert!(service.get_template(mine, &template("anna")).await.is_ok());
}

#[tokio::test]
async fn a_deleted_apps_templates_are_gone() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "anna").await.expect("one face");
    fixture.service.apps().delete(&fixture.app).await.expect("it exists");
    let gone = fixture.service.identify(&fixture.app, identify_request(photo(OBAMA))).await;
    assert!(matches!(gone, Err(ServiceError::AppNotFound(app)) if app == fixture.app), "{gone:?}");
}
