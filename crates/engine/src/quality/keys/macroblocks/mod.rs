//! Visible blocks of a strong JPEG or video compression: their strength, and from it the probability of a defect.
//!
//! Codecs cut images into blocks of 8 x 8 pixels and, when they compress strongly, take most detail out of each: that
//! is measured (`loss`), on the grid that the steps at the borders of blocks betray (`grid`). Where the photo was
//! scaled after that, the borders come at another period, and only they can be seen: they are searched for. Fitted by
//! `training/calibration/fit_quality.py`; figures in `models/calibration/defects.toml`.

mod grid;
mod loss;

use faceward_core::PixelRect;
use faceward_models::calibration::defects::defects;

use super::super::context::{Absent, FaceContext, GreyCrop, GreyImage, Landmarks, bounding_box};
use super::super::mapping::sigmoid;
use crate::image::RgbImage;
use grid::Steps;
use loss::{BLOCK, loss};

/// Longest side of the part of the face that is looked at: enough for forty blocks, and a bound on the time.
const MAX_SIDE: f32 = 320.0;
/// Shortest side in which a grid can be told: six blocks.
const MIN_SIDE: u32 = 48;
/// What the best of all searched periods has by chance, times the side in pixels: measured on photos without blocks.
const CHANCE: f64 = 6.0;

/// Probability that compression blocks disturb the face: 0 to 1.
pub(in crate::quality) fn measure(face: &FaceContext<'_>) -> Result<f32, Absent> {
    face.blockiness().map(|blockiness| score(blockiness) as f32)
}

/// The probability that belongs to a blockiness.
pub(in crate::quality) fn score(blockiness: f64) -> f64 {
    let step = &defects().macroblocks;
    sigmoid(blockiness, step.x0, step.w)
}

/// Share of the detail that compression took out of the blocks, 0 (none) to 1; for a photo that was scaled since, the
/// share at which borders of blocks are as clear as there.
pub(in crate::quality) fn blockiness(photo: &RgbImage, marks: &Landmarks) -> Result<f64, Absent> {
    let [unscaled, scaled] = seen(photo, marks)?;
    Ok(unscaled.max(as_loss(scaled)).clamp(0.0, 1.0))
}

/// The loss on the grid of a photo as it was stored, and the strength of the grid of one that was scaled since.
fn seen(photo: &RgbImage, marks: &Landmarks) -> Result<[f64; 2], Absent> {
    let crop = GreyCrop::new(photo, &middle(&bounding_box(&marks.outline)), 1)
        .ok_or_else(|| Absent::failed("the face lies outside of the photo"))?;
    if shorter_side(&crop.image) < MIN_SIDE {
        return Err(Absent::failed("the face is too small to tell compression blocks"));
    }
    let steps = Steps::of(&crop.image);
    let enlarged = crop.image.shrunk(2).map_or(0.0, |half| searched(&half, &Steps::of(&half), None));
    let scaled = searched(&crop.image, &steps, Some(BLOCK)).max(enlarged);
    Ok([loss(&crop.image, steps.grid_of(BLOCK)), scaled])
}

/// The strongest grid of any period but `known`, less what chance finds.
fn searched(image: &GreyImage, steps: &Steps, known: Option<usize>) -> f64 {
    steps.strongest_but(known) - CHANCE / (image.size().pixels() as f64).sqrt()
}

/// The loss that is as probable a defect as a scaled grid of this strength.
fn as_loss(strength: f64) -> f64 {
    let (unscaled, scaled) = (&defects().macroblocks, &defects().scaled_macroblocks);
    let widths = (strength.max(f64::MIN_POSITIVE).ln() - scaled.x0.ln()) / scaled.w;
    unscaled.x0 + widths * unscaled.w
}

/// At most [`MAX_SIDE`] x [`MAX_SIDE`] pixels round the middle of `rect`.
fn middle(rect: &PixelRect) -> PixelRect {
    let centre = rect.center();
    let (half_width, half_height) = (rect.width().min(MAX_SIDE) / 2.0, rect.height().min(MAX_SIDE) / 2.0);
    PixelRect {
        left: centre.x - half_width,
        top: centre.y - half_height,
        right: centre.x + half_width,
        bottom: centre.y + half_height,
    }
}

fn shorter_side(image: &GreyImage) -> u32 {
    image.size().width.min(image.size().height)
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[track_caller]
    fn blockiness_of(photo: &RgbImage) -> f64 {
        sample::with_face(photo, |face| face.blockiness().expect("a face"))
    }

    /// Figures of `training/calibration/check_features.py`: what was fitted is what is measured here.
    #[test]
    fn the_fitting_script_sees_the_same_blocks() {
        for (photo, expected) in [
            (sample::bars(4.0), [0.0, 0.7857]),
            (sample::waves(), [-0.0017, -0.0212]),
            (sample::blocks(8, 3), [0.4935, 0.6276]),
        ] {
            let seen =
                sample::with_face(&photo, |face| seen(face.input.photo, face.marks()?)).expect("a face");
            for (value, expected) in seen.into_iter().zip(expected) {
                assert!((value - expected).abs() < 0.002, "{seen:?}, expected {expected}");
            }
        }
    }

    #[test]
    fn blocks_of_eight_pixels_are_seen_wherever_the_grid_starts() {
        for shift in [0, 3, 7] {
            let value = blockiness_of(&sample::blocks(8, shift));
            assert!(score(value) > 0.95, "shift {shift}: blockiness {value}, score {}", score(value));
        }
    }

    #[test]
    fn blocks_of_a_scaled_photo_are_seen() {
        for side in [6, 10, 12, 16] {
            let value = blockiness_of(&sample::blocks(side, 1));
            assert!(score(value) > 0.9, "side {side}: blockiness {value}, score {}", score(value));
        }
    }

    #[test]
    fn flat_noisy_and_shaded_photos_have_no_blocks() {
        for photo in [sample::flat([128; 3]), sample::noise(), sample::shaded()] {
            let value = blockiness_of(&photo);
            assert!(score(value) < 0.05, "blockiness {value}, score {}", score(value));
        }
    }
}
