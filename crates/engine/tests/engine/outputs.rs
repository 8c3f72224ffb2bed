//! Each output runs its networks and no others, and its value is the same whatever else was asked for.

use std::collections::BTreeMap;

use faceward_core::QualityKey;
use faceward_engine::{FaceAnalysis, Output, Outputs, Request};

use crate::setup::{only_face, try_analyze};

const PORTRAITS: [&str; 3] = ["obama.jpg", "biden.jpg", "obama_partial_face.jpg"];

fn face(photo: &[u8], outputs: Outputs, mirrored_embedding: bool) -> FaceAnalysis {
    let request = Request { outputs, mirrored_embedding, ..Request::default() };
    only_face(&try_analyze(photo, &request).expect("a photo")).clone()
}

/// Networks of the steps of a face, with how often each ran; those of the detector are left out.
fn runs(photo: &[u8], outputs: Outputs, mirrored_embedding: bool) -> BTreeMap<&'static str, u32> {
    let request = Request { outputs, mirrored_embedding, ..Request::default() };
    let analysis = try_analyze(photo, &request).expect("a photo");
    let networks = analysis.networks.iter().filter(|network| network.model != "yunet-2023mar");
    networks.map(|network| (network.model, network.runs)).collect()
}

#[test]
fn networks_run_as_often_as_the_plan_says() {
    let photo = faceward_testkit::photo("obama.jpg");
    let check = |outputs: Outputs, mirrored, expected: &[(&'static str, u32)]| {
        let expected: BTreeMap<_, _> = expected.iter().copied().collect();
        assert_eq!(runs(&photo, outputs, mirrored), expected, "{outputs:?}, mirrored: {mirrored}");
    };
    check(Outputs::NONE, true, &[]);
    check(Outputs::of(&[Output::Coverings]), true, &[("face-attributes-1", 1)]);
    let frame = Outputs::of(&[Output::Pose, Output::Eyes, Output::Mouth, Output::Coverings]);
    let frame_runs =
        [("face-mesh-478", 1), ("eye-state-1", 2), ("mouth-state-1", 1), ("face-attributes-1", 1)];
    check(frame, true, &frame_runs);
    let recognition = |runs| [("face-mesh-478", 1), ("sface-2021dec", runs), ("fr-feature", runs)];
    check(Outputs::of(&[Output::Embedding]), false, &recognition(1));
    check(Outputs::of(&[Output::Embedding]), true, &recognition(2));
    // What reads the embedding of the face as it stands takes no second look.
    let age = [&recognition(1)[..], &[("face-attributes-1", 1), ("embedding-attributes-1", 1)]].concat();
    check(Outputs::of(&[Output::Age]), true, &age);
    // The gate decides both checks: what was never photographed is neither live nor genuine.
    let forged =
        [("faceward-deepfake-1", 2), ("faceward-swap-1", 2), ("faceward-deepfake-2", 1), ("photograph-1", 1)];
    check(Outputs::of(&[Output::Genuine]), true, &forged);
}

#[test]
fn a_value_is_the_same_to_the_last_bit_whatever_else_was_asked_for() {
    for name in PORTRAITS {
        let photo = faceward_testkit::photo(name);
        let mut all = face(&photo, Outputs::ALL, false);
        let with_mirror = face(&photo, Outputs::ALL, true);
        assert_ne!(all.embedding, with_mirror.embedding, "the mirror image counts for templates");
        all.embedding = with_mirror.embedding.clone();
        let all = format!("{all:?}");
        assert_eq!(format!("{with_mirror:?}"), all, "{name}, with the mirror image");
        for output in Output::all() {
            let alone = face(&photo, Outputs::of(&[output]), true);
            // Every value that is there stands in the whole as well: the texts differ in what was not requested.
            let expected = only(output, &with_mirror);
            assert_eq!(format!("{alone:?}"), format!("{expected:?}"), "{name}, {output:?} alone");
        }
    }
}

/// `face` as if only `output` had been asked for.
fn only(output: Output, face: &FaceAnalysis) -> FaceAnalysis {
    let mut only = FaceAnalysis::detected(face.rect, face.confidence, face.points);
    let (to, from) = (&mut only.attributes, &face.attributes);
    match output {
        Output::DenseLandmarks => {
            only.mesh = face.mesh.clone();
            only.dense = face.dense.clone();
        }
        Output::Pose => only.pose = face.pose.clone(),
        Output::Embedding => only.embedding = face.embedding.clone(),
        Output::Photographed => only.photographed = face.photographed.clone(),
        Output::Liveness => only.liveness = face.liveness.clone(),
        Output::Genuine => only.genuine = face.genuine.clone(),
        Output::Eyes => {
            to.left_eye_open = from.left_eye_open.clone();
            to.right_eye_open = from.right_eye_open.clone();
        }
        Output::Mouth => to.mouth_open = from.mouth_open.clone(),
        Output::Expression => to.neutral = from.neutral.clone(),
        Output::Gender => to.male = from.male.clone(),
        Output::Age => to.age = from.age.clone(),
        Output::Race => to.race = from.race.clone(),
        Output::Coverings => {
            to.masked = from.masked.clone();
            to.occluded = from.occluded.clone();
        }
        Output::Components => only.components = face.components.clone(),
        Output::Quality(key) => only.quality[key] = face.quality[key].clone(),
    }
    only
}

#[test]
fn what_is_withheld_is_unavailable_and_costs_nothing() {
    let photo = faceward_testkit::photo("biden.jpg");
    let outputs = Outputs::of(&[Output::Age, Output::Quality(QualityKey::Occlusion)]);
    let request = Request { outputs, withheld: Outputs::of(&[Output::Age]), ..Request::default() };
    let analysis = try_analyze(&photo, &request).expect("a photo");
    let face = only_face(&analysis);
    assert_eq!(face.attributes.age, faceward_core::Outcome::Unavailable);
    assert!(face.quality[QualityKey::Occlusion].value().is_some());
    assert!(analysis.networks.iter().all(|network| network.model != "sface-2021dec"));
}
