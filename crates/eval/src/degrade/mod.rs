//! Known defects for clean photos, in steps of known strength; and, in `ruin`, photos too poor to tell anybody.
//!
//! Lengths are in widths of the face's box, so that a step means the same on every photo. `blur`, `light` and `shape`
//! hold the arithmetic on pixels.

mod blur;
mod light;
mod ruin;
mod shape;

use faceward_core::PixelRect;
use faceward_engine::image::{EncodeError, RgbImage};

pub use ruin::Ruin;

/// A defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    Blur,
    Jpeg,
    UnderExposure,
    OverExposure,
    Flare,
    Occlusion,
    Distortion,
}

/// Steps of a defect, the clean photo not counted.
pub(crate) const N_STEPS: usize = 6;

impl Defect {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::Blur,
        Self::Jpeg,
        Self::UnderExposure,
        Self::OverExposure,
        Self::Flare,
        Self::Occlusion,
        Self::Distortion,
    ];

    /// Its stable name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Blur => "blur",
            Self::Jpeg => "jpeg",
            Self::UnderExposure => "under_exposure",
            Self::OverExposure => "over_exposure",
            Self::Flare => "flare",
            Self::Occlusion => "occlusion",
            Self::Distortion => "distortion",
        }
    }

    /// What each step does, in words.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Blur => "standard deviation of a Gaussian, in widths of the face",
            Self::Jpeg => "quality",
            Self::UnderExposure => "stops less light",
            Self::OverExposure => "stops more light",
            Self::Flare => "share of white light at the middle of the glow",
            Self::Occlusion => "share of the face covered from below",
            Self::Distortion => "displacement at one width from the middle of the face, in widths",
        }
    }

    /// The strengths of the steps, rising (for JPEG, the quality falls).
    pub(crate) const fn strengths(self) -> [f32; N_STEPS] {
        match self {
            Self::Blur => [0.005, 0.01, 0.02, 0.03, 0.045, 0.06],
            Self::Jpeg => [80.0, 60.0, 40.0, 25.0, 15.0, 8.0],
            Self::UnderExposure => [0.5, 1.0, 1.5, 2.0, 2.5, 3.0],
            Self::OverExposure => [0.25, 0.5, 0.75, 1.0, 1.5, 2.0],
            Self::Flare => [0.15, 0.3, 0.45, 0.6, 0.75, 0.9],
            Self::Occlusion => [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
            Self::Distortion => [0.1, 0.2, 0.3, 0.45, 0.6, 0.8],
        }
    }

    /// `photo`, whose face is at `face`, with the defect at `strength`, encoded.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub(crate) fn apply(
        self,
        photo: &RgbImage,
        face: &PixelRect,
        strength: f32,
    ) -> Result<Vec<u8>, EncodeError> {
        match self {
            Self::Jpeg => photo.to_jpeg(strength as u8),
            Self::Blur => blur::gaussian(photo, strength * face.width()).to_png(),
            Self::UnderExposure => light::exposed(photo, -strength).to_png(),
            Self::OverExposure => light::exposed(photo, strength).to_png(),
            Self::Flare => light::flared(photo, face, strength).to_png(),
            Self::Occlusion => shape::covered(photo, face, strength).to_png(),
            Self::Distortion => shape::bulged(photo, face, strength).to_png(),
        }
    }
}

/// A photo of the same size whose pixel at column x and row y is `pixel(x, y)`.
fn drawn(photo: &RgbImage, pixel: impl Fn(u32, u32) -> [f32; 3]) -> RgbImage {
    let places = (0..photo.height()).flat_map(|y| (0..photo.width()).map(move |x| (x, y)));
    let rgb =
        places.flat_map(|(x, y)| pixel(x, y).map(|value| value.round().clamp(0.0, 255.0) as u8)).collect();
    // One pixel for each of the photo's.
    RgbImage::new(photo.size(), rgb).unwrap_or_else(|| photo.clone())
}

/// The pixel nearest to column `x` and row `y`.
fn at(photo: &RgbImage, x: i64, y: i64) -> [f32; 3] {
    let inside = |value: i64, side: u32| value.clamp(0, i64::from(side) - 1) as u32;
    let pixel = photo.pixel(inside(x, photo.width()), inside(y, photo.height()));
    pixel.unwrap_or_default().map(f32::from)
}

#[cfg(test)]
mod tests {
    use faceward_engine::image::{Limits, Size, decode};

    use super::*;

    /// A grey photo with a bright square, the face in its middle.
    pub(super) fn photo() -> (RgbImage, PixelRect) {
        let rgb = (0..60 * 60).flat_map(|i| {
            let (x, y) = (i % 60, i / 60);
            [if (20..40).contains(&x) && (20..40).contains(&y) { 200 } else { 80 }; 3]
        });
        let photo = RgbImage::new(Size::square(60), rgb.collect()).expect("60 x 60");
        (photo, PixelRect { left: 15.0, top: 15.0, right: 45.0, bottom: 45.0 })
    }

    #[test]
    fn the_more_of_a_defect_the_more_of_the_photo_changes() {
        let (photo, face) = photo();
        let off = |defect: Defect, strength| {
            let bytes = defect.apply(&photo, &face, strength).expect("encodable");
            let made = decode(&bytes, &Limits::default()).expect("a photo").photo;
            let apart = photo.rgb().iter().zip(made.rgb()).map(|(a, b)| f64::from(a.abs_diff(*b)));
            apart.sum::<f64>()
        };
        for defect in Defect::ALL {
            let changes: Vec<f64> =
                defect.strengths().iter().map(|strength| off(defect, *strength)).collect();
            assert!(changes[N_STEPS - 1] > changes[1], "{defect:?}: {changes:?}");
            // The blocks of so plain a photo do not grow from step to step.
            let rising = changes.windows(2).all(|two| two[0] <= two[1]);
            assert!(rising || defect == Defect::Jpeg, "{defect:?}: {changes:?}");
        }
    }
}
