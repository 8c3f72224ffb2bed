//! Something in front of the face, or a lens that bends it.

use faceward_core::PixelRect;
use faceward_engine::image::RgbImage;

use super::{at, drawn};

/// A cloth.
const COVER: [f32; 3] = [70.0, 90.0, 130.0];
/// Length of the cloth's waves, in widths of the face, and their height as a part of its brightness. Without edges: a
/// weave that happens to fall on the grid of JPEG would look like its blocks.
const WAVE: (f32, f32) = (0.23, 0.1);

/// `photo` with the lower `share` of the face behind a wavy cloth.
pub(super) fn covered(photo: &RgbImage, face: &PixelRect, share: f32) -> RgbImage {
    let top = face.bottom - share * face.height();
    let per_pixel = std::f32::consts::TAU / (WAVE.0 * face.width());
    drawn(photo, |x, y| {
        let (column, row) = (x as f32 + 0.5, y as f32 + 0.5);
        let inside = (face.left..face.right).contains(&column) && (top..face.bottom).contains(&row);
        if !inside {
            return at(photo, x.into(), y.into());
        }
        let wave = (column * per_pixel).sin() * (row * per_pixel).sin();
        COVER.map(|value| value * (1.0 + WAVE.1 * wave))
    })
}

/// `photo` seen from so near, or through so wide a lens, that the middle of the face swells: what lies one width of the
/// face from its middle moves inwards by `strength` widths.
pub(super) fn bulged(photo: &RgbImage, face: &PixelRect, strength: f32) -> RgbImage {
    let centre = face.center();
    let width = face.width().max(1.0);
    drawn(photo, |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - centre.x, y as f32 + 0.5 - centre.y);
        let outwards = 1.0 + strength * (dx * dx + dy * dy) / (width * width);
        // Beyond the photo its edge is repeated; the middle looks the same at first order.
        bilinear(photo, centre.x + dx * outwards - 0.5, centre.y + dy * outwards - 0.5)
    })
}

/// Length and reach of waves, in widths of the face.
const WAVES: (f32, f32) = (0.4, 0.05);

/// `photo` in waves, each row moved sideways and each column up and down; a face is `width` pixels wide.
pub(super) fn waved(photo: &RgbImage, width: f32) -> RgbImage {
    let (length, reach) = (WAVES.0 * width.max(1.0), WAVES.1 * width);
    drawn(photo, |x, y| {
        let (column, row) = (x as f32, y as f32);
        let wave = |along: f32| reach * (along / length * std::f32::consts::TAU).sin();
        bilinear(photo, column + wave(row), row + wave(column))
    })
}

/// The colour between four pixels; whole numbers are pixel centres.
fn bilinear(photo: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (right_share, bottom_share) = (x - left, y - top);
    let pixel = |dx: i64, dy: i64| at(photo, left as i64 + dx, top as i64 + dy);
    let (a, b, c, d) = (pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1));
    std::array::from_fn(|channel| {
        let upper = a[channel] + (b[channel] - a[channel]) * right_share;
        let lower = c[channel] + (d[channel] - c[channel]) * right_share;
        upper + (lower - upper) * bottom_share
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::photo;
    use super::*;

    #[test]
    fn a_cover_reaches_as_high_as_it_should() {
        let (photo, face) = photo();
        let covered = covered(&photo, &face, 0.5);
        let value = |x, y| covered.pixel(x, y).expect("inside");
        assert_eq!((value(30, 29), value(14, 40)), ([200; 3], [80; 3]));
        assert!(value(30, 30)[2] > value(30, 30)[0], "a blue cloth");
        assert_eq!(value(30, 46), [80; 3]);
    }

    #[test]
    fn the_middle_stays_and_the_rest_moves_inwards() {
        let (photo, face) = photo();
        let bulged = bulged(&photo, &face, 0.6);
        let bright = |image: &RgbImage| image.rgb().iter().filter(|value| **value > 140).count();
        assert_eq!(bulged.pixel(30, 30), Some([200; 3]));
        assert!(bright(&bulged) < bright(&photo), "the square has shrunk");
        assert_eq!(bulged_by_nothing(&photo, &face), photo);
    }

    fn bulged_by_nothing(photo: &RgbImage, face: &PixelRect) -> RgbImage {
        bulged(photo, face, 0.0)
    }
}
