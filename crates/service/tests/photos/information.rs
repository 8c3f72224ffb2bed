//! Info tells the truth: what it calls unavailable is unavailable on a real photo, and nothing else is.

use std::collections::BTreeSet;

use faceward_core::{Outcome, Similarity};
use faceward_service::{
    AnalyzeRequest, Attributes, Demography, FaceReport, Output, Settings, UnavailableReason,
};

use crate::fixture::{Fixture, OBAMA, engine_without, photo, service, service_on, service_with, settings};

async fn analysed(fixture: &Fixture) -> FaceReport {
    // Checks without a model would refuse the request; all else is asked for, whether available or not.
    let outputs = fixture.service.everything();
    let request = AnalyzeRequest { photo: photo(OBAMA), outputs };
    fixture.service.analyze(request).await.expect("a photo").faces.swap_remove(0)
}

/// Names of the values that were asked for and are unavailable. The checks are left out: they refuse the request.
fn unavailable(report: &FaceReport) -> BTreeSet<&'static str> {
    fn note<T>(names: &mut BTreeSet<&'static str>, name: &'static str, outcome: &Outcome<T>) {
        if matches!(outcome, Outcome::Unavailable) {
            names.insert(name);
        }
    }
    let mut names = BTreeSet::new();
    let Attributes {
        left_eye_open,
        right_eye_open,
        mouth_open,
        neutral,
        male,
        age,
        race,
        masked,
        occluded: _,
    } = &report.face.attributes;
    note(&mut names, "left_eye_open", left_eye_open);
    note(&mut names, "right_eye_open", right_eye_open);
    note(&mut names, "mouth_open", mouth_open);
    note(&mut names, "neutral", neutral);
    note(&mut names, "gender", male);
    note(&mut names, "age", age);
    note(&mut names, "race", race);
    note(&mut names, "masked", masked);
    note(&mut names, "dense_landmarks", &report.face.dense);
    note(&mut names, "pose", &report.face.pose);
    for (key, outcome) in report.quality.iter() {
        note(&mut names, key.name(), outcome);
    }
    names
}

/// The values that info calls unavailable, without the checks.
fn listed(fixture: &Fixture) -> BTreeSet<&'static str> {
    let values = fixture.service.info().unavailable.into_iter().map(|entry| entry.value);
    values.filter(|value| !["liveness", "genuine"].contains(value)).collect()
}

#[tokio::test]
async fn the_list_of_unavailable_values_is_what_a_photo_shows() {
    let fixture = service();
    assert_eq!(unavailable(&analysed(&fixture).await), listed(&fixture));
    for disabled in [
        &["eye-state-1", "gender-v1"][..],
        &["face-blendshapes", "mouth-state-1"],
        &["face-mesh-478"],
        &["face-attributes-1", "flare-1"],
        &["embedding-attributes-1"],
    ] {
        let fixture = service_on(engine_without(disabled), settings());
        assert_eq!(unavailable(&analysed(&fixture).await), listed(&fixture), "without {disabled:?}");
    }
}

#[tokio::test]
async fn the_checks_without_a_model_are_listed() {
    let rows = [
        (&[][..], false, false),
        (&["fr-liveness"][..], true, false),
        (&["minifasnet-2.7"], true, false),
        (&["faceward-liveness-1"], true, false),
        (&["faceward-deepfake-1"], false, true),
        (&["faceward-swap-1"], false, true),
        (&["faceward-deepfake-2"], false, true),
        (&["photograph-1"], true, true),
    ];
    for (disabled, liveness, deepfake) in rows {
        let fixture = service_on(engine_without(disabled), settings());
        let listed: Vec<_> = fixture.service.info().unavailable.iter().map(|entry| entry.value).collect();
        assert_eq!(listed.contains(&"liveness"), liveness, "without {disabled:?}");
        assert_eq!(fixture.service.available().contains(Output::Liveness), !liveness);
        assert_eq!(listed.contains(&"genuine"), deepfake, "without {disabled:?}");
        assert_eq!(fixture.service.available().contains(Output::Genuine), !deepfake);
    }
}

#[tokio::test]
async fn what_the_operator_switches_off_is_unavailable_and_said_to_be_switched_off() {
    let demography = Demography { enabled: false, race: false };
    let fixture = service_with(Settings { demography, ..settings() });
    let absent = unavailable(&analysed(&fixture).await);
    let info = fixture.service.info();
    for value in ["gender", "age", "race"] {
        assert!(absent.contains(value), "{value}");
        let mut reasons = info.unavailable.iter().filter(|entry| entry.value == value);
        assert!(reasons.any(|entry| entry.reason == UnavailableReason::SwitchedOff), "{value}");
    }
}

#[tokio::test]
async fn info_names_models_runtime_and_scale() {
    let fixture = service();
    let info = fixture.service.info();
    assert_eq!(info.runtime, "openvino");
    assert!(!info.runtime_version.is_empty());
    assert_eq!(&info.embedding_model, info.similarity.model());
    assert!(info.models.iter().any(|model| model.id.as_str() == "yunet-2023mar"));
    for model in &info.models {
        let declaration = model.declaration.expect("every loaded model is declared");
        assert!(!declaration.license.is_empty(), "{}", model.id);
    }
    let least = info.least_cosine.expect("the threshold is on the scale");
    let there = info.similarity.similarity(least);
    assert!((there.0 - info.thresholds.similarity).abs() < 1e-4, "{there:?}");
    assert!(Similarity(0.0) < there);
}
