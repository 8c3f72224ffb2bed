//! Turning pixels upright.

use faceward_core::Turn;

use super::{RgbImage, Size};

impl RgbImage {
    /// The image as EXIF orientation `orientation` (1 to 8) wants it shown; other values leave it as it is.
    #[must_use]
    pub(super) fn oriented(self, orientation: u8) -> Self {
        // Named by where the stored first row and first column belong on the upright photo (CP-3451, table of tag 0x0112).
        match orientation {
            2 => self.mirrored(),
            3 => self.turned(Turn::Cw180),
            4 => self.turned(Turn::Cw180).mirrored(),
            5 => self.turned(Turn::Cw90).mirrored(),
            6 => self.turned(Turn::Cw90),
            7 => self.turned(Turn::Cw270).mirrored(),
            8 => self.turned(Turn::Cw270),
            _ => self,
        }
    }

    /// The image turned clockwise.
    #[must_use]
    pub fn turned(&self, turn: Turn) -> Self {
        let Size { width, height } = self.size();
        let (columns, rows) = (width as usize, height as usize);
        match turn {
            Turn::None => self.clone(),
            // The left column, read upwards, becomes the top row.
            Turn::Cw90 => {
                self.gathered(Size { width: height, height: width }, |x, y| (rows - 1 - x) * columns + y)
            }
            Turn::Cw180 => self.gathered(self.size(), |x, y| (rows - 1 - y) * columns + columns - 1 - x),
            // The right column, read downwards, becomes the top row.
            Turn::Cw270 => {
                self.gathered(Size { width: height, height: width }, |x, y| x * columns + columns - 1 - y)
            }
        }
    }

    /// An image of `size` whose pixel (x, y) is the pixel number `source(x, y)` of this one, which has as many pixels.
    fn gathered(&self, size: Size, source: impl Fn(usize, usize) -> usize) -> Self {
        let (columns, mut rgb) = (size.width as usize, vec![0; self.rgb().len()]);
        for (y, row) in rgb.chunks_exact_mut(3 * columns).enumerate() {
            for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
                let from = 3 * source(x, y);
                pixel.copy_from_slice(&self.rgb()[from..from + 3]);
            }
        }
        Self::of_same_length(size, rgb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of three: 1 2 3 / 4 5 6, each value in all channels.
    fn numbered() -> RgbImage {
        RgbImage::new(Size { width: 3, height: 2 }, (1..=6).flat_map(|v| [v; 3]).collect())
            .expect("six pixels")
    }

    #[track_caller]
    fn check(image: &RgbImage, rows: &[&[u8]]) {
        let actual: Vec<Vec<u8>> = image.rows().map(|row| row.iter().step_by(3).copied().collect()).collect();
        assert_eq!(actual, rows);
    }

    #[test]
    fn turns_are_clockwise() {
        check(&numbered().turned(Turn::Cw90), &[&[4, 1], &[5, 2], &[6, 3]]);
        check(&numbered().turned(Turn::Cw180), &[&[6, 5, 4], &[3, 2, 1]]);
        check(&numbered().turned(Turn::Cw270), &[&[3, 6], &[2, 5], &[1, 4]]);
    }

    #[test]
    fn the_eight_exif_orientations() {
        let expected: [&[&[u8]]; 8] = [
            &[&[1, 2, 3], &[4, 5, 6]],
            &[&[3, 2, 1], &[6, 5, 4]],
            &[&[6, 5, 4], &[3, 2, 1]],
            &[&[4, 5, 6], &[1, 2, 3]],
            &[&[1, 4], &[2, 5], &[3, 6]],
            &[&[4, 1], &[5, 2], &[6, 3]],
            &[&[6, 3], &[5, 2], &[4, 1]],
            &[&[3, 6], &[2, 5], &[1, 4]],
        ];
        for (orientation, rows) in (1..).zip(expected) {
            check(&numbered().oriented(orientation), rows);
        }
        check(&numbered().oriented(0), expected[0]);
    }
}
