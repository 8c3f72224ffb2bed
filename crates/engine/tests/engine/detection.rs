//! Faces are found where they are: large, small, several, turned.

use faceward_core::{FivePoints, PixelRect, Point, Turn};
use faceward_engine::image::{RgbImage, Size};

use crate::encode::{self, Jpeg};
use crate::setup::{cosine, faces, farthest, grey, only_face, paste, pixels};

fn jpeg(photo: &RgbImage) -> Vec<u8> {
    encode::jpeg(photo, Jpeg::Plain, None)
}

fn scaled(photo: &RgbImage, factor: f32) -> RgbImage {
    let side = |pixels: u32| (pixels as f32 * factor).round() as u32;
    photo.resized(Size { width: side(photo.width()), height: side(photo.height()) }).expect("not empty")
}

/// The part of `photo` under `rect`, cut to whole pixels.
fn cut(photo: &RgbImage, rect: &PixelRect) -> RgbImage {
    let rect = rect.clamped(photo.width(), photo.height());
    let (left, top, right, bottom) =
        (rect.left as u32, rect.top as u32, rect.right as u32, rect.bottom as u32);
    let rgb =
        (top..bottom).flat_map(|y| (left..right).filter_map(move |x| photo.pixel(x, y))).flatten().collect();
    RgbImage::new(Size { width: right - left, height: bottom - top }, rgb).expect("inside the photo")
}

fn grown(rect: &PixelRect, factor: f32) -> PixelRect {
    let (dx, dy) = (0.5 * (factor - 1.0) * rect.width(), 0.5 * (factor - 1.0) * rect.height());
    PixelRect { left: rect.left - dx, top: rect.top - dy, right: rect.right + dx, bottom: rect.bottom + dy }
}

/// Eyes level, above the nose, above the mouth; all of it inside the box.
#[track_caller]
fn check_upright(points: &FivePoints, rect: &PixelRect) {
    let [left_eye, right_eye, nose, left_mouth, right_mouth] = points.to_array();
    assert!(left_eye.x < right_eye.x && left_mouth.x < right_mouth.x, "{points:?}");
    let (eyes, mouth) = (left_eye.midpoint(right_eye), left_mouth.midpoint(right_mouth));
    assert!(eyes.y < nose.y && nose.y < mouth.y, "{points:?}");
    let inside = |p: &Point| p.x > rect.left && p.x < rect.right && p.y > rect.top && p.y < rect.bottom;
    assert!(points.to_array().iter().all(inside), "{points:?} {rect:?}");
}

#[test]
fn every_portrait_has_one_upright_face() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let analysis = faces(&faceward_testkit::photo(name));
        let face = only_face(&analysis);
        check_upright(&face.points, &face.rect);
        assert!(face.confidence > 0.85 && analysis.photo.turned == Turn::None, "{name}: {}", face.confidence);
    }
}

#[test]
fn partial_faces_are_found() {
    for name in ["obama_partial_face.jpg", "obama_partial_face2.jpg"] {
        assert_eq!(faces(&faceward_testkit::photo(name)).faces.len(), 1, "{name}");
    }
}

#[test]
fn a_photo_without_a_face_is_no_error() {
    let analysis = faces(&jpeg(&grey(1000, 700)));
    assert!(analysis.faces.is_empty() && analysis.detections.is_empty());
    assert_eq!(analysis.photo.turned, Turn::None);
}

#[test]
fn a_face_that_fills_nine_tenths_of_the_photo_is_found() {
    for name in ["obama.jpg", "biden.jpg"] {
        let photo = pixels(name);
        let whole = faces(&jpeg(&photo));
        let tight = cut(&photo, &grown(&only_face(&whole).rect, 1.1));
        let found = faces(&jpeg(&tight));
        let face = only_face(&found);
        assert!(face.rect.height() > 0.8 * tight.height() as f32, "{name}: {:?}", face.rect);
        check_upright(&face.points, &face.rect);
        assert!(cosine(face, only_face(&whole)) > 0.9, "{name}: {}", cosine(face, only_face(&whole)));
    }
}

#[test]
fn a_face_of_30_pixels_in_a_large_photo_is_found() {
    let photo = pixels("biden.jpg");
    let face = only_face(&faces(&jpeg(&photo))).rect;
    let small = scaled(&cut(&photo, &grown(&face, 2.5)), 30.0 / face.height());
    let (left, top) = (2711, 1393);
    let found = faces(&jpeg(&paste(&grey(4000, 3000), &small, left, top)));
    let rect = only_face(&found).rect;
    assert!((24.0..36.0).contains(&rect.height()), "{rect:?}");
    let expected = (left as f32 + 0.5 * small.width() as f32, top as f32 + 0.5 * small.height() as f32);
    assert!(rect.center().distance(Point::new(expected.0, expected.1)) < 5.0, "{rect:?} {expected:?}");
}

#[test]
fn two_faces_side_by_side_come_largest_first() {
    let (big, small) = (scaled(&pixels("obama.jpg"), 0.5), scaled(&pixels("biden.jpg"), 0.4));
    let canvas = grey(big.width() + small.width(), big.height().max(small.height()));
    let both = paste(&paste(&canvas, &small, 0, 0), &big, small.width(), 0);
    let analysis = faces(&jpeg(&both));
    assert_eq!(analysis.faces.len(), 2);
    assert_eq!(analysis.detections, [analysis.faces[0].rect, analysis.faces[1].rect]);
    assert!(analysis.faces[0].rect.area() >= analysis.faces[1].rect.area());
    let alone = faces(&faceward_testkit::photo("biden.jpg"));
    let biden = analysis.faces.iter().find(|face| face.rect.right < small.width() as f32).expect("left one");
    assert!(cosine(biden, only_face(&alone)) > 0.9);
}

#[test]
fn the_eight_exif_orientations_agree() {
    let upright = scaled(&pixels("obama2.jpg"), 0.5);
    let reference = faces(&jpeg(&upright));
    let face = only_face(&reference);
    for orientation in 1..=8 {
        // What a camera stores so that `orientation` shows it upright.
        let stored = match orientation {
            2 => upright.mirrored(),
            3 => upright.turned(Turn::Cw180),
            4 => upright.mirrored().turned(Turn::Cw180),
            5 => upright.mirrored().turned(Turn::Cw270),
            6 => upright.turned(Turn::Cw270),
            7 => upright.mirrored().turned(Turn::Cw90),
            8 => upright.turned(Turn::Cw90),
            _ => upright.clone(),
        };
        let analysis = faces(&encode::jpeg(&stored, Jpeg::Plain, Some(orientation)));
        let other = only_face(&analysis);
        assert_eq!((analysis.photo.width, analysis.photo.height), (upright.width(), upright.height()));
        assert_eq!(analysis.photo.turned, Turn::None, "orientation {orientation}");
        let apart = farthest(&face.points, &other.points);
        assert!(apart < 2.0, "orientation {orientation}: points {apart} px apart");
        let alike = cosine(face, other);
        assert!(alike >= 0.99, "orientation {orientation}: cosine {alike}");
    }
}

#[test]
fn a_photo_without_orientation_is_turned_and_its_coordinates_are_not() {
    for name in ["obama.jpg", "biden.jpg"] {
        let upright = scaled(&pixels(name), 0.5);
        let reference = faces(&jpeg(&upright));
        let face = only_face(&reference);
        for (stored, turn, roll) in [
            (Turn::Cw270, Turn::Cw90, 90.0),
            (Turn::Cw180, Turn::Cw180, 180.0),
            (Turn::Cw90, Turn::Cw270, -90.0),
        ] {
            let turned = upright.turned(stored);
            let analysis = faces(&jpeg(&turned));
            let other = only_face(&analysis);
            assert_eq!(analysis.photo.turned, turn, "{name}");
            assert_eq!((analysis.photo.width, analysis.photo.height), (turned.width(), turned.height()));
            let inside = other.rect.clamped(turned.width(), turned.height());
            assert!(inside.area() > 0.9 * other.rect.area(), "{name} {turn:?}: {:?}", other.rect);
            let line = -(other.points.eye_line_degrees() - face.points.eye_line_degrees());
            let off = (line - roll + 180.0).rem_euclid(360.0) - 180.0;
            assert!(off.abs() < 3.0, "{name} {turn:?}: eye line {line}");
            assert!(cosine(face, other) > 0.97, "{name} {turn:?}: {}", cosine(face, other));
        }
    }
}

/// A square round a face is cut at the photo's edge, where single precision may end a hair behind it.
#[test]
fn a_face_that_touches_the_edge_keeps_its_exact_points() {
    let photo = scaled(&pixels("obama.jpg"), 0.4);
    let whole = faces(&jpeg(&photo));
    let face = only_face(&whole);
    let eyes = face.points.image_left_eye.distance(face.points.image_right_eye);
    let mut worst = 0.0_f32;
    for step in 0..12 {
        let end = |edge: f32, side: u32| (edge.ceil() + step as f32).min(side as f32);
        let rect = PixelRect {
            left: step as f32,
            top: 0.0,
            right: end(face.rect.right, photo.width()),
            bottom: end(face.rect.bottom, photo.height()),
        };
        let part = faces(&jpeg(&cut(&photo, &rect)));
        let moved = only_face(&part).points.to_array().map(|p| Point::new(p.x + step as f32, p.y));
        worst = worst.max(farthest(&face.points, &FivePoints::from_array(moved)) / eyes);
        let alike = cosine(face, only_face(&part));
        assert!(alike > 0.95, "cut {step} behind the face: cosine {alike}");
    }
    assert!(worst < 0.12, "a point moves by {worst} eye distances");
}

/// Small, so that the detector is not sure of them, and upside down: its points are as if they were upright.
#[test]
fn a_photo_upside_down_is_never_taken_as_it_is() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        for factor in [0.15, 0.2, 0.3, 0.45] {
            let upright = scaled(&pixels(name), factor);
            let reference = faces(&jpeg(&upright));
            let analysis = faces(&jpeg(&upright.turned(Turn::Cw180)));
            assert_eq!(reference.photo.turned, Turn::None, "{name} at {factor}");
            assert_eq!(analysis.photo.turned, Turn::Cw180, "{name} at {factor}");
            let alike = cosine(only_face(&reference), only_face(&analysis));
            assert!(alike > 0.95, "{name} at {factor}: cosine {alike}");
        }
    }
}

#[test]
fn the_same_photo_gives_the_same_answer() {
    let photo = faceward_testkit::photo("obama.jpg");
    let (first, second) = (faces(&photo), faces(&photo));
    let (a, b) = (only_face(&first), only_face(&second));
    assert_eq!((a.rect, a.points, a.confidence), (b.rect, b.points, b.confidence));
    assert_eq!(a.embedding, b.embedding);
}
