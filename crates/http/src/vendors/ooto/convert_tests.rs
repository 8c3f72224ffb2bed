//! Answers against the shapes of the documents' samples: keys, their order, kinds; and what becomes `null`.

use faceward_core::{Cosine, GalleryId, ModelId, Similarity, SubjectId, TemplateId};
use faceward_service::Comparison;
use serde::Serialize;

use super::*;
use crate::sample;
use crate::shape::{assert_shape, null_paths};

macro_rules! shape {
    ($name:literal) => {
        include_str!(concat!("../../../tests/shapes/", $name, ".txt"))
    };
}

fn answer(result: impl Serialize) -> String {
    serde_json::to_string(&wire::Answer { transaction_id: uuid::Uuid::nil(), result }).expect("JSON")
}

fn verification(report: FaceReport) -> Verification {
    let comparison = Comparison {
        cosine: Cosine(0.5),
        similarity: Similarity(0.8),
        threshold: Similarity(0.75),
        same: true,
    };
    Verification { first: report.clone(), second: report, comparison }
}

fn found(name: &str, similarity: f32) -> Match {
    Match {
        template: TemplateId::parse(name).expect("an id"),
        gallery: GalleryId::parse("default").expect("an id"),
        subject: SubjectId::parse(name).expect("an id"),
        name: None,
        cosine: Cosine(0.5),
        similarity: Similarity(similarity),
    }
}

fn identification(report: FaceReport, candidates: Vec<Match>) -> Identification {
    Identification {
        best: candidates.first().cloned(),
        best_similarity: Some(Similarity(candidates.first().map_or(0.3, |best| best.similarity.0))),
        candidates,
        threshold: Similarity(0.75),
        face: report,
    }
}

#[test]
fn complete_answers_have_the_shapes_of_the_samples() {
    let report = sample::complete();
    assert_shape(&answer(inspection(&report, LandmarkScheme::Five)), shape!("ooto-liveness"));
    let without_liveness = FaceReport { liveness: Outcome::NotRequested, ..report.clone() };
    assert_shape(&answer(inspection(&without_liveness, LandmarkScheme::Five)), shape!("ooto-deepfake"));
    assert_shape(
        &answer(verified(&verification(report.clone()), LandmarkScheme::Five)),
        shape!("ooto-verify"),
    );
    let best = identification(report, vec![found("anna", 0.9)]);
    assert_shape(&answer(identified(&best, LandmarkScheme::Five, false)), shape!("ooto-identify"));
}

#[test]
fn nothing_of_a_complete_answer_is_null() {
    let answers = [
        answer(inspection(&sample::complete(), LandmarkScheme::Dense)),
        answer(verified(&verification(sample::complete()), LandmarkScheme::Five)),
    ];
    for json in answers {
        assert_eq!(null_paths(&json), [""; 0], "{json}");
    }
}

#[test]
fn unavailable_values_are_null_in_their_place_and_never_fine() {
    let report = FaceReport { genuine: Outcome::NotRequested, ..sample::bare() };
    let json = answer(verified(&verification(report), LandmarkScheme::Five));
    let nulls = null_paths(&json);
    for key in
        ["flare.score", "flare.fine", "uniformity.value", "uniformity.fine", "age", "race", "gender", "yaw"]
    {
        let path = format!("result.firstFace.quality.{key}");
        assert!(nulls.contains(&path), "{path} in {nulls:?}");
    }
    assert!(nulls.contains(&"result.secondFace.demography.race".to_owned()));
    // A check that was asked for and has no value must not read as passed.
    assert!(json.contains(r#""liveness":{"score":null,"fine":false}"#), "{json}");
    assert!(!json.contains("deepfake"), "{json}");
}

#[test]
fn boxes_are_whole_pixels_inside_the_photo_and_landmarks_are_free() {
    let answer = inspection(&sample::complete(), LandmarkScheme::Five);
    assert_eq!(answer.face_box, wire::FaceBox { x: 0, y: 11, w: 90, h: 69 });
    let expected = vec![[1, 1], [3, 3], [3, 3], [-5, -5], [200, 200]];
    assert_eq!(answer.landmarks, Some(expected));
    let dense = inspection(&sample::complete(), LandmarkScheme::Dense).landmarks;
    assert_eq!(dense.map(|points| points.len()), Some(68));
    assert_eq!(inspection(&sample::bare(), LandmarkScheme::Dense).landmarks, None);
}

#[test]
fn estimates_use_the_words_of_the_documents() {
    let json = answer(inspection(&sample::complete(), LandmarkScheme::Five));
    assert!(json.contains(r#""demography":{"age":42,"gender":"male","race":"other"}"#), "{json}");
}

#[test]
fn a_search_names_only_who_reaches_the_threshold() {
    let search = |candidates, list| {
        let found = identification(sample::complete(), candidates);
        serde_json::to_string(&identified(&found, LandmarkScheme::Five, list).search).expect("JSON")
    };
    assert_eq!(search(vec![], false), r#"{"templateId":null,"similarity":0.3}"#);
    assert_eq!(search(vec![], true), r#"{"templateId":null,"similarity":0.3,"candidates":[]}"#);
    assert_eq!(search(vec![found("anna", 0.9)], false), r#"{"templateId":"anna","similarity":0.9}"#);
    assert_eq!(
        search(vec![found("anna", 0.9), found("bert", 0.8)], true),
        r#"{"templateId":"anna","similarity":0.9,"candidates":[{"templateId":"anna","similarity":0.9},"#
            .to_owned()
            + r#"{"templateId":"bert","similarity":0.8}]}"#
    );
}

#[test]
fn an_enrolment_has_its_id_twice_for_old_and_new_clients() {
    let template = TemplateId::parse("anna").expect("an id");
    let enrollment = Enrollment {
        record: faceward_service::TemplateRecord {
            gallery: GalleryId::parse("default").expect("an id"),
            subject: SubjectId::parse("anna").expect("an id"),
            template,
            model: ModelId::new("m"),
            created_at: "2026-01-01T00:00:00Z".parse().expect("a time"),
            expires_at: None,
        },
        face: sample::complete(),
    };
    assert_shape(&answer(enrolled(&enrollment, LandmarkScheme::Five)), shape!("ooto-add"));
}
