//! The search is exact, complete, ordered, and the same whatever the order of enrolment.

use faceward_core::{Embedding, GalleryId, ModelId};
use faceward_gallery::{Candidate, Gallery, OnConflict};

use crate::support::{
    add, app, embedding, embedding_of, fresh, gallery_id, new_template, open, seeded, template_id,
};

fn found(gallery: &Gallery, probe: &Embedding, limit: usize) -> Vec<Candidate> {
    gallery.search(&app(1), None, probe, limit).expect("known")
}

#[test]
fn the_best_template_stands_for_its_subject_and_equals_come_by_id() {
    let (_dir, gallery) = fresh();
    let rows = [
        ("bert", "b1", [0.0, 1.0]),
        ("anna", "a2", [1.0, 0.0]),
        ("anna", "a1", [3.0, 4.0]),
        ("carl", "c1", [4.0, 3.0]),
        ("bert", "b2", [4.0, 3.0]),
    ];
    for (subject, template, vector) in rows {
        add(&gallery, &new_template(subject, template, &vector));
    }
    let answer: Vec<_> = found(&gallery, &embedding(&[1.0, 0.0]), 9)
        .iter()
        .map(|c| (c.subject.to_string(), c.template.to_string(), (c.cosine.0 * 100.0).round() as i32))
        .collect();
    let expected = [("anna", "a2", 100), ("bert", "b2", 80), ("carl", "c1", 80)];
    assert_eq!(answer, expected.map(|(s, t, cosine)| (s.to_owned(), t.to_owned(), cosine)));
    assert_eq!(found(&gallery, &embedding(&[1.0, 0.0]), 2).len(), 2);
    assert_eq!(found(&gallery, &embedding(&[1.0, 0.0]), 0), []);
}

#[test]
fn only_the_named_galleries_and_only_the_model_of_the_probe_are_searched() {
    let (_dir, gallery) = fresh();
    let names = ["east", "west"].map(gallery_id);
    for (name, template) in names.iter().zip(["e", "w"]) {
        gallery.create_gallery(&app(1), name).expect("created");
        let mut new = new_template("anna", template, &[1.0, 0.0]);
        new.gallery = name.clone();
        add(&gallery, &new);
    }
    let mut other_model = new_template("bert", "b", &[1.0, 0.0]);
    other_model.embedding = embedding_of("toy-2", &[1.0, 0.0]);
    add(&gallery, &other_model);
    let probe = embedding(&[1.0, 0.0]);
    let templates = |galleries: Option<&[GalleryId]>| {
        let found = gallery.search(&app(1), galleries, &probe, 9).expect("known");
        found.iter().map(|c| c.template.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(templates(None), ["e", "w"], "one subject id in two galleries is two subjects");
    assert_eq!(templates(Some(&names[1..])), ["w"]);
    assert_eq!(templates(Some(&[gallery_id("nowhere")])), Vec::<String>::new());
    assert_eq!(templates(Some(&[])), Vec::<String>::new());
    assert_eq!(found(&gallery, &embedding_of("toy-3", &[1.0, 0.0]), 9), []);
}

#[test]
fn thousands_of_vectors_give_what_a_naive_search_gives() {
    const LENGTH: usize = 37;
    let (dir, gallery) = fresh();
    let mut rows = Vec::new();
    for index in 0..1500_u64 {
        let new = new_template(&format!("s{}", index % 700), &format!("t{index:04}"), &seeded(index, LENGTH));
        add(&gallery, &new);
        rows.push(new);
    }
    for index in (0..1500).step_by(7) {
        assert!(gallery.delete(&app(1), &template_id(&format!("t{index:04}"))).expect("deleted"));
    }
    let mut number = 0;
    rows.retain(|_| {
        number += 1;
        (number - 1) % 7 != 0
    });
    let before: Vec<_> = (0..5).map(|probe| check(&gallery, &rows, probe)).collect();
    drop(gallery);
    let gallery = open(dir.path());
    let after: Vec<_> = (0..5).map(|probe| check(&gallery, &rows, probe)).collect();
    assert_eq!(before, after, "a restart changes no bit of a cosine");

    fn check(gallery: &Gallery, rows: &[faceward_gallery::NewTemplate], probe: u64) -> Vec<Candidate> {
        let probe = embedding(&seeded(900_000 + probe, LENGTH));
        let mut best = std::collections::HashMap::new();
        for row in rows {
            let cosine = probe.cosine(&row.embedding).expect("one model").0;
            let held = best.entry(&row.subject).or_insert((f32::NEG_INFINITY, &row.template));
            if cosine > held.0 {
                *held = (cosine, &row.template);
            }
        }
        let mut expected: Vec<_> = best.into_iter().collect();
        expected.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
        let found = gallery.search(&app(1), None, &probe, 20).expect("known");
        assert_eq!(found.len(), 20);
        for (candidate, (subject, (cosine, template))) in found.iter().zip(expected) {
            assert!((candidate.cosine.0 - cosine).abs() < 1e-6, "{candidate:?} for {cosine}");
            assert_eq!((&candidate.subject, &candidate.template), (subject, template));
        }
        found
    }
}

#[test]
fn a_vector_that_rounds_above_one_is_still_a_cosine() {
    let (_dir, gallery) = fresh();
    for seed in 0..200 {
        let id = format!("t{seed}");
        let embedding = Embedding::normalised(ModelId::new("toy-1"), seeded(seed, 129)).expect("a direction");
        let mut new = new_template(&id, &id, &[1.0]);
        new.embedding = embedding.clone();
        gallery.add(&app(1), &new, OnConflict::Refuse).expect("added");
        let best = found(&gallery, &embedding, 1).remove(0);
        assert_eq!(best.template, new.template);
        assert!((1.0 - 1e-6..=1.0).contains(&best.cosine.0), "{}", best.cosine.0);
    }
}
