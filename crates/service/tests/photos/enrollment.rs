//! Enroll, identify, delete; the operator's gates; a restart in between.

use faceward_core::{Embedding, GalleryId, ModelId, Outcome, Similarity, SubjectId, TemplateId};
use faceward_embedded::Embedded;
use faceward_models::calibration::projection::projection;
use faceward_service::{
    EnrollRequest, FaceOptions, Gates, IdentifyRequest, ListTemplatesRequest, Rejection, Rule, ServiceError,
    Settings, VerifyAgainstRequest,
};
use faceward_store::{NewTemplate, OnConflict, Stores};
use std::sync::Arc;

use crate::fixture::{
    BIDEN, Fixture, OBAMA, OBAMA_AGAIN, enroll_request, identify_request, photo, service, service_with,
    settings, start, template,
};

#[tokio::test]
async fn who_is_enrolled_is_found_until_deleted() {
    let fixture = service();
    let enrolled = fixture.enroll(photo(OBAMA), " anna ").await.expect("one face");
    assert_eq!(enrolled.record.template.as_str(), "anna");
    assert_eq!(enrolled.record.subject.as_str(), "anna");
    assert_eq!(enrolled.record.gallery.as_str(), "default");
    assert_eq!(enrolled.record.model, fixture.service.info().embedding_model);

    let found = fixture.identify(photo(OBAMA_AGAIN)).await;
    let best = found.best.expect("the person is enrolled");
    assert_eq!(best.template, enrolled.record.template);
    assert_eq!(found.best_similarity, Some(best.similarity));
    assert_eq!(found.candidates, [best]);

    let (service, app) = (&fixture.service, &fixture.app);
    service.delete_template(app, &enrolled.record.template).await.expect("it exists");
    assert_eq!(fixture.identify(photo(OBAMA_AGAIN)).await.best_similarity, None, "nobody is enrolled");
    let again = service.delete_template(app, &enrolled.record.template).await;
    assert!(matches!(again, Err(ServiceError::TemplateNotFound)), "{again:?}");
}

#[tokio::test]
async fn nobody_below_the_threshold_is_named() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "obama").await.expect("one face");
    let found = fixture.identify(photo(BIDEN)).await;
    assert_eq!(found.best, None);
    assert!(found.candidates.is_empty());
    let similarity = found.best_similarity.expect("the similarity is told all the same");
    assert!(similarity < found.threshold, "{similarity:?}");

    let request = IdentifyRequest { threshold: Some(Similarity(0.0)), ..identify_request(photo(BIDEN)) };
    let found = fixture.service.identify(&fixture.app, request).await.expect("one face");
    assert_eq!(found.best.expect("everybody reaches 0").template, template("obama"));
}

#[tokio::test]
async fn the_best_candidates_come_first_and_a_subject_once() {
    let fixture = service();
    for (name, id, subject) in [(OBAMA, "o1", "obama"), (OBAMA_AGAIN, "o2", "obama"), (BIDEN, "b1", "biden")]
    {
        let subject = Some(SubjectId::parse(subject).expect("an id"));
        let request = EnrollRequest { subject, ..enroll_request(photo(name), Some(id)) };
        fixture.service.enroll(&fixture.app, request).await.expect("one face");
    }
    let request = |limit| IdentifyRequest {
        threshold: Some(Similarity(0.0)),
        limit: Some(limit),
        ..identify_request(photo(OBAMA))
    };
    for (limit, expected) in [(10, vec!["o1", "b1"]), (1, vec!["o1"])] {
        let found = fixture.service.identify(&fixture.app, request(limit)).await.expect("one face");
        let ids: Vec<_> = found.candidates.iter().map(|found| found.template.as_str()).collect();
        assert_eq!(ids, expected, "limit {limit}");
        assert!(found.candidates.is_sorted_by(|a, b| a.similarity >= b.similarity));
    }
}

#[tokio::test]
async fn an_id_is_taken_once_unless_replacing_is_asked_for() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "x").await.expect("one face");
    let refused = fixture.enroll(photo(BIDEN), "x").await;
    assert!(matches!(refused, Err(ServiceError::TemplateExists)), "{refused:?}");
    assert!(fixture.identify(photo(OBAMA)).await.best.is_some(), "the first one is still there");

    let replacing = EnrollRequest { replace: true, ..enroll_request(photo(BIDEN), Some("x")) };
    fixture.service.enroll(&fixture.app, replacing).await.expect("one face");
    assert!(fixture.identify(photo(BIDEN)).await.best.is_some());
    assert!(fixture.identify(photo(OBAMA)).await.best.is_none(), "the first one is gone");
}

#[tokio::test]
async fn without_an_id_each_template_gets_its_own() {
    let fixture = service();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = enroll_request(photo(OBAMA), None);
        ids.push(fixture.service.enroll(&fixture.app, request).await.expect("one face").record.template);
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(ids[0].as_str().len(), 36, "a UUID");
    ids.sort();
    let request = ListTemplatesRequest { limit: Some(1), ..ListTemplatesRequest::default() };
    let page = fixture.service.list_templates(&fixture.app, request).await.expect("a page");
    assert_eq!(page.iter().map(|record| &record.template).collect::<Vec<_>>(), [&ids[0]]);
    let request = ListTemplatesRequest { after: Some(ids[0].clone()), ..ListTemplatesRequest::default() };
    let page = fixture.service.list_templates(&fixture.app, request).await.expect("a page");
    assert_eq!(page.iter().map(|record| &record.template).collect::<Vec<_>>(), [&ids[1]]);
    let record = fixture.service.get_template(&fixture.app, &ids[1]).await.expect("it exists");
    assert_eq!(record, page[0]);
}

#[tokio::test]
async fn a_restart_forgets_nobody() {
    let Fixture { service, app, folder } = service();
    let request = enroll_request(photo(OBAMA), Some("anna"));
    service.enroll(&app, request).await.expect("one face");
    service.shutdown().await;
    drop(service);
    let fixture = Fixture { service: start(&folder, settings()), app, folder };
    let best = fixture.identify(photo(OBAMA_AGAIN)).await.best.expect("still enrolled");
    assert_eq!(best.template, template("anna"));
}

async fn verify_against(fixture: &Fixture, name: &str, id: &str) -> Result<bool, ServiceError> {
    let (template, options) = (template(id), FaceOptions::default());
    let request = VerifyAgainstRequest { photo: photo(name), template, options };
    fixture.service.verify_against(&fixture.app, request).await.map(|answer| answer.comparison.same)
}

#[tokio::test]
async fn a_photo_is_verified_against_a_template() {
    let fixture = service();
    fixture.enroll(photo(OBAMA), "obama").await.expect("one face");
    assert_eq!(verify_against(&fixture, OBAMA_AGAIN, "obama").await.ok(), Some(true));
    assert_eq!(verify_against(&fixture, BIDEN, "obama").await.ok(), Some(false));
    let unknown = verify_against(&fixture, BIDEN, "biden").await;
    assert!(matches!(unknown, Err(ServiceError::TemplateNotFound)), "{unknown:?}");
}

#[tokio::test]
async fn a_template_of_another_model_is_outdated_and_never_found() {
    let Fixture { service, app, folder } = service();
    drop(service);
    let stores = Stores::from(
        Embedded::open_comparing(folder.path(), Some(Arc::clone(projection())), &|_| {})
            .expect("the folder opens"),
    );
    let model = ModelId::new("yesterdays");
    let old = NewTemplate {
        gallery: GalleryId::parse("default").expect("an id"),
        subject: SubjectId::parse("old").expect("an id"),
        name: None,
        template: template("old"),
        embedding: Embedding::normalised(model.clone(), vec![1.0; 128]).expect("a direction"),
        created_at: None,
        expires_at: None,
    };
    stores.templates.add(&app, &old, OnConflict::Refuse).await.map(|_| ()).expect("a new template");
    drop(stores);
    let fixture = Fixture { service: start(&folder, settings()), app, folder };
    let outdated = verify_against(&fixture, OBAMA, "old").await;
    assert!(
        matches!(&outdated, Err(ServiceError::TemplateOutdated { made_by }) if *made_by == model),
        "{outdated:?}"
    );
    assert_eq!(fixture.identify(photo(OBAMA)).await.best_similarity, None);
}

#[tokio::test]
async fn a_gallery_that_does_not_exist_takes_nobody() {
    let fixture = service();
    let gallery = Some(GalleryId::parse("nowhere").expect("an id"));
    let request = EnrollRequest { gallery, ..enroll_request(photo(OBAMA), None) };
    let refused = fixture.service.enroll(&fixture.app, request).await;
    assert!(
        matches!(&refused, Err(ServiceError::GalleryNotFound(id)) if id.as_str() == "nowhere"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_operator_can_demand_quality_of_references_and_not_of_probes() {
    let enroll = Gates { min_quality: Some(1.0), ..Gates::default() };
    let fixture = service_with(Settings { enroll, ..settings() });
    let refused = fixture.enroll(photo(OBAMA), "x").await;
    assert!(
        matches!(refused, Err(ServiceError::Rejected(Rejection::PoorQuality { required: 1.0, .. }))),
        "{refused:?}"
    );
    let missing = fixture.service.get_template(&fixture.app, &TemplateId::parse("x").expect("an id")).await;
    assert!(matches!(missing, Err(ServiceError::TemplateNotFound)), "{missing:?}");
    assert!(fixture.verify(photo(OBAMA), photo(OBAMA_AGAIN)).await.is_ok());
}

#[tokio::test]
async fn an_operator_can_demand_live_references() {
    let mut demanding = settings();
    demanding.enroll.require_live = true;
    for (rule, enrolled) in [(Rule::AtLeast(0.0), true), (Rule::AtMost(0.0), false)] {
        demanding.thresholds.liveness = rule;
        match service_with(demanding.clone()).enroll(photo(OBAMA), "x").await {
            // The caller did not ask for the check: it decides, and is not shown.
            Ok(enrollment) => {
                assert!(enrolled, "no live face satisfies {rule:?}");
                assert_eq!(enrollment.face.liveness, Outcome::NotRequested);
            }
            Err(ServiceError::Rejected(Rejection::NotLive)) => {
                assert!(!enrolled, "every score satisfies {rule:?}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}
