//! The same person is alike, another one is not; steps say what they did.

use faceward_core::Outcome;
use faceward_engine::{Output, Outputs, Request};

use crate::setup::{cosine, engine, faces, only_face, try_analyze};

/// Cosine above which one false match in 10,000 impostor pairs remains, give or take.
const ALIKE: f32 = 0.40;

#[test]
fn one_person_is_alike_and_two_are_not() {
    let [a, b, c, other] = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"]
        .map(|name| faces(&faceward_testkit::photo(name)));
    for (first, second) in [(&a, &b), (&a, &c), (&b, &c)] {
        let alike = cosine(only_face(first), only_face(second));
        assert!(alike > ALIKE + 0.1, "one person: {alike}");
    }
    for first in [&a, &b, &c] {
        let alike = cosine(only_face(first), only_face(&other));
        assert!(alike < ALIKE - 0.15, "two persons: {alike}");
    }
}

#[test]
fn a_partial_face_is_still_that_person() {
    let whole = faces(&faceward_testkit::photo("obama.jpg"));
    for name in ["obama_partial_face.jpg", "obama_partial_face2.jpg"] {
        let partial = faces(&faceward_testkit::photo(name));
        let alike = cosine(only_face(&whole), only_face(&partial));
        assert!(alike > ALIKE, "{name}: {alike}");
    }
}

#[test]
fn a_mirrored_embedding_compares_with_a_plain_one() {
    let photo = faceward_testkit::photo("biden.jpg");
    let outputs = Outputs::of(&[Output::Embedding]);
    let [plain, mirrored] = [false, true].map(|mirrored_embedding| {
        let request = Request { outputs, mirrored_embedding, ..Request::default() };
        try_analyze(&photo, &request).expect("a photo")
    });
    let alike = cosine(only_face(&plain), only_face(&mirrored));
    assert!(alike > 0.9 && alike < 0.9999, "{alike}");
}

#[test]
fn what_nobody_asked_for_is_not_there() {
    let photo = faceward_testkit::photo("32bit.png");
    let analysis = try_analyze(&photo, &Request::default()).expect("a photo");
    let face = only_face(&analysis);
    assert_eq!(face.embedding, Outcome::NotRequested);
    assert_eq!(
        (&face.mesh, &face.dense, &face.pose),
        (&Outcome::NotRequested, &Outcome::NotRequested, &Outcome::NotRequested)
    );
    assert_eq!(face.components, Outcome::NotRequested);
    assert!(face.quality.iter().all(|(_, value)| *value == Outcome::NotRequested), "{:?}", face.quality);
    let steps: Vec<&str> = analysis.timings.iter().map(|timing| timing.step).collect();
    assert_eq!(steps, ["decode", "detect", "refine"]);
}

#[test]
fn steps_run_in_order_and_time_in_networks_is_part_of_theirs() {
    let photo = faceward_testkit::photo("biden.jpg");
    let request = Request { outputs: Outputs::ALL, ..Request::default() };
    let analysis = try_analyze(&photo, &request).expect("a photo");
    let steps: Vec<&str> = analysis.timings.iter().map(|timing| timing.step).collect();
    assert_eq!(
        steps,
        [
            "decode",
            "detect",
            "refine",
            "landmarks",
            "pose",
            "embedding",
            "attributes",
            "quality",
            "photograph",
            "liveness",
            "deepfake",
        ]
    );
    assert!(
        analysis.timings.iter().all(|timing| timing.network <= timing.duration),
        "{:?}",
        analysis.timings
    );
    let network_of = |name| analysis.timings.iter().find(|timing| timing.step == name).map(|t| t.network);
    assert!(network_of("embedding") > Some(std::time::Duration::ZERO));
    assert_eq!(network_of("decode"), Some(std::time::Duration::ZERO));
    let runs_of = |model| analysis.networks.iter().find(|timing| timing.model == model).map(|t| t.runs);
    assert_eq!(runs_of("sface-2021dec"), Some(1));
    for model in ["faceward-deepfake-1", "faceward-swap-1"] {
        assert_eq!(runs_of(model), Some(2), "{model}: the face and its mirror image");
    }
    assert_eq!(runs_of("faceward-deepfake-2"), Some(1));
    let in_networks: std::time::Duration = analysis.timings.iter().map(|timing| timing.network).sum();
    assert_eq!(
        analysis.networks.iter().map(|timing| timing.duration).sum::<std::time::Duration>(),
        in_networks
    );
}

#[test]
fn an_engine_knows_what_it_can_do() {
    let capabilities = engine().capabilities();
    assert_eq!(capabilities.outputs, Outputs::ALL);
    let model = capabilities.embedding_model.as_ref().map(ToString::to_string);
    assert_eq!(model.as_deref(), Some("sface+fr-feature-2"));
    assert!(capabilities.models.iter().any(|model| model.id.as_str() == "yunet-2023mar"));
}
