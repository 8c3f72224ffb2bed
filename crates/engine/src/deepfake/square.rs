//! The part of a photo that the deepfake network looks at: a square a little larger than the face.

use faceward_core::PixelRect;

use crate::image::Size;

/// Side of the square in longer sides of the face box, where the photo is large enough.
const MARGIN: f32 = 1.2;

/// The square round `face` in a photo of `photo`. It lies inside the photo: smaller where the photo ends, but never
/// smaller than the face, and shifted. Only a face that is cut by the photo's edge, or larger than its shorter side, makes a
/// square that sticks out. `None` if the box is empty or not finite.
pub(super) fn round(photo: Size, face: &PixelRect) -> Option<PixelRect> {
    let (width, height) = (face.width(), face.height());
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return None;
    }
    let longest = width.max(height);
    let shortest_of_photo = photo.width.min(photo.height) as f32;
    let side = (MARGIN * longest).min(longest.max(shortest_of_photo));
    let left = start([face.left, face.right], side, photo.width);
    let top = start([face.top, face.bottom], side, photo.height);
    Some(PixelRect { left, top, right: left + side, bottom: top + side })
}

/// Where `side` pixels round the span `from`..`to` begin: shifted into 0..`length` unless the span itself reaches out; in
/// the middle if there is no room to shift them.
fn start([from, to]: [f32; 2], side: f32, length: u32) -> f32 {
    let room = length as f32 - side;
    if room <= 0.0 {
        return room / 2.0;
    }
    let centred = f32::midpoint(from, to) - side / 2.0;
    // A face that the edge cuts stays where whole faces lie; a mirror image fills the rest.
    let is_cut = from < 0.0 || to > length as f32;
    if is_cut { centred } else { centred.clamp(0.0, room) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect([left, top, right, bottom]: [f32; 4]) -> PixelRect {
        PixelRect { left, top, right, bottom }
    }

    #[track_caller]
    fn check(face: [f32; 4], expected: [f32; 4]) {
        let actual = round(Size { width: 1000, height: 500 }, &rect(face)).expect("a box");
        let actual = [actual.left, actual.top, actual.right, actual.bottom];
        assert!(actual.iter().zip(expected).all(|(a, e)| (a - e).abs() < 1e-3), "round {face:?}: {actual:?}");
    }

    #[test]
    fn the_square_lies_inside_the_photo_where_it_fits() {
        check([400.0, 200.0, 480.0, 300.0], [380.0, 190.0, 500.0, 310.0]);
        check([0.0, 0.0, 80.0, 100.0], [0.0, 0.0, 120.0, 120.0]);
        check([400.0, 20.0, 700.0, 470.0], [300.0, 0.0, 800.0, 500.0]);
        check([300.0, -100.0, 700.0, 500.0], [200.0, -50.0, 800.0, 550.0]);
    }

    #[test]
    fn a_face_that_the_edge_cuts_stays_in_the_middle() {
        check([-20.0, 200.0, 80.0, 300.0], [-30.0, 190.0, 90.0, 310.0]);
        check([920.0, 400.0, 1040.0, 520.0], [908.0, 388.0, 1052.0, 532.0]);
        check([940.0, -30.0, 1020.0, 70.0], [920.0, -40.0, 1040.0, 80.0]);
        check([400.0, -20.0, 800.0, 470.0], [350.0, 0.0, 850.0, 500.0]);
    }

    #[test]
    fn an_empty_box_has_no_square() {
        let photo = Size::square(10);
        assert_eq!(round(photo, &rect([5.0, 5.0, 5.0, 9.0])), None);
        assert_eq!(round(photo, &rect([5.0, 5.0, f32::NAN, 9.0])), None);
    }
}
