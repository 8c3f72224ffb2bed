//! The part of a photo that the liveness networks look at: 2.7 face boxes round the face.
//!
//! The box keeps its shape; it shrinks until it fits into the photo and is shifted inside it, as in the code that the
//! networks come from (Silent-Face-Anti-Spoofing). Padding it instead, with black or with the mirrored photo, made
//! the networks worse on every set.

use faceward_core::PixelRect;

use crate::image::{Border, ResampleError, Resampling, RgbImage, Size};

/// Sides of the part, in sides of the face box, where the photo is large enough.
const MOST_BOXES: f32 = 2.7;
/// The networks learned from photos shrunk without antialiasing and do better on such; from a large photo that would
/// leave single pixels to chance, so it is first shrunk, antialiased, to this many times the network's input.
const ALIASED_SHRINK: f32 = 4.0;

/// A face with what is around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Surroundings {
    /// Whole pixels of the photo, inside it.
    rect: PixelRect,
    /// Sides of `rect` in sides of the face box: 2.7, less where the photo ends.
    pub(super) context: f32,
}

impl Surroundings {
    /// What the networks see of the face at `face`. `None` if the box is empty or not finite.
    pub(super) fn of(photo: &RgbImage, face: &PixelRect) -> Option<Self> {
        let (width, height) = (face.width(), face.height());
        if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
            return None;
        }
        let last = Size { width: photo.width() - 1, height: photo.height() - 1 };
        let context = MOST_BOXES.min(last.width as f32 / width).min(last.height as f32 / height);
        let centre = face.center();
        let across = span(centre.x, width * context, last.width);
        let down = span(centre.y, height * context, last.height);
        let rect = PixelRect { left: across.0, top: down.0, right: across.1, bottom: down.1 };
        (rect.width() >= 1.0 && rect.height() >= 1.0).then_some(Self { rect, context })
    }

    /// The part at the size that a network takes.
    pub(super) fn chip(&self, photo: &RgbImage, size: Size) -> Result<RgbImage, ResampleError> {
        let longest = self.rect.width().max(self.rect.height());
        let shrink = (ALIASED_SHRINK * size.width as f32 / longest).min(1.0);
        let length = |pixels: f32| ((pixels * shrink).round() as u32).max(1);
        let seen = Size { width: length(self.rect.width()), height: length(self.rect.height()) };
        let seen = photo.resized_crop(&self.rect, seen, Border::Repeat, Resampling::Antialiased)?;
        let whole =
            PixelRect { left: 0.0, top: 0.0, right: seen.width() as f32, bottom: seen.height() as f32 };
        seen.resized_crop(&whole, size, Border::Repeat, Resampling::Bilinear)
    }
}

/// First pixel, and one past the last, of `length` pixels round `centre`, shifted into 0..=`last`.
fn span(centre: f32, length: f32, last: u32) -> (f32, f32) {
    let last = last as f32;
    let first = (centre - length / 2.0).min(last - length).max(0.0);
    (first.floor(), ((first + length).floor() + 1.0).min(last + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect([left, top, right, bottom]: [f32; 4]) -> PixelRect {
        PixelRect { left, top, right, bottom }
    }

    #[track_caller]
    fn check(face: [f32; 4], seen: [f32; 4], context: f32) {
        let photo = RgbImage::filled(Size { width: 1001, height: 501 }, [9; 3]).expect("not empty");
        let actual = Surroundings::of(&photo, &rect(face)).expect("a box");
        assert_eq!(actual.rect, rect(seen), "round {face:?}");
        assert!((actual.context - context).abs() < 1e-5, "round {face:?}: {}", actual.context);
    }

    #[test]
    fn the_box_shrinks_and_shifts_until_it_fits() {
        check([450.0, 200.0, 550.0, 300.0], [365.0, 115.0, 636.0, 386.0], 2.7);
        check([0.0, 0.0, 100.0, 100.0], [0.0, 0.0, 271.0, 271.0], 2.7);
        check([950.0, 450.0, 1050.0, 550.0], [730.0, 230.0, 1001.0, 501.0], 2.7);
        check([400.0, 50.0, 600.0, 300.0], [300.0, 0.0, 701.0, 501.0], 2.0);
        check([0.0, -100.0, 1000.0, 600.0], [142.0, 0.0, 858.0, 501.0], 500.0 / 700.0);
    }

    #[test]
    fn an_empty_box_has_no_surroundings() {
        let photo = RgbImage::filled(Size::square(10), [9; 3]).expect("not empty");
        assert_eq!(Surroundings::of(&photo, &rect([5.0, 5.0, 5.0, 9.0])), None);
        assert_eq!(Surroundings::of(&photo, &rect([5.0, 5.0, f32::NAN, 9.0])), None);
    }

    #[test]
    fn a_chip_has_the_size_asked_for() {
        let photo = RgbImage::filled(Size { width: 1001, height: 501 }, [9; 3]).expect("not empty");
        let seen = Surroundings::of(&photo, &rect([450.0, 200.0, 550.0, 320.0])).expect("a box");
        let chip = seen.chip(&photo, Size::square(80)).expect("a chip");
        assert_eq!((chip.size(), chip.pixel(40, 40)), (Size::square(80), Some([9; 3])));
    }
}
