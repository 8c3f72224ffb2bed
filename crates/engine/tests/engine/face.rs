//! Mesh, 68 points, pose, liveness and attributes on official portraits, and on what mirroring and cropping make of them.

use faceward_core::{Outcome, PixelRect, Point};
use faceward_engine::image::{Border, Resampling, RgbImage, Size};
use faceward_engine::{FaceAnalysis, FacePart, Output, Outputs, Race, Request};

use crate::encode::{Jpeg, jpeg};
use crate::setup::{only_face, part_is_open, paste, pixels, try_analyze};

/// Everything that this file is about, of the one face of a photo.
fn analyze(photo: &[u8]) -> FaceAnalysis {
    let outputs =
        Outputs::ATTRIBUTES.and(Outputs::of(&[Output::DenseLandmarks, Output::Pose, Output::Liveness]));
    let request = Request { outputs, ..Request::default() };
    only_face(&try_analyze(photo, &request).expect("a photo")).clone()
}

fn fixture(name: &str) -> FaceAnalysis {
    analyze(&faceward_testkit::photo(name))
}

fn pasted(photo: &RgbImage) -> FaceAnalysis {
    analyze(&jpeg(photo, Jpeg::Plain, None))
}

#[track_caller]
fn value<T>(outcome: &Outcome<T>) -> &T {
    outcome.value().expect("a value")
}

fn mean(points: &[Point]) -> Point {
    let count = points.len() as f32;
    Point::new(
        points.iter().map(|p| p.x).sum::<f32>() / count,
        points.iter().map(|p| p.y).sum::<f32>() / count,
    )
}

/// The detector's points are good to some 0.1 eye distances, the others are much better: this finds mistaken indices.
#[test]
fn the_68_points_lie_where_the_five_points_say() {
    for name in ["obama.jpg", "obama2.jpg", "biden.jpg"] {
        let face = fixture(name);
        let dense = value(&face.dense);
        assert_eq!((dense.len(), value(&face.mesh).len()), (68, 478));
        let eyes = face.points.image_left_eye.distance(face.points.image_right_eye);
        let pairs = [
            (mean(&dense[36..42]), face.points.image_left_eye),
            (mean(&dense[42..48]), face.points.image_right_eye),
            (dense[30], face.points.nose),
            (dense[48], face.points.image_left_mouth),
            (dense[54], face.points.image_right_mouth),
        ];
        for (index, (found, expected)) in pairs.into_iter().enumerate() {
            let apart = found.distance(expected) / eyes;
            assert!(apart < 0.25, "{name}, point {index}: {apart} eye distances apart");
        }
        assert!(
            dense[8].y > dense[57].y && dense[0].x < dense[36].x && dense[16].x > dense[45].x,
            "{name}: jaw"
        );
    }
}

#[test]
fn a_portrait_looks_into_the_camera_and_roll_is_minus_the_eye_line() {
    let face = fixture("obama.jpg");
    let pose = value(&face.pose);
    assert!(pose.yaw.abs() < 5.0 && pose.pitch.abs() < 5.0, "{pose:?}");
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let face = fixture(name);
        let roll = value(&face.pose).roll;
        assert!((roll + face.points.eye_line_degrees()).abs() < 0.01, "{name}: {roll}");
    }
}

#[test]
fn mirroring_turns_yaw_and_roll_round_and_keeps_pitch() {
    for (name, towards) in [("biden.jpg", 1.0), ("obama2.jpg", -1.0), ("obama3.jpg", 1.0)] {
        let photo = pixels(name);
        let (face, mirrored) = (pasted(&photo), pasted(&photo.mirrored()));
        let (a, b) = (value(&face.pose), value(&mirrored.pose));
        assert!(a.yaw * towards > 5.0, "{name}: yaw {}", a.yaw);
        assert!((a.yaw + b.yaw).abs() < 4.0, "{name}: yaw {} and {}", a.yaw, b.yaw);
        assert!((a.pitch - b.pitch).abs() < 4.0, "{name}: pitch {} and {}", a.pitch, b.pitch);
        assert!((a.roll + b.roll).abs() < 3.0, "{name}: roll {} and {}", a.roll, b.roll);
    }
}

#[test]
fn portraits_with_surroundings_are_live() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let liveness = fixture(name).liveness;
        let liveness = value(&liveness);
        assert!(liveness.score >= 0.85, "{name}: {liveness:?}");
        assert_eq!(liveness.reasons, [""; 0], "{name}");
        let models: Vec<&str> = liveness.raw.iter().map(|(model, _)| model.as_str()).collect();
        assert_eq!(models, ["fr-liveness", "minifasnet-2.7", "faceward-liveness-1"]);
    }
}

#[test]
fn a_crop_without_surroundings_says_so() {
    let photo = pixels("obama.jpg");
    let size = Size {
        width: fixture("obama.jpg").rect.width() as u32 + 20,
        height: fixture("obama.jpg").rect.height() as u32 + 20,
    };
    let mut rect = fixture("obama.jpg").rect;
    (rect.left, rect.top) = (rect.left - 10.0, rect.top - 10.0);
    (rect.right, rect.bottom) = (rect.left + size.width as f32, rect.top + size.height as f32);
    let crop = photo.resized_crop(&rect, size, Border::Zero, Resampling::Antialiased).expect("a crop");
    let liveness = pasted(&crop).liveness;
    assert_eq!(value(&liveness).reasons, ["little_context"], "{liveness:?}");
}

#[test]
fn open_eyes_and_men_are_seen_as_such() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let attributes = fixture(name).attributes;
        let open = [&attributes.left_eye_open, &attributes.right_eye_open].map(|eye| *value(eye));
        assert!(open.iter().all(|open| *open > 0.8), "{name}: {open:?}");
        assert!(*value(&attributes.male) > 0.9, "{name}: {:?}", attributes.male);
    }
}

#[test]
fn a_smile_with_teeth_is_an_open_mouth_and_not_neutral() {
    let (smile, closed) = (fixture("obama.jpg").attributes, fixture("biden.jpg").attributes);
    assert!(*value(&smile.mouth_open) > 0.6 && *value(&smile.neutral) < 0.3, "{smile:?}");
    assert!(*value(&closed.mouth_open) < 0.3, "{closed:?}");
    assert!(*value(&closed.neutral) > *value(&smile.neutral) + 0.2, "{closed:?}");
}

/// The part of a fixture round `centre`, as a photo of its own.
fn part(photo: &RgbImage, centre: Point, width: f32, height: f32) -> Vec<u8> {
    let rect = PixelRect {
        left: centre.x - width / 2.0,
        top: centre.y - height / 2.0,
        right: centre.x + width / 2.0,
        bottom: centre.y + height / 2.0,
    };
    let size = Size { width: width as u32, height: height as u32 };
    let crop = photo.resized_crop(&rect, size, Border::Zero, Resampling::Antialiased).expect("a crop");
    jpeg(&crop, Jpeg::Plain, None)
}

#[test]
fn open_eyes_are_seen_as_such_on_photos_of_their_own() {
    for name in ["obama.jpg", "obama2.jpg", "biden.jpg"] {
        let (photo, points) = (pixels(name), fixture(name).points);
        let apart = points.image_left_eye.distance(points.image_right_eye);
        for eye in [points.image_left_eye, points.image_right_eye] {
            let open = part_is_open(&part(&photo, eye, 0.6 * apart, 0.5 * apart), FacePart::Eye);
            assert!(open > 0.8, "{name}: {open}");
        }
    }
}

#[test]
fn official_portraits_show_unmasked_men_of_middle_age() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let attributes = fixture(name).attributes;
        let age = *value(&attributes.age);
        assert!((35.0..80.0).contains(&age), "{name}: {age}");
        assert!(*value(&attributes.masked) < 0.2, "{name}: {:?}", attributes.masked);
        assert!(*value(&attributes.occluded) < 0.3, "{name}: {:?}", attributes.occluded);
    }
    let [younger, older] = ["obama.jpg", "biden.jpg"].map(|name| *value(&fixture(name).attributes.age));
    assert!(older > younger, "{older} {younger}");
    assert_eq!(*value(&fixture("biden.jpg").attributes.race), Race::White);
}

#[test]
fn something_over_the_face_is_an_occlusion() {
    for name in ["obama.jpg", "obama2.jpg", "biden.jpg"] {
        let (photo, points) = (pixels(name), fixture(name).points);
        let apart = points.image_left_eye.distance(points.image_right_eye);
        let mouth = points.image_left_mouth.midpoint(points.image_right_mouth);
        let board = RgbImage::filled(
            Size { width: (1.6 * apart) as u32, height: (0.9 * apart) as u32 },
            [200, 60, 40],
        )
        .expect("not empty");
        let (left, top) = ((mouth.x - 0.8 * apart) as u32, (mouth.y - 0.45 * apart) as u32);
        let (free, covered) =
            (fixture(name).attributes, pasted(&paste(&photo, &board, left, top)).attributes);
        let (free, covered) = (*value(&free.occluded), *value(&covered.occluded));
        assert!(covered > 0.6 && covered > free + 0.3, "{name}: {free} {covered}");
    }
}
