//! Squares round a part of a face that stand upright on the eye line: what several networks are shown.

use faceward_core::Point;

use crate::image::Affine;

/// A square of a photo, turned so that the eye line is level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LevelSquare {
    /// Its middle, in pixels of the photo.
    pub(crate) centre: Point,
    /// Its side, in pixels of the photo; more than 0.
    pub(crate) side: f32,
    /// Angle of the eye line in degrees, y down.
    pub(crate) eye_line_degrees: f32,
}

impl LevelSquare {
    /// From the photo to a chip of `chip_side` pixels that shows the square.
    pub(crate) fn to_chip(self, chip_side: u32) -> Affine {
        let scale = chip_side as f32 / self.side;
        let (sin, cos) = self.eye_line_degrees.to_radians().sin_cos();
        let half = chip_side as f32 / 2.0;
        Affine::translation(-self.centre.x, -self.centre.y)
            .then(&Affine { a: cos, b: sin, tx: 0.0, c: -sin, d: cos, ty: 0.0 })
            .then(&Affine::scaling(scale, scale))
            .then(&Affine::translation(half, half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chip_shows_the_square_with_the_eyes_level() {
        let square = LevelSquare { centre: Point::new(140.0, 250.0), side: 140.0, eye_line_degrees: 90.0 };
        let map = square.to_chip(256);
        let rows = [
            (square.centre, Point::new(128.0, 128.0)),
            // 70 pixels below the centre are the right edge once "down" has become "right".
            (Point::new(140.0, 320.0), Point::new(256.0, 128.0)),
        ];
        for (from, to) in rows {
            assert!(map.apply(from).distance(to) < 1e-3, "{from:?} goes to {:?}", map.apply(from));
        }
    }
}
