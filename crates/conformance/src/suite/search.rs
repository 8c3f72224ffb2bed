//! The search is exact, complete, ordered, and the same whatever the order of enrolment.

use std::collections::BTreeMap;

use faceward_core::{Embedding, GalleryId, SubjectId, TemplateId};
use faceward_store::{Candidate, NewTemplate, Stores};

use crate::Fixture;
use crate::samples::{
    add, app, create_apps, create_gallery, embedding, embedding_of, gallery_id, new_template, seeded,
    template_id,
};

async fn found(stores: &Stores, probe: &Embedding, limit: usize) -> Vec<Candidate> {
    stores.templates.search(&app(1), None, probe, limit).await.expect("known")
}

/// A subject counts once.
pub async fn the_best_template_stands_for_its_subject(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let rows = [
        ("bert", "b1", [0.0, 1.0]),
        ("anna", "a2", [1.0, 0.0]),
        ("anna", "a1", [3.0, 4.0]),
        ("carl", "c1", [4.0, 3.0]),
        ("bert", "b2", [4.0, 3.0]),
    ];
    for (subject, template, vector) in rows {
        add(&stores, &new_template(subject, template, &vector)).await;
    }
    let probe = embedding(&[1.0, 0.0]);
    let answer: Vec<_> = found(&stores, &probe, 9)
        .await
        .iter()
        .map(|c| format!("{} {} {:.2}", c.subject, c.template, c.cosine.0))
        .collect();
    assert_eq!(answer, ["anna a2 1.00", "bert b2 0.80", "carl c1 0.80"]);
    for limit in [0, 1, 2] {
        assert_eq!(found(&stores, &probe, limit).await.len(), limit);
    }
}

/// And one subject id in two galleries is two subjects.
pub async fn only_named_galleries_and_one_model_are_searched(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    let names = ["east", "west"].map(gallery_id);
    for (name, template) in names.iter().zip(["e", "w"]) {
        create_gallery(&stores, name.as_str()).await;
        let mut new = new_template("anna", template, &[1.0, 0.0]);
        new.gallery = name.clone();
        add(&stores, &new).await;
    }
    let mut other_model = new_template("bert", "b", &[1.0, 0.0]);
    other_model.embedding = embedding_of("toy-2", &[1.0, 0.0]);
    add(&stores, &other_model).await;
    let probe = embedding(&[1.0, 0.0]);
    let templates = async |galleries: Option<&[GalleryId]>| {
        let found = stores.templates.search(&app(1), galleries, &probe, 9).await.expect("known");
        found.iter().map(|c| c.template.as_str()).collect::<String>()
    };
    assert_eq!(templates(None).await, "ew");
    assert_eq!(templates(Some(&names[1..])).await, "w");
    assert_eq!(templates(Some(&[names[1].clone(), names[1].clone()])).await, "w", "named twice");
    assert_eq!(templates(Some(&[gallery_id("nowhere")])).await, "");
    assert_eq!(templates(Some(&[])).await, "");
    assert_eq!(found(&stores, &embedding_of("toy-3", &[1.0, 0.0]), 9).await, []);
}

/// Nearly: the cosine's bits, gallery, subject, template.
type Row = (u32, GalleryId, SubjectId, TemplateId);

/// What comparing with `rows` one by one gives, best first.
pub(crate) fn one_by_one(rows: &[NewTemplate], probe: &Embedding, limit: usize) -> Vec<Row> {
    let mut best: BTreeMap<(&GalleryId, &SubjectId), (f32, &TemplateId)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.embedding.model() == probe.model()) {
        let cosine = probe.cosine(&row.embedding).expect("one model").0;
        let held = best.entry((&row.gallery, &row.subject)).or_insert((cosine, &row.template));
        if cosine.total_cmp(&held.0).then_with(|| held.1.cmp(&row.template)).is_gt() {
            *held = (cosine, &row.template);
        }
    }
    let mut ranked: Vec<_> = best.into_iter().collect();
    // Stable: those of equal cosine stay in the order of gallery and subject.
    ranked.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
    let row = |((gallery, subject), (cosine, template)): ((&GalleryId, &SubjectId), (f32, &TemplateId))| {
        (cosine.to_bits(), gallery.clone(), subject.clone(), template.clone())
    };
    ranked.into_iter().take(limit).map(row).collect()
}

/// The same of an answer.
pub(crate) fn rows(found: Vec<Candidate>) -> Vec<Row> {
    found.into_iter().map(|c| (c.cosine.0.to_bits(), c.gallery, c.subject, c.template)).collect()
}

/// Bit for bit: a pair falls on the same side of a threshold however it is compared.
pub async fn a_search_is_what_comparing_one_by_one_gives(fixture: &impl Fixture) {
    const LENGTH: usize = 137;
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "east").await;
    let mut kept = Vec::new();
    for index in 0..300_u64 {
        let (subject, template) = (format!("s{}", index % 140), format!("t{index:04}"));
        let mut new = new_template(&subject, &template, &seeded(index, LENGTH));
        if index % 3 == 0 {
            new.gallery = gallery_id("east");
        }
        add(&stores, &new).await;
        if index % 7 == 0 {
            let gone = stores.templates.delete_template(&app(1), &new.template).await.expect("deleted");
            assert_eq!(gone.n_templates, 1);
        } else {
            kept.push(new);
        }
    }
    for seed in 0..5 {
        let probe = embedding(&seeded(900_000 + seed, LENGTH));
        assert_eq!(rows(found(&stores, &probe, 20).await), one_by_one(&kept, &probe, 20), "probe {seed}");
    }
    // A probe that is enrolled: rounding must not carry it above 1.
    for row in &kept[..40] {
        let best = found(&stores, &row.embedding, 1).await.remove(0);
        assert_eq!(best.template, row.template);
        assert!((1.0 - 1e-6..=1.0).contains(&best.cosine.0), "{}", best.cosine.0);
    }
}

/// Gallery, subject, template.
pub async fn equals_come_in_the_order_of_their_ids(fixture: &impl Fixture) {
    let stores = fixture.stores();
    create_apps(&stores, 1).await;
    create_gallery(&stores, "a").await;
    for (gallery, subject, template) in [
        ("default", "x", "1"),
        ("a", "z", "2"),
        ("default", "b", "4"),
        ("default", "b", "3"),
        ("a", "y", "5"),
    ] {
        let mut new = new_template(subject, template, &[3.0, 4.0]);
        new.gallery = gallery_id(gallery);
        add(&stores, &new).await;
    }
    for limit in 0..=4 {
        let found = found(&stores, &embedding(&[1.0, 0.0]), limit).await;
        let ids: Vec<_> = found.into_iter().map(|c| c.template).collect();
        assert_eq!(ids, ["5", "2", "3", "1"].map(template_id)[..limit]);
    }
}
