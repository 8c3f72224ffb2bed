//! Answers against the shapes of the documents' samples: keys, their order, kinds; and what becomes `null`.

use faceward_core::{Cosine, GalleryId, HeadPose, Similarity, SubjectId, TemplateId};
use faceward_service::{Comparison, Match, Refusal, SubjectVerification};
use serde::Serialize;

use super::*;
use crate::sample;
use crate::settings::HttpSettings;
use crate::shape::{assert_shape, null_paths};

macro_rules! shape {
    ($name:literal) => {
        include_str!(concat!("../../../tests/shapes/", $name, ".txt"))
    };
}

fn rules() -> MovementThresholds {
    faceward_service::Settings::default().thresholds.movement
}

fn json(result: impl Serialize) -> String {
    let answer = super::super::wire::Answer { status: "200", status_message: "Success", result };
    serde_json::to_string(&super::super::answer::wrapped(answer, &HttpSettings::default())).expect("JSON")
}

const COMPARISON: Comparison =
    Comparison { cosine: Cosine(0.5), similarity: Similarity(0.96), threshold: Similarity(0.75), same: true };

fn verdict(movement: Movement, shown: bool) -> FrameVerdict {
    let face = sample::complete();
    let stance = Stance::of(&face.face, false);
    FrameVerdict { face, stance, movements: vec![(movement, shown)], comparison: Some(COMPARISON) }
}

fn report(frames: Vec<Result<FrameVerdict, FrameFault>>) -> ActiveLiveness {
    ActiveLiveness { passed: true, refusal: None, frames }
}

const ASKED: Asked = Asked { spoof: true, verify: true, part: MovementPart::Head };

#[test]
fn complete_answers_have_the_shapes_of_the_samples() {
    let frames = || vec![Ok(verdict(Movement::Left, true)), Ok(verdict(Movement::Left, true))];
    assert_shape(&json(list(&report(frames()), &[ASKED; 2], &rules())), shape!("riset-list"));
    let parts = [MovementPart::Eyes, MovementPart::Head, MovementPart::Mouth];
    let asked = parts.map(|part| Asked { part, ..ASKED });
    let frames = [Movement::EyesOpen, Movement::Left, Movement::MouthOpen].map(|m| Ok(verdict(m, true)));
    assert_shape(&json(batch(&report(frames.into()), &asked, &rules())), shape!("riset-batch"));
    let movements = vec![(Movement::Left, false), (Movement::EyesClosed, true), (Movement::MouthOpen, false)];
    let one = FrameVerdict { movements, ..verdict(Movement::Left, false) };
    let answer = single(&ActiveLiveness { passed: false, ..report(vec![Ok(one)]) }, &rules());
    let text = json(answer.expect("a verdict"));
    assert_shape(&text, shape!("riset-single"));
    assert!(text.contains(r#""liveness":"false""#), "{text}");
}

#[test]
fn nothing_of_a_complete_answer_is_null() {
    let text = json(list(&report(vec![Ok(verdict(Movement::Left, true))]), &[ASKED], &rules()));
    assert_eq!(null_paths(&text), [""; 0], "{text}");
}

#[test]
fn only_what_was_asked_for_is_there() {
    let asked = Asked { spoof: false, verify: false, ..ASKED };
    let mut bare = FrameVerdict { comparison: None, ..verdict(Movement::Left, true) };
    bare.face.liveness = Outcome::NotRequested;
    let frames = report(vec![Ok(bare.clone())]);
    for text in [
        json(list(&frames, &[asked], &rules())),
        json(batch(&frames, &[asked], &rules())),
        json(single(&frames, &rules()).expect("a verdict")),
    ] {
        for key in ["verified", "similarity", "spoof", "is_real", "reason"] {
            assert!(!text.contains(key), "{key} in {text}");
        }
    }
    let text = json(single(&frames, &rules()).expect("a verdict"));
    assert!(text.contains(r#""match_status":{"angle":true}"#), "{text}");
    let text = json(batch(&frames, &[asked], &rules()));
    assert!(!text.contains("eye") && !text.contains("mouth"), "{text}");
}

#[test]
fn an_image_that_cannot_be_judged_says_so_and_nothing_else() {
    let faults = || report(vec![Err(FrameFault::Photo(PhotoFault::NoFace))]);
    let text = json(list(&faults(), &[ASKED], &rules()));
    assert!(
        text.contains(r#"{"match":false,"verified":false,"similarity":null,"masker":null,"spoof":null"#),
        "{text}"
    );
    assert!(text.contains(r#""status":"412","status_message":"Face not detected"}"#), "{text}");
    let text = json(batch(&faults(), &[ASKED], &rules()));
    assert!(text.contains(r#""roll":null,"pitch":null,"yaw":null,"status":"412""#), "{text}");
    let whole = single(&faults(), &rules());
    assert_eq!(whole.err(), Some(FrameFault::Photo(PhotoFault::NoFace)));
}

#[test]
fn a_spoof_is_text_in_the_list_and_a_boolean_elsewhere_and_its_score_is_that_of_an_attack() {
    let mut attack = verdict(Movement::Left, true);
    attack.face.liveness = Outcome::Value(Judged { score: 0.25, fine: false });
    let frames = || report(vec![Ok(attack.clone())]);
    let text = json(list(&frames(), &[ASKED], &rules()));
    assert!(
        text.contains(r#""match":true"#) && text.contains(r#""spoof":"spoof","spoof_score":0.75"#),
        "{text}"
    );
    let text = json(batch(&frames(), &[ASKED], &rules()));
    assert!(text.contains(r#""is_spoof":true,"spoof_score":0.75"#), "{text}");
    let text = json(single(&frames(), &rules()).expect("a verdict"));
    assert!(text.contains(r#""is_real":false"#), "{text}");
}

#[test]
fn scores_of_eyes_and_mouth_are_the_confidence_of_their_labels() {
    let mut stance = verdict(Movement::Left, true).stance;
    stance.left_eye_open = Outcome::Value(0.25);
    stance.right_eye_open = Outcome::Unavailable;
    let found = eyes(&stance);
    assert_eq!((found.left_eye, found.left_eye_score), (Some(Opening::Closed), Some(0.75)));
    assert_eq!((found.right_eye, found.right_eye_score), (None, None));
    stance.mouth_open = Outcome::Value(0.75);
    for (masked, knows_masks, label, score) in [
        (Outcome::Value(0.1), true, MouthLabel::Open, 0.75),
        (Outcome::Unavailable, true, MouthLabel::Open, 0.75),
        (Outcome::Value(0.9), true, MouthLabel::Masked, 0.0),
        (Outcome::Value(0.9), false, MouthLabel::Open, 0.0),
    ] {
        stance.masked = masked;
        let found = mouth(&stance, &rules(), knows_masks);
        assert_eq!((found.mouth, found.mouth_score), (Some(label), Some(score)), "{stance:?}");
    }
}

#[test]
fn angles_are_those_of_the_stance() {
    let mut frame = verdict(Movement::Left, true);
    frame.stance.pose = Outcome::Value(HeadPose { yaw: -1.0, pitch: 2.0, roll: -3.0 });
    let text = json(list(&report(vec![Ok(frame)]), &[ASKED], &rules()));
    assert!(text.contains(r#""roll":-3.0,"pitch":2.0,"yaw":-1.0"#), "{text}");
}

#[test]
fn a_repeated_still_fails_the_whole_with_a_reason() {
    let refusal = Refusal::RepeatedStill { frames: [0, 1], movements: [Movement::Left, Movement::Right] };
    let refused = ActiveLiveness { passed: false, refusal: Some(refusal), frames: Vec::new() };
    let text = json(list(&refused, &[], &rules()));
    let expected = r#""liveness":"failed","results":{},"reason":"images 1 and 2 are the same still, sent for `left` and `right`""#;
    assert!(text.contains(expected), "{text}");
}

fn subject_verification() -> SubjectVerification {
    SubjectVerification {
        name: SubjectName::parse("RisetAi Username").ok(),
        face: sample::complete(),
        comparison: COMPARISON,
    }
}

fn identification(best: Option<Match>, best_similarity: Option<f32>) -> Identification {
    Identification {
        candidates: best.iter().cloned().collect(),
        best,
        best_similarity: best_similarity.map(Similarity),
        threshold: Similarity(0.75),
        face: sample::complete(),
    }
}

#[test]
fn faces_are_answered_in_the_shapes_of_the_samples() {
    assert_shape(&json(verified(&subject_verification(), &rules())), shape!("riset-verify-face"));
    let pair = Verification { first: sample::complete(), second: sample::complete(), comparison: COMPARISON };
    assert_shape(&json(compared(&pair, &rules())), shape!("riset-compare-images"));
    let best = Match {
        template: TemplateId::parse("t").expect("an id"),
        gallery: GalleryId::parse("g").expect("an id"),
        subject: SubjectId::parse("risetai1234").expect("an id"),
        name: None,
        cosine: Cosine(0.5),
        similarity: Similarity(0.943_697),
    };
    let found = identified(
        &identification(Some(best), Some(0.943_697)),
        SubjectName::parse("RisetAi Username1").ok(),
        &rules(),
    );
    let text = json(found);
    assert_shape(&text, shape!("riset-identify-face"));
    assert!(
        text.contains(r#""confidence_level":"0.943697","mask":"false","user_id":"risetai1234""#),
        "{text}"
    );
}

#[test]
fn nobody_is_unregistered() {
    let text = json(identified(&identification(None, Some(0.3)), None, &rules()));
    let expected =
        r#""return":[{"confidence_level":"0.3","mask":"false","user_id":"unregistered","user_name":null}]"#;
    assert!(text.contains(expected), "{text}");
    let text = json(identified(&identification(None, None), None, &rules()));
    assert!(text.contains(r#""confidence_level":null"#), "{text}");
}

#[test]
fn without_a_model_a_mask_is_unknown_and_never_false() {
    let bare = SubjectVerification { face: sample::bare(), ..subject_verification() };
    assert!(json(verified(&bare, &rules())).contains(r#""masker":null"#));
    let pair = Verification { first: sample::complete(), second: sample::bare(), comparison: COMPARISON };
    assert!(json(compared(&pair, &rules())).contains(r#""masker":null"#));
    let text = json(identified(
        &Identification { face: sample::bare(), ..identification(None, None) },
        None,
        &rules(),
    ));
    assert!(text.contains(r#""mask":null"#), "{text}");
}
