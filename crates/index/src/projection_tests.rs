//! What is kept whole is compared short: templates and probes of one model, as they come.

use std::sync::Arc;

use faceward_core::{Embedding, GalleryId, ModelId, Projection, SubjectId, TemplateId};
use faceward_store::{AppSettings, Living, StoreError, TemplateRecord};
use jiff::Timestamp;

use crate::asking::{Asked, Search};
use crate::tenant::Tenant;
use crate::workers::Workers;

fn model(name: &str) -> ModelId {
    ModelId::new(name)
}

/// Takes two values of four.
fn projection() -> Arc<Projection> {
    let rows = vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0];
    Arc::new(Projection::new(model("whole"), model("short"), 4, rows).expect("two rows"))
}

fn living() -> Living {
    Living::at(Timestamp::UNIX_EPOCH, &AppSettings::default())
}

fn record(template: &str, of: &str) -> TemplateRecord {
    TemplateRecord {
        gallery: GalleryId::parse("g").expect("an id"),
        subject: SubjectId::parse(template).expect("an id"),
        template: TemplateId::parse(template).expect("an id"),
        model: model(of),
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: None,
    }
}

fn face(of: &str, vector: &[f32]) -> Embedding {
    Embedding::normalised(model(of), vector.to_vec()).expect("a direction")
}

/// With a whole template, a short one, and one of another model.
fn tenant() -> Tenant {
    let mut tenant = Tenant::comparing(Some(projection()));
    for (template, embedding) in [
        ("near", face("whole", &[0.6, 0.5, 0.1, 0.3])),
        ("far", face("short", &[-0.6, 0.8])),
        ("other", face("another", &[1.0, 0.0, 0.0, 0.0])),
    ] {
        let record = record(template, embedding.model().as_str());
        tenant.check_length(&record.model, embedding.vector().len()).expect("fits");
        tenant.insert(record, embedding.vector());
    }
    tenant
}

#[test]
fn a_whole_template_is_kept_short_under_the_short_model() {
    let tenant = tenant();
    let of = |template: &str| {
        let id = TemplateId::parse(template).expect("an id");
        let (record, embedding) =
            (tenant.template(&id).expect("there"), tenant.embedding(&id).expect("there"));
        assert_eq!(&record.model, embedding.model());
        (record.model.as_str().to_owned(), embedding.vector().len())
    };
    assert_eq!(of("near"), ("short".to_owned(), 2));
    assert_eq!(of("far"), ("short".to_owned(), 2));
    assert_eq!(of("other"), ("another".to_owned(), 4));
    let (gallery, subject) =
        (GalleryId::parse("g").expect("an id"), SubjectId::parse("near").expect("an id"));
    let references = tenant.references(&gallery, &subject, &model("short"), &living()).expect("known");
    assert_eq!(references.embeddings.len(), 1);
}

#[test]
fn whole_and_short_probes_find_the_same_bit_for_bit() {
    let tenant = tenant();
    let whole = face("whole", &[0.5, -0.2, 0.3, 0.7]);
    let short = projection().compared(&whole).into_owned();
    let probes = [whole, short.clone()];
    let search =
        Search { galleries: None, probes: &probes, limit: 5, living: living(), asked: &Asked::default() };
    let found = tenant.search(search, &Workers::default()).expect("answered");
    assert_eq!(found[0], found[1]);
    let subjects: Vec<_> = found[0].iter().map(|candidate| candidate.subject.as_str()).collect();
    assert_eq!(subjects, ["near", "far"]);
    let near = tenant.embedding(&found[0][0].template).expect("there");
    assert_eq!(found[0][0].cosine, short.cosine(&near).expect("one model"));
}

#[test]
fn what_the_projection_does_not_take_is_compared_with_nothing() {
    let mut tenant = tenant();
    let odd = face("whole", &[1.0, 1.0, 1.0]);
    tenant.check_length(odd.model(), odd.vector().len()).expect("the first of its length");
    tenant.insert(record("odd", "whole"), odd.vector());
    let probes = [face("whole", &[0.0, 1.0, 0.0, 0.0])];
    let search =
        Search { galleries: None, probes: &probes, limit: 5, living: living(), asked: &Asked::default() };
    // Nothing is left of the probe: its length is not that of the vectors of its model.
    assert!(matches!(tenant.search(search, &Workers::default()), Err(StoreError::Length { .. })));
    let probes = [face("whole", &[1.0, 0.0, 1.0, 0.0])];
    let search =
        Search { galleries: None, probes: &probes, limit: 5, living: living(), asked: &Asked::default() };
    let found = tenant.search(search, &Workers::default()).expect("answered");
    assert!(found[0].iter().all(|candidate| candidate.subject.as_str() != "odd"), "{found:?}");
}

#[test]
fn an_emptied_app_goes_on_projecting() {
    let mut tenant = tenant();
    assert_eq!(tenant.remove_all_galleries(), 3);
    tenant.insert(record("again", "whole"), face("whole", &[1.0, 2.0, 3.0, 4.0]).vector());
    let id = TemplateId::parse("again").expect("an id");
    assert_eq!(tenant.template(&id).expect("there").model, model("short"));
}
