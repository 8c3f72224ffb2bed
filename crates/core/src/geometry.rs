//! Points, boxes, head rotation. Pixels of the upright source photo, origin top-left, x right, y down.

/// A position in pixels of the upright source photo. May lie outside of the photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Pixels to the right of the left edge.
    pub x: f32,
    /// Pixels below the top edge.
    pub y: f32,
}

impl Point {
    /// The point at (`x`, `y`).
    #[must_use]
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Euclidean distance in pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point half-way to `other`.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        Self::new(f32::midpoint(self.x, other.x), f32::midpoint(self.y, other.y))
    }
}

/// An axis-aligned box in pixels of the upright source photo; `right` and `bottom` are exclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelRect {
    /// First column.
    pub left: f32,
    /// First row.
    pub top: f32,
    /// One past the last column.
    pub right: f32,
    /// One past the last row.
    pub bottom: f32,
}

impl PixelRect {
    /// Width in pixels, never negative.
    #[must_use]
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Height in pixels, never negative.
    #[must_use]
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// Area in square pixels.
    #[must_use]
    pub fn area(&self) -> f32 {
        self.width() * self.height()
    }

    /// The middle of the box.
    #[must_use]
    pub fn center(&self) -> Point {
        Point::new(f32::midpoint(self.left, self.right), f32::midpoint(self.top, self.bottom))
    }

    /// The part of the box inside a photo of `width` x `height` pixels.
    #[must_use]
    pub fn clamped(&self, width: u32, height: u32) -> Self {
        let (width, height) = (width as f32, height as f32);
        Self {
            left: self.left.clamp(0.0, width),
            top: self.top.clamp(0.0, height),
            right: self.right.clamp(0.0, width),
            bottom: self.bottom.clamp(0.0, height),
        }
    }

    /// Intersection over union with `other`, 0 to 1; 0 where either is empty.
    #[must_use]
    pub fn iou(&self, other: &Self) -> f32 {
        let overlap = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
        .area();
        let union = self.area() + other.area() - overlap;
        if union > 0.0 { overlap / union } else { 0.0 }
    }
}

/// Five facial points. "Image" left and right: the subject's right eye is the image-left one in an unmirrored photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FivePoints {
    /// Centre of the eye nearer to the left edge of the photo (the subject's right eye).
    pub image_left_eye: Point,
    /// Centre of the other eye.
    pub image_right_eye: Point,
    /// Tip of the nose.
    pub nose: Point,
    /// Corner of the mouth nearer to the left edge of the photo.
    pub image_left_mouth: Point,
    /// The other corner of the mouth.
    pub image_right_mouth: Point,
}

impl FivePoints {
    /// In the order of wire formats and alignment templates: eyes, nose, mouth corners, image-left first.
    #[must_use]
    pub const fn to_array(self) -> [Point; 5] {
        [self.image_left_eye, self.image_right_eye, self.nose, self.image_left_mouth, self.image_right_mouth]
    }

    /// The inverse of [`FivePoints::to_array`].
    #[must_use]
    pub const fn from_array(points: [Point; 5]) -> Self {
        let [image_left_eye, image_right_eye, nose, image_left_mouth, image_right_mouth] = points;
        Self { image_left_eye, image_right_eye, nose, image_left_mouth, image_right_mouth }
    }

    /// Angle of the eye line in degrees, y down: positive when the image-right eye is lower.
    #[must_use]
    pub fn eye_line_degrees(&self) -> f32 {
        let (left, right) = (self.image_left_eye, self.image_right_eye);
        (right.y - left.y).atan2(right.x - left.x).to_degrees()
    }
}

/// Rotation of the head in degrees, zero when it faces the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeadPose {
    /// Positive: the subject turns to their own left, the nose moves towards the right edge of the photo.
    pub yaw: f32,
    /// Positive: chin down.
    pub pitch: f32,
    /// Positive: counter-clockwise on screen, the image-right eye is higher.
    pub roll: f32,
}

/// How far a photo had to be turned clockwise before its faces stood upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// Not at all: the photo was upright.
    #[default]
    None,
    /// By 90 degrees clockwise.
    Cw90,
    /// By 180 degrees.
    Cw180,
    /// By 270 degrees clockwise (90 counter-clockwise).
    Cw270,
}

impl Turn {
    /// Degrees clockwise: 0, 90, 180 or 270.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Cw90 => 90,
            Self::Cw180 => 180,
            Self::Cw270 => 270,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect([left, top, right, bottom]: [f32; 4]) -> PixelRect {
        PixelRect { left, top, right, bottom }
    }

    #[track_caller]
    fn check_iou(a: [f32; 4], b: [f32; 4], expected: f32) {
        let actual = rect(a).iou(&rect(b));
        assert!((actual - expected).abs() < 1e-6, "IoU of {a:?} and {b:?} is {actual}, expected {expected}");
    }

    #[test]
    fn iou_divides_by_the_true_union() {
        check_iou([0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0], 1.0 / 3.0);
        check_iou([0.0, 0.0, 4.0, 4.0], [1.0, 1.0, 3.0, 3.0], 0.25);
        check_iou([0.0, 0.0, 1.0, 1.0], [2.0, 2.0, 3.0, 3.0], 0.0);
        check_iou([0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], 0.0);
    }

    #[test]
    fn a_box_is_clamped_to_the_photo() {
        assert_eq!(rect([-5.0, 2.0, 30.0, 40.0]).clamped(20, 10), rect([0.0, 2.0, 20.0, 10.0]));
    }

    #[test]
    fn the_eye_line_falls_when_the_right_eye_is_lower() {
        let flat = Point::new(0.0, 0.0);
        let points = FivePoints::from_array([flat, Point::new(1.0, 1.0), flat, flat, flat]);
        assert!((points.eye_line_degrees() - 45.0).abs() < 1e-4);
    }
}
