//! Attacks and honest answers as tables of facts.

use faceward_core::{HeadPose, PixelRect};
use faceward_engine::{Fingerprint, Grid};
use faceward_models::calibration::similarity::similarity;
use faceward_models::calibration::thresholds::thresholds;

use super::*;

const MOVEMENTS: [Movement; 4] = [Movement::Front, Movement::Left, Movement::Right, Movement::MouthOpen];

/// Noise that depends on `seed` alone; two seeds have nothing in common.
fn picture(seed: f32) -> Grid {
    let cell = |index: usize| {
        let angle = (index as f32).mul_add(12.9898, seed * 78.233);
        255.0 * (angle.sin() * 43_758.547).fract().abs()
    };
    Grid::new((0..Grid::SIDE * Grid::SIDE).map(cell).collect()).expect("32 x 32")
}

fn embedding(degrees: f32) -> Embedding {
    let (sin, cos) = degrees.to_radians().sin_cos();
    Embedding::normalised(similarity().model().clone(), vec![cos, sin]).expect("a direction")
}

fn face(yaw: f32, mouth_open: f32) -> Facts {
    let pose = HeadPose { yaw, pitch: 5.0, roll: 0.0 };
    let mut pixels = [0; 32];
    pixels[..4].copy_from_slice(&yaw.to_le_bytes());
    pixels[4..8].copy_from_slice(&mouth_open.to_le_bytes());
    Facts {
        stance: Stance {
            pose: Outcome::Value(pose),
            left_eye_open: Outcome::Value(0.9),
            right_eye_open: Outcome::Value(0.9),
            mouth_open: Outcome::Value(mouth_open),
            masked: Outcome::Unavailable,
        },
        still: Still {
            size: [640, 480],
            rect: PixelRect { left: 270.0, top: 160.0, right: 370.0, bottom: 290.0 },
            pose: Some(pose),
            fingerprint: Fingerprint {
                pixels,
                scene: picture(0.1),
                face: Some(picture(yaw + 7.0 * mouth_open)),
            },
        },
        liveness: Some(Judged { score: 0.97, fine: true }),
        genuine: None,
        advice: None,
        embedding: embedding(0.0),
    }
}

/// Looks ahead, turns left, then right, and opens the mouth.
fn honest() -> Vec<ExaminedFrame> {
    let poses = [
        (0, 0.0, 0.1),
        (0, 2.0, 0.1),
        (1, 12.0, 0.1),
        (1, 25.0, 0.1),
        (2, 1.0, 0.1),
        (2, -24.0, 0.1),
        (3, -3.0, 0.1),
        (3, -1.0, 0.97),
    ];
    let frame = |(step, yaw, mouth)| ExaminedFrame { step, facts: Ok(face(yaw, mouth)), reused: false };
    poses.map(frame).into()
}

fn judged(frames: &[ExaminedFrame], templates: Option<&[Embedding]>) -> SequenceVerdict {
    judged_with(frames, templates, false)
}

fn judged_with(
    frames: &[ExaminedFrame],
    templates: Option<&[Embedding]>,
    check_deepfake: bool,
) -> SequenceVerdict {
    let comparator =
        Comparator::new(similarity().model(), std::sync::Arc::clone(similarity()), Similarity(0.75))
            .expect("the calibrated model");
    let rules = Rules { thresholds: &thresholds().movement, comparator: &comparator, check_deepfake };
    judge(&MOVEMENTS, frames, templates, &rules).expect("one model")
}

#[track_caller]
fn check(what: &str, alter: impl Fn(&mut Vec<ExaminedFrame>), expected: &[SequenceReason]) {
    let mut frames = honest();
    alter(&mut frames);
    let reasons: Vec<_> = judged(&frames, None).reasons.into_iter().collect();
    assert_eq!(reasons, expected, "{what}");
}

/// The facts of frame `index`.
fn of(frames: &mut [ExaminedFrame], index: usize) -> &mut Facts {
    frames[index].facts.as_mut().expect("usable")
}

fn face_of(frames: &mut [ExaminedFrame], index: usize) -> Grid {
    of(frames, index).still.fingerprint.face.clone().expect("a face")
}

#[test]
fn who_does_what_was_asked_passes() {
    check("as asked", |_| {}, &[]);
    check(
        "frames in one step may be one picture",
        |frames| {
            let first = of(frames, 0).still.clone();
            of(frames, 1).still = first;
        },
        &[],
    );
    let verdict = judged(&honest(), Some(&[embedding(90.0), embedding(5.0)]));
    assert_eq!((verdict.reasons.len(), verdict.shown), (0, vec![true; 4]));
    assert!(verdict.subject.is_some_and(|similarity| similarity.0 > 0.9), "by the best template");
    assert!((verdict.motion.turn - 25.0).abs() < 1e-3, "{:?}", verdict.motion);
}

#[test]
fn each_step_needs_its_own_movement() {
    use SequenceReason::MovementNotShown;
    check("not far enough", |frames| of(frames, 3).stance = face(13.0, 0.1).stance, &[MovementNotShown]);
    check("the other side", |frames| of(frames, 5).stance = face(24.0, 0.1).stance, &[MovementNotShown]);
    check(
        "what cannot be measured was not shown",
        |frames| of(frames, 7).stance.mouth_open = Outcome::Failed("dark".to_owned()),
        &[MovementNotShown],
    );
    check(
        "one picture of two movements stands for neither",
        |frames| {
            of(frames, 3).stance = face(25.0, 0.97).stance;
            of(frames, 7).stance = face(25.0, 0.97).stance;
        },
        &[MovementNotShown],
    );
}

#[test]
fn one_picture_does_not_stand_for_two_steps() {
    use SequenceReason::DuplicateFrames;
    check(
        "the same pixels",
        |frames| {
            let pixels = of(frames, 0).still.fingerprint.pixels;
            of(frames, 6).still.fingerprint.pixels = pixels;
        },
        &[DuplicateFrames],
    );
    check(
        "recompressed and brightened",
        |frames| {
            let brighter = face_of(frames, 0).cells().iter().map(|cell| 1.1 * cell + 9.0).collect();
            of(frames, 7).still.fingerprint.face = Grid::new(brighter);
        },
        &[DuplicateFrames],
    );
    check(
        "right is left in the mirror",
        |frames| {
            let mirrored = of(frames, 3).still.fingerprint.face.as_ref().map(Grid::mirrored);
            of(frames, 5).still.fingerprint.face = mirrored;
        },
        &[DuplicateFrames],
    );
    check(
        "a mouth painted on",
        |frames| {
            let (face, other) = (face_of(frames, 0), picture(9.0));
            let half = face.cells().len() / 2;
            let painted = [&face.cells()[..half], &other.cells()[half..]].concat();
            of(frames, 7).still.fingerprint.face = Grid::new(painted);
        },
        &[DuplicateFrames],
    );
    check("from an earlier answer", |frames| frames[2].reused = true, &[SequenceReason::ReusedFrames]);
}

#[test]
fn all_frames_show_one_person_and_the_right_one() {
    use SequenceReason::{DifferentPerson, NotTheSubject};
    check("somebody steps in", |frames| of(frames, 5).embedding = embedding(80.0), &[DifferentPerson]);
    let frames = honest();
    let reasons = |templates: &[Embedding]| judged(&frames, Some(templates)).reasons;
    assert_eq!(reasons(&[embedding(3.0)]), BTreeSet::new());
    assert_eq!(reasons(&[embedding(80.0)]), BTreeSet::from([NotTheSubject]));
    assert_eq!(reasons(&[]), BTreeSet::from([NotTheSubject]));
}

#[test]
fn frames_follow_one_another_as_in_a_recording() {
    use SequenceReason::{MotionNotContinuous, SceneNotConstant};
    let turned = |facts: &mut Facts, yaw: f32| {
        facts.still.pose = facts.still.pose.map(|pose| HeadPose { yaw, ..pose });
    };
    let moved = |facts: &mut Facts, by: f32| {
        facts.still.rect.left += by;
        facts.still.rect.right += by;
    };
    check("a jump of the head", |frames| turned(of(frames, 3), 60.0), &[MotionNotContinuous]);
    check("a jump in the photo", |frames| moved(of(frames, 4), 90.0), &[MotionNotContinuous]);
    check("a jump to the camera", |frames| of(frames, 4).still.rect.bottom += 160.0, &[MotionNotContinuous]);
    check("no pose", |frames| of(frames, 4).still.pose = None, &[MotionNotContinuous]);
    check("no number", |frames| turned(of(frames, 4), f32::NAN), &[MotionNotContinuous]);
    let elsewhere = |frames: &mut Vec<ExaminedFrame>| of(frames, 4).still.fingerprint.scene = picture(5.3);
    check("somewhere else", elsewhere, &[SceneNotConstant]);
    check("another camera", |frames| of(frames, 4).still.size = [480, 640], &[SceneNotConstant]);
    check(
        "a face that leaves no surroundings says nothing about them",
        |frames| {
            for index in 0..8 {
                let still = &mut of(frames, index).still;
                still.rect = PixelRect { left: 20.0, top: 10.0, right: 620.0, bottom: 470.0 };
                still.fingerprint.scene = picture(index as f32);
            }
        },
        &[],
    );
}

#[test]
fn every_frame_is_live_and_usable() {
    use SequenceReason::{NotLive, UnusableFrame};
    let all = |liveness: Option<Judged>| {
        move |frames: &mut Vec<ExaminedFrame>| {
            for index in 0..frames.len() {
                of(frames, index).liveness = liveness;
            }
        }
    };
    check(
        "one frame in eight is forgiven",
        |frames| of(frames, 4).liveness = Some(Judged { score: 0.8, fine: false }),
        &[],
    );
    check("a picture of a screen", all(Some(Judged { score: 0.2, fine: false })), &[NotLive]);
    check("nobody can tell", all(None), &[NotLive]);
    check("no face", |frames| frames[2].facts = Err(PhotoFault::NoFace), &[UnusableFrame]);
}

#[test]
fn every_frame_is_genuine_where_that_was_asked_for() {
    let with = |genuine: Option<Judged>, check_deepfake| {
        let mut frames = honest();
        for index in 0..frames.len() {
            of(&mut frames, index).genuine = genuine;
        }
        judged_with(&frames, None, check_deepfake).reasons.into_iter().collect::<Vec<_>>()
    };
    let swapped = Some(Judged { score: 0.3, fine: false });
    assert_eq!(with(Some(Judged { score: 0.97, fine: true }), true), []);
    assert_eq!(with(swapped, true), [SequenceReason::NotGenuine]);
    assert_eq!(with(None, true), [SequenceReason::NotGenuine], "nobody can tell");
    assert_eq!(with(swapped, false), [], "nobody asked");
}

#[test]
fn nothing_at_all_passes_nothing() {
    let frames: Vec<ExaminedFrame> = (0..8)
        .map(|index| ExaminedFrame { step: index / 2, facts: Err(PhotoFault::NoFace), reused: false })
        .collect();
    let verdict = judged(&frames, Some(&[embedding(0.0)]));
    for reason in [
        SequenceReason::UnusableFrame,
        SequenceReason::MovementNotShown,
        SequenceReason::NotLive,
        SequenceReason::NotTheSubject,
    ] {
        assert!(verdict.reasons.contains(&reason), "{reason:?}");
    }
    assert_eq!((verdict.shown, verdict.subject), (vec![false; 4], None));
    assert!(!judged(&[], None).reasons.is_empty());
}
