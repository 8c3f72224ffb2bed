//! What tells copies of a photo apart from another photo of the same scene: a digest of its pixels, and two coarse pictures.
//!
//! For comparing the frames of one recording. The coarse picture of the face is too small to recognise anybody by, but it
//! is still made of a face: like an embedding, it is never stored, logged or answered.

use faceward_core::FivePoints;
use sha2::{Digest, Sha256};

use crate::alignment;
use crate::image::{ResampleError, RgbImage, Size};

/// A photo from afar: mean brightness of 32 x 32 cells, rows top to bottom.
#[derive(Clone, PartialEq)]
pub struct Grid {
    cells: Vec<f32>,
}

impl Grid {
    /// Cells of a side.
    pub const SIDE: usize = 32;

    /// Takes `cells`, luma 0 to 255. `None` if they are not 32 x 32.
    #[must_use]
    pub fn new(cells: Vec<f32>) -> Option<Self> {
        (cells.len() == Self::SIDE * Self::SIDE).then_some(Self { cells })
    }

    /// Luma (Rec. 601) of each cell, 0 to 255.
    #[must_use]
    pub fn cells(&self) -> &[f32] {
        &self.cells
    }

    /// Mirrored left to right.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let rows = self.cells.chunks_exact(Self::SIDE);
        Self { cells: rows.flat_map(|row| row.iter().rev().copied()).collect() }
    }

    fn of(image: &RgbImage) -> Result<Self, ResampleError> {
        let small = image.resized(Size::square(Self::SIDE as u32))?;
        let luma = |p: &[u8]| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]);
        Ok(Self { cells: small.rgb().chunks_exact(3).map(luma).collect() })
    }
}

/// Size only: neither picture reaches a log.
impl std::fmt::Debug for Grid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Grid({0} x {0})", Self::SIDE)
    }
}

/// Of one photo, and of its largest face.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    /// SHA-256 of width, height and the decoded upright pixels: the same for two files with the same pixels.
    pub pixels: [u8; 32],
    /// The whole photo, stretched to a square.
    pub scene: Grid,
    /// The face, aligned by its five points: the same however the photo was cut, scaled or turned in the plane. `None`
    /// without a face, or where its points coincide.
    pub face: Option<Grid>,
}

impl Fingerprint {
    /// Of `photo` and the face with these `points` in it.
    ///
    /// # Errors
    /// The resizer refuses.
    pub(crate) fn of(photo: &RgbImage, points: Option<&FivePoints>) -> Result<Self, ResampleError> {
        let mut digest = Sha256::new();
        digest.update(photo.width().to_le_bytes());
        digest.update(photo.height().to_le_bytes());
        digest.update(photo.rgb());
        // Points that coincide are no face; a face that cannot be compared with others must not look like none.
        let to_chip = points.and_then(alignment::to_chip);
        let face = to_chip.map(|to_chip| Grid::of(&alignment::warped(photo, &to_chip)?)).transpose()?;
        Ok(Self { pixels: digest.finalize().into(), scene: Grid::of(photo)?, face })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pixels_have_equal_prints_and_a_grid_is_mean_brightness() {
        let size = Size { width: 64, height: 32 };
        let grey = RgbImage::filled(size, [100, 100, 100]).expect("64 x 32");
        let print = Fingerprint::of(&grey, None).expect("pixels");
        assert_eq!(Fingerprint::of(&grey.clone(), None), Ok(print.clone()));
        assert!(print.scene.cells().iter().all(|cell| (cell - 100.0).abs() < 0.01));
        assert_eq!(print.face, None);
        let turned = RgbImage::filled(Size { width: 32, height: 64 }, [100, 100, 100]).expect("32 x 64");
        assert_ne!(Fingerprint::of(&turned, None).expect("pixels").pixels, print.pixels);
        let mut rgb = grey.rgb().to_vec();
        rgb[5] += 1;
        let changed = RgbImage::new(size, rgb).expect("64 x 32");
        assert_ne!(Fingerprint::of(&changed, None).expect("pixels").pixels, print.pixels);
    }

    #[test]
    fn a_mirrored_grid_is_the_grid_of_the_mirror_image() {
        let size = Size::square(64);
        let rgb = (0..3 * size.pixels() as usize).map(|index| (index / 3 % 64 * 4) as u8).collect();
        let photo = RgbImage::new(size, rgb).expect("64 x 64");
        let of = |photo: &RgbImage| Fingerprint::of(photo, None).expect("pixels").scene;
        assert_eq!(of(&photo).mirrored(), of(&photo.mirrored()));
        assert_ne!(of(&photo), of(&photo.mirrored()));
    }
}
