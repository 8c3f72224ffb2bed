//! Visible blocks of a strong JPEG or video compression: their strength, and from it the probability of a defect.
//!
//! Codecs cut images into blocks of 8 x 8 pixels; strong compression leaves a step at every eighth pixel, in both
//! directions. Where the photo was scaled after that, the steps come at another period, which is searched for.

mod grid;

use faceward_core::PixelRect;
use faceward_models::calibration::defects::defects;

use super::super::context::{Absent, FaceContext, GreyCrop, GreyImage, Landmarks, bounding_box};
use super::super::mapping::sigmoid;
use crate::image::Upright;
use grid::Steps;

/// Side of a block, in pixels, in JPEG and the common video codecs.
const BLOCK: f64 = 8.0;
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
    let fit = &defects().macroblocks;
    sigmoid(blockiness.max(f64::MIN_POSITIVE).ln(), fit.x0.ln(), fit.w)
}

/// Strength of the strongest grid: 0 (none) to about 1 (nothing but blocks). Without blocks below 0.1.
pub(in crate::quality) fn blockiness(photo: &Upright, marks: &Landmarks) -> Result<f64, Absent> {
    let crop = GreyCrop::new(photo, &middle(&bounding_box(&marks.outline)), 1)
        .ok_or_else(|| Absent::failed("the face lies outside of the photo"))?;
    if shorter_side(&crop.image) < MIN_SIDE {
        return Err(Absent::failed("the face is too small to tell compression blocks"));
    }
    let steps = Steps::of(&crop.image);
    let scaled = searched(&crop.image, &steps);
    let half = crop.image.shrunk(2).map_or(0.0, |half| searched(&half, &Steps::of(&half)));
    Ok(steps.strength(BLOCK).max(scaled).max(half).max(0.0))
}

/// The strongest grid of any period, less what chance finds.
fn searched(image: &GreyImage, steps: &Steps) -> f64 {
    let size = image.size();
    steps.strongest() - CHANCE / (size.pixels() as f64).sqrt()
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
    fn blockiness_of(photo: &Upright) -> f64 {
        sample::with_face(photo, |face| face.blockiness()).expect("a face")
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
