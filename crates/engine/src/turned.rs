//! From a photo that was turned until its faces stood upright back to the photo as it came.
//!
//! Points keep their names by subject: after a half turn "image-left eye" is still the subject's right eye, although
//! it now lies to the right; so roll stays minus the angle of the eye line.

use faceward_core::{FivePoints, HeadPose, Outcome, PixelRect, Point, Turn};

use crate::analysis::FaceAnalysis;
use crate::image::Size;

/// The way back from a turned photo.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Back {
    /// Size of the photo as it came.
    photo: Size,
    /// How it had been turned.
    turn: Turn,
}

impl Back {
    pub(crate) const fn new(photo: Size, turn: Turn) -> Self {
        Self { photo, turn }
    }

    /// Where `point` of the turned photo lies on the photo.
    pub(crate) fn point(self, point: Point) -> Point {
        let (width, height) = (self.photo.width as f32, self.photo.height as f32);
        match self.turn {
            Turn::None => point,
            Turn::Cw90 => Point::new(point.y, height - point.x),
            Turn::Cw180 => Point::new(width - point.x, height - point.y),
            Turn::Cw270 => Point::new(width - point.y, point.x),
        }
    }

    /// The box that covers `rect` of the turned photo.
    pub(crate) fn rect(self, rect: &PixelRect) -> PixelRect {
        let a = self.point(Point::new(rect.left, rect.top));
        let b = self.point(Point::new(rect.right, rect.bottom));
        PixelRect { left: a.x.min(b.x), top: a.y.min(b.y), right: a.x.max(b.x), bottom: a.y.max(b.y) }
    }

    /// `face` with all of its positions and its roll on the photo as it came.
    pub(crate) fn face(self, mut face: FaceAnalysis) -> FaceAnalysis {
        if self.turn == Turn::None {
            return face;
        }
        face.rect = self.rect(&face.rect);
        face.points = FivePoints::from_array(face.points.to_array().map(|point| self.point(point)));
        face.mesh = self.points(face.mesh);
        face.dense = self.points(face.dense);
        face.pose = face.pose.map(|pose| self.pose(pose));
        face
    }

    fn points(self, points: Outcome<Vec<Point>>) -> Outcome<Vec<Point>> {
        points.map(|points| points.into_iter().map(|point| self.point(point)).collect())
    }

    /// A photo that had to be turned clockwise shows a head turned counter-clockwise: positive roll.
    fn pose(self, pose: HeadPose) -> HeadPose {
        let roll = pose.roll + f32::from(self.turn.degrees());
        HeadPose { roll: if roll > 180.0 { roll - 360.0 } else { roll }, ..pose }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::RgbImage;

    const PHOTO: Size = Size { width: 30, height: 20 };

    #[test]
    fn positions_come_back_through_each_turn() {
        // Pixel (4, 7) of the photo is white: where the turned photo has it, the way back leads to (4.5, 7.5).
        let mut rgb = vec![0; 3 * 30 * 20];
        rgb[3 * (7 * 30 + 4)..][..3].copy_from_slice(&[255; 3]);
        let photo = RgbImage::new(PHOTO, rgb).expect("30 x 20");
        for turn in [Turn::None, Turn::Cw90, Turn::Cw180, Turn::Cw270] {
            let turned = photo.turned(turn);
            let (x, y) = (0..turned.height())
                .flat_map(|y| (0..turned.width()).map(move |x| (x, y)))
                .find(|(x, y)| turned.pixel(*x, *y) == Some([255; 3]))
                .expect("one white pixel");
            let back = Back::new(PHOTO, turn);
            assert_eq!(
                back.point(Point::new(x as f32 + 0.5, y as f32 + 0.5)),
                Point::new(4.5, 7.5),
                "{turn:?}"
            );
            let rect =
                PixelRect { left: x as f32, top: y as f32, right: x as f32 + 1.0, bottom: y as f32 + 1.0 };
            assert_eq!(
                back.rect(&rect),
                PixelRect { left: 4.0, top: 7.0, right: 5.0, bottom: 8.0 },
                "{turn:?}"
            );
        }
    }

    #[test]
    fn roll_stays_minus_the_angle_of_the_eye_line() {
        let level = [Point::new(5.0, 8.0), Point::new(11.0, 8.0), Point::new(8.0, 11.0)];
        for (turn, roll) in [(Turn::Cw90, 90.0), (Turn::Cw180, 180.0), (Turn::Cw270, -90.0)] {
            let back = Back::new(PHOTO, turn);
            let [left, right, nose] = level.map(|point| back.point(point));
            let points = FivePoints::from_array([left, right, nose, nose, nose]);
            let pose = back.pose(HeadPose { yaw: 1.0, pitch: 2.0, roll: 0.0 });
            assert_eq!(pose, HeadPose { yaw: 1.0, pitch: 2.0, roll }, "{turn:?}");
            let line = -points.eye_line_degrees();
            assert!((line - roll).rem_euclid(360.0) < 1e-3, "{turn:?}: {line}");
        }
    }
}
