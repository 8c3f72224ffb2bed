//! YuNet's twelve tensors to detections, in pixels of the canvas.
//!
//! Anchor-free: each cell of the strides 8, 16 and 32 has a class and an object score, a box relative to the cell in
//! strides (centre offset, logarithm of the size) and five points relative to the cell in strides.
//! Source: Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", 2023; OpenCV Zoo, 2023mar.

use faceward_core::{FivePoints, PixelRect, Point};
use faceward_inference::Tensor;

use crate::face::FaceGeometry;

/// One face as the detector sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Detection {
    /// The box; may reach out of the photo.
    pub(crate) rect: PixelRect,
    /// Eyes, nose, mouth corners.
    pub(crate) points: FivePoints,
    /// Confidence, 0 to 1.
    pub(crate) score: f32,
}

impl Detection {
    /// Where the face is, for the steps that look at it.
    pub(crate) const fn geometry(&self) -> FaceGeometry {
        FaceGeometry { rect: self.rect, points: self.points }
    }

    /// The same face with every position sent through `map`, which keeps axes and their directions.
    pub(super) fn mapped(&self, map: impl Fn(Point) -> Point) -> Self {
        let top_left = map(Point::new(self.rect.left, self.rect.top));
        let bottom_right = map(Point::new(self.rect.right, self.rect.bottom));
        Self {
            rect: PixelRect {
                left: top_left.x,
                top: top_left.y,
                right: bottom_right.x,
                bottom: bottom_right.y,
            },
            points: FivePoints::from_array(self.points.to_array().map(map)),
            score: self.score,
        }
    }
}

/// Strides in the order of the outputs: `cls`, `obj`, `bbox`, `kps`, each for 8, 16 and 32.
const STRIDES: [u32; 3] = [8, 16, 32];

/// The cells of one stride.
struct Level<'a> {
    stride: f32,
    columns: usize,
    class: &'a [f32],
    object: &'a [f32],
    boxes: &'a [f32],
    points: &'a [f32],
}

/// Every cell of `outputs` that scores at least `threshold`, for a canvas of `side` pixels. Outputs of another shape
/// give nothing: shapes are checked when the model is loaded.
pub(super) fn decode(outputs: &[Tensor], side: u32, threshold: f32) -> Vec<Detection> {
    let mut detections = Vec::new();
    for (idx, stride) in STRIDES.into_iter().enumerate() {
        let tensor = |kind: usize| outputs.get(3 * kind + idx).map_or(&[][..], |tensor| &tensor.data);
        let level = Level {
            stride: stride as f32,
            columns: (side / stride) as usize,
            class: tensor(0),
            object: tensor(1),
            boxes: tensor(2),
            points: tensor(3),
        };
        let n_cells = level.columns * level.columns;
        detections.extend((0..n_cells).filter_map(|cell| level.detection(cell, threshold)));
    }
    detections
}

impl Level<'_> {
    /// What cell number `cell`, row by row, has found.
    fn detection(&self, cell: usize, threshold: f32) -> Option<Detection> {
        let (class, object) = (self.class.get(cell)?.clamp(0.0, 1.0), self.object.get(cell)?.clamp(0.0, 1.0));
        let score = (class * object).sqrt();
        if score < threshold {
            return None;
        }
        let (column, row) = ((cell % self.columns) as f32, (cell / self.columns) as f32);
        let at = |dx: f32, dy: f32| Point::new((column + dx) * self.stride, (row + dy) * self.stride);
        let [dx, dy, log_width, log_height] = self.boxes.get(4 * cell..4 * cell + 4)?.try_into().ok()?;
        let centre = at(dx, dy);
        let (half_width, half_height) =
            (0.5 * f32::exp(log_width) * self.stride, 0.5 * f32::exp(log_height) * self.stride);
        let offsets: [f32; 10] = self.points.get(10 * cell..10 * cell + 10)?.try_into().ok()?;
        let point = |idx: usize| at(offsets[2 * idx], offsets[2 * idx + 1]);
        Some(Detection {
            rect: PixelRect {
                left: centre.x - half_width,
                top: centre.y - half_height,
                right: centre.x + half_width,
                bottom: centre.y + half_height,
            },
            points: FivePoints::from_array([0, 1, 2, 3, 4].map(point)),
            score,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A detection with its points in the middle of its box.
    pub(in crate::detection) fn detection(score: f32, [left, top, right, bottom]: [f32; 4]) -> Detection {
        let rect = PixelRect { left, top, right, bottom };
        Detection { rect, points: FivePoints::from_array([rect.center(); 5]), score }
    }

    /// Outputs for a canvas of 32: 16, 4 and 1 cells, all zero.
    fn zeros() -> Vec<Tensor> {
        [1, 1, 4, 10]
            .into_iter()
            .flat_map(|width| {
                [16, 4, 1]
                    .map(|cells| Tensor { shape: vec![1, cells, width], data: vec![0.0; cells * width] })
            })
            .collect()
    }

    #[test]
    fn a_cell_is_decoded_by_hand_numbers() {
        let mut outputs = zeros();
        // Stride 16, cell 3: column 1, row 1.
        outputs[1].data[3] = 0.5;
        outputs[4].data[3] = 0.5;
        outputs[7].data[12..16].copy_from_slice(&[0.5, -0.5, 0.0, std::f32::consts::LN_2]);
        outputs[10].data[30..40].copy_from_slice(&[0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0]);
        let found = decode(&outputs, 32, 0.4);
        assert_eq!(found.len(), 1);
        // Centre (24, 8), width 16, height 32.
        let expected = PixelRect { left: 16.0, top: -8.0, right: 32.0, bottom: 24.0 };
        let rect = found[0].rect;
        for (a, b) in [
            (rect.left, expected.left),
            (rect.top, expected.top),
            (rect.right, expected.right),
            (rect.bottom, expected.bottom),
            (found[0].score, 0.5),
        ] {
            assert!((a - b).abs() < 1e-4, "{:?}", found[0]);
        }
        assert_eq!(found[0].points.image_left_eye, Point::new(16.0, 16.0));
        assert_eq!(found[0].points.nose, Point::new(24.0, 24.0));
        assert_eq!(found[0].points.image_right_mouth, Point::new(32.0, 32.0));
    }

    #[test]
    fn scores_are_the_geometric_mean_and_never_leave_their_range() {
        let mut outputs = zeros();
        outputs[0].data[0] = 1.1;
        outputs[3].data[0] = 0.81;
        outputs[0].data[1] = 0.9;
        outputs[3].data[1] = -0.1;
        let found = decode(&outputs, 32, 0.6);
        assert_eq!(found.len(), 1);
        assert!((found[0].score - 0.9).abs() < 1e-6);
    }
}
