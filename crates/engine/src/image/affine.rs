//! Affine maps of the plane, applied to points and images alike.

use faceward_core::Point;

/// `x' = a x + b y + tx`, `y' = c x + d y + ty`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// x' per x.
    pub a: f32,
    /// x' per y.
    pub b: f32,
    /// Added to x'.
    pub tx: f32,
    /// y' per x.
    pub c: f32,
    /// y' per y.
    pub d: f32,
    /// Added to y'.
    pub ty: f32,
}

impl Affine {
    /// The map that leaves every point where it is.
    pub const IDENTITY: Self = Self { a: 1.0, b: 0.0, tx: 0.0, c: 0.0, d: 1.0, ty: 0.0 };

    /// A shift by (`x`, `y`).
    #[must_use]
    pub const fn translation(x: f32, y: f32) -> Self {
        Self { tx: x, ty: y, ..Self::IDENTITY }
    }

    /// Scaling of both axes about the origin.
    #[must_use]
    pub const fn scaling(x: f32, y: f32) -> Self {
        Self { a: x, d: y, ..Self::IDENTITY }
    }

    /// Where `point` goes.
    #[must_use]
    pub fn apply(&self, point: Point) -> Point {
        Point::new(
            self.a * point.x + self.b * point.y + self.tx,
            self.c * point.x + self.d * point.y + self.ty,
        )
    }

    /// This map first, `next` afterwards.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self {
            a: next.a * self.a + next.b * self.c,
            b: next.a * self.b + next.b * self.d,
            tx: next.a * self.tx + next.b * self.ty + next.tx,
            c: next.c * self.a + next.d * self.c,
            d: next.c * self.b + next.d * self.d,
            ty: next.c * self.tx + next.d * self.ty + next.ty,
        }
    }

    /// The map back; `None` where this one collapses the plane.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let det = self.determinant();
        if !det.is_finite() || det.abs() < 1e-12 {
            return None;
        }
        let (a, b, c, d) = (self.d / det, -self.b / det, -self.c / det, self.a / det);
        Some(Self { a, b, tx: -(a * self.tx + b * self.ty), c, d, ty: -(c * self.tx + d * self.ty) })
    }

    /// By how much areas grow; negative for a mirrored map.
    #[must_use]
    pub fn determinant(&self) -> f32 {
        self.a * self.d - self.b * self.c
    }

    /// By how much lengths grow on average: the square root of the growth of areas.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.determinant().abs().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(map: &Affine, from: (f32, f32), to: (f32, f32)) {
        let actual = map.apply(Point::new(from.0, from.1));
        assert!(
            (actual.x - to.0).abs() < 1e-4 && (actual.y - to.1).abs() < 1e-4,
            "{actual:?}, expected {to:?}"
        );
    }

    #[test]
    fn maps_are_applied_in_the_order_of_reading() {
        let map = Affine::translation(1.0, 2.0).then(&Affine::scaling(3.0, 4.0));
        check(&map, (0.0, 0.0), (3.0, 8.0));
        check(&map, (1.0, 1.0), (6.0, 12.0));
        assert!((map.scale() - 12.0_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn the_inverse_leads_back() {
        let map = Affine { a: 2.0, b: 1.0, tx: 5.0, c: -1.0, d: 1.0, ty: -3.0 };
        let back = map.inverse().expect("determinant 3");
        let there = map.apply(Point::new(7.0, -2.0));
        check(&back, (there.x, there.y), (7.0, -2.0));
        assert_eq!(Affine::scaling(1.0, 0.0).inverse(), None);
    }
}
