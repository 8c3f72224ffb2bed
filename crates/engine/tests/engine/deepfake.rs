//! Official portraits are genuine, whatever happens to them on their way; a face that is softer than what surrounds it,
//! as a swapped one often is, is not.

use faceward_core::PixelRect;
use faceward_engine::image::{Border, Resampling, RgbImage, Size};
use faceward_engine::{Genuineness, NEAR_EDGE, Output, Outputs, Request};

use crate::encode::{Jpeg, jpeg};
use crate::setup::{only_face, paste, pixels, try_analyze};

fn genuine(photo: &[u8]) -> f32 {
    judged(photo).score
}

fn judged(photo: &[u8]) -> Genuineness {
    let outputs = Outputs::of(&[Output::Genuine]);
    let request = Request { outputs, ..Request::default() };
    let analysis = try_analyze(photo, &request).expect("a photo");
    only_face(&analysis).genuine.value().expect("a score").clone()
}

#[test]
fn portraits_are_genuine() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let score = genuine(&faceward_testkit::photo(name));
        assert!(score >= 0.9, "{name}: {score}");
    }
}

#[test]
fn a_mirrored_or_smaller_portrait_stays_genuine() {
    let photo = pixels("biden.jpg");
    let size = Size { width: photo.width() / 4, height: photo.height() / 4 };
    let smaller = photo.resized(size).expect("not empty");
    for (what, photo) in [("mirrored", photo.mirrored()), ("smaller", smaller)] {
        let score = genuine(&jpeg(&photo, Jpeg::Plain, None));
        assert!(score >= 0.9, "{what}: {score}");
    }
}

#[test]
fn a_face_softer_than_its_surroundings_is_not() {
    for name in ["obama.jpg", "obama2.jpg"] {
        let photo = faceward_testkit::photo(name);
        let score = genuine(&jpeg(&softened(&photo, name), Jpeg::Plain, None));
        assert!(score < 0.9 && score < genuine(&photo), "{name}: {score}");
    }
}

#[test]
fn a_face_at_the_edge_of_its_photo_says_so() {
    let whole = pixels("obama.jpg");
    let analysis = try_analyze(&faceward_testkit::photo("obama.jpg"), &Request::default()).expect("a photo");
    let points = only_face(&analysis).points;
    let eyes = points.image_right_eye.x - points.image_left_eye.x;
    let from = |room: f32| {
        let left = (points.image_left_eye.x - room * eyes).round();
        let (right, bottom) = (whole.width() as f32, whole.height() as f32);
        let size = Size { width: (right - left) as u32, height: whole.height() };
        let rect = PixelRect { left, top: 0.0, right, bottom };
        let cut = whole.resized_crop(&rect, size, Border::Zero, Resampling::Antialiased).expect("a cut");
        judged(&jpeg(&cut, Jpeg::Plain, None)).reasons
    };
    assert_eq!(from(1.4), [""; 0]);
    assert_eq!(from(0.5), [NEAR_EDGE]);
}

/// The photo with the middle of its face shrunk to 16 pixels and enlarged again.
fn softened(photo: &[u8], name: &str) -> RgbImage {
    let request = Request::default();
    let mut rect = only_face(&try_analyze(photo, &request).expect("a photo")).rect;
    let (inset_x, inset_y) = (rect.width() * 0.12, rect.height() * 0.15);
    (rect.left, rect.top) = ((rect.left + inset_x).round(), (rect.top + inset_y).round());
    (rect.right, rect.bottom) = ((rect.right - inset_x).round(), (rect.bottom - inset_y).round());
    let canvas = pixels(name);
    let coarse = canvas.resized_crop(&rect, Size::square(16), Border::Repeat, Resampling::Antialiased);
    let size = Size { width: rect.width() as u32, height: rect.height() as u32 };
    let soft = coarse.and_then(|coarse| coarse.resized(size)).expect("a face");
    paste(&canvas, &soft, rect.left as u32, rect.top as u32)
}
