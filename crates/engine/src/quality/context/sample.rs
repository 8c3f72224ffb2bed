//! Made-up faces for tests: landmarks at the standard's places in photos of 616 x 616, so that the aligned image is
//! the photo itself, and patterns whose measures follow by hand.
//!
//! Lids are 12 (image-left) and 9 apart, lips 10, the chin 200 below the eyes. The landmarked region is the rectangle
//! from (208, 242) to (408, 472): 200 columns, half of them on each side of the middle of the photo.

use faceward_core::{FivePoints, HeadPose, Outcome, PixelRect, Point};

use super::FaceContext;
use super::landmarks::MESH_POINTS;
use crate::findings::Attributes;
use crate::image::{RgbImage, Size};
use crate::landmarks::FaceMesh;
use crate::quality::QualityInput;

const SIDE: u32 = 616;

/// A face and what other steps would have found.
pub(in crate::quality) struct Face {
    pub(in crate::quality) photo: RgbImage,
    pub(in crate::quality) mesh: Outcome<FaceMesh>,
    pub(in crate::quality) points: FivePoints,
    pub(in crate::quality) pose: Outcome<HeadPose>,
    pub(in crate::quality) attributes: Attributes,
    pub(in crate::quality) detections: Vec<PixelRect>,
}

impl Face {
    /// Upright, frontal, alone; nothing known about eyes and expression.
    pub(in crate::quality) fn in_photo(photo: &RgbImage) -> Self {
        Self {
            photo: photo.clone(),
            mesh: Outcome::Value(flat_mesh(mesh())),
            points: FivePoints::from_array([33, 263, 4, 61, 291].map(|index| mesh()[index])),
            pose: Outcome::Value(HeadPose { yaw: 0.0, pitch: 0.0, roll: 0.0 }),
            attributes: Attributes::NOT_REQUESTED,
            detections: vec![PixelRect { left: 208.0, top: 200.0, right: 408.0, bottom: 472.0 }],
        }
    }

    /// What other steps found, as the measures get it.
    pub(in crate::quality) fn input(&self) -> QualityInput<'_> {
        QualityInput {
            photo: &self.photo,
            mesh: &self.mesh,
            points: &self.points,
            pose: &self.pose,
            attributes: &self.attributes,
            detections: &self.detections,
            flare: &Outcome::Unavailable,
            utility: &Outcome::Unavailable,
        }
    }

    /// One measure of the face.
    pub(in crate::quality) fn measure<T>(&self, measure: impl Fn(&FaceContext<'_>) -> T) -> T {
        measure(&FaceContext::new(&self.input()))
    }
}

/// `measure` of the face in `photo`.
pub(in crate::quality) fn with_face<T>(photo: &RgbImage, measure: impl Fn(&FaceContext<'_>) -> T) -> T {
    Face::in_photo(photo).measure(measure)
}

/// A mesh without depths.
pub(in crate::quality) fn flat_mesh(points: Vec<Point>) -> FaceMesh {
    FaceMesh::new(points, vec![0.0; MESH_POINTS]).expect("478 finite points")
}

/// The mesh of the face: named points at their places, all others on the chin.
fn mesh() -> Vec<Point> {
    let mut mesh = vec![Point::new(308.0, 472.0); MESH_POINTS];
    let mut place = |points: &[(usize, f32, f32)]| {
        points.iter().for_each(|&(idx, x, y)| mesh[idx] = Point::new(x, y));
    };
    place(&[(33, 236.5, 272.5), (133, 266.5, 272.5), (362, 349.5, 272.5), (263, 379.5, 272.5)]);
    place(&[(160, 245.0, 267.5), (144, 245.0, 277.5), (159, 251.5, 266.5), (145, 251.5, 278.5)]);
    place(&[(158, 258.0, 267.5), (153, 258.0, 277.5), (385, 358.0, 269.5), (380, 358.0, 275.5)]);
    place(&[(386, 364.5, 268.0), (374, 364.5, 277.0), (387, 371.0, 269.5), (373, 371.0, 275.5)]);
    place(&[(4, 308.5, 336.5), (61, 262.5, 402.5), (291, 355.5, 402.5)]);
    place(&[(13, 308.0, 397.5), (14, 308.0, 407.5), (81, 290.0, 399.0), (178, 290.0, 406.0)]);
    place(&[(311, 326.0, 399.0), (402, 326.0, 406.0), (152, 308.0, 472.5)]);
    place(&[(127, 208.0, 242.0), (356, 408.0, 242.0), (172, 208.0, 472.0), (397, 408.0, 472.0)]);
    mesh
}

/// A photo whose pixel at column `x`, row `y` is `colour(x, y)`.
fn photo(colour: impl Fn(u32, u32) -> [u8; 3]) -> RgbImage {
    let rgb =
        (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y))).flat_map(|(x, y)| colour(x, y)).collect();
    RgbImage::new(Size::square(SIDE), rgb).expect("as many values as the photo has")
}

/// One colour.
pub(in crate::quality) fn flat(colour: [u8; 3]) -> RgbImage {
    photo(|_, _| colour)
}

/// Two colours, pixel by pixel.
pub(in crate::quality) fn checker(a: [u8; 3], b: [u8; 3]) -> RgbImage {
    photo(|x, y| if (x + y) % 2 == 0 { a } else { b })
}

/// One colour left of the middle, another one right of it.
pub(in crate::quality) fn halves(left: [u8; 3], right: [u8; 3]) -> RgbImage {
    photo(|x, _| if x < SIDE / 2 { left } else { right })
}

/// Squares of 20 pixels in two greys whose borders are ramps of `ramp` pixels.
pub(in crate::quality) fn bars(ramp: f32) -> RgbImage {
    let wave = |place: u32| {
        let from_border = (place as f32 + 0.5).rem_euclid(40.0) - 20.0;
        let to_nearest = 10.0 - (from_border.abs() - 10.0).abs();
        let side = if from_border > 0.0 { 1.0 } else { -1.0 };
        side * (to_nearest / (ramp / 2.0).max(0.5)).min(1.0)
    };
    photo(|x, y| [(128.0 + 60.0 * wave(x) * wave(y)).round() as u8; 3])
}

/// From dark at the upper left to bright at the lower right, as light falls on a cheek.
pub(in crate::quality) fn shaded() -> RgbImage {
    photo(|x, y| [(40.0 + 160.0 * (f64::from(x + y) / 1232.0).powi(2)) as u8; 3])
}

/// Waves of all lengths, nowhere alike: no two slopes are equal.
pub(in crate::quality) fn waves() -> RgbImage {
    let wave = |x: f64, y: f64| (x * x / 2500.0 + y / 37.0).sin() * (y * y / 3100.0 - x / 29.0).cos();
    photo(|x, y| [(128.0 + 60.0 * wave(x.into(), y.into())).round() as u8; 3])
}

/// Grey values without any pattern, 96 to 159, the same in every run.
pub(in crate::quality) fn noise() -> RgbImage {
    photo(|x, y| [96 + scrambled(x, y) % 64; 3])
}

/// Blocks of `side` pixels, each of one grey and starting `shift` pixels from the edge, with a little noise.
pub(in crate::quality) fn blocks(side: u32, shift: u32) -> RgbImage {
    photo(|x, y| [100 + scrambled((x + shift) / side, (y + shift) / side) % 50 + scrambled(x, y) % 3; 3])
}

/// A byte that looks random, from a place.
fn scrambled(x: u32, y: u32) -> u8 {
    let mixed = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)).wrapping_mul(0xC2B2_AE3D);
    ((mixed ^ (mixed >> 15)).wrapping_mul(0x27D4_EB2F) >> 24) as u8
}
