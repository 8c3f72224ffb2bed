//! Eyes open: how far the more closed eye is open.
//!
//! Native: the widest distance between its lids over the distance from eyes to chin; 0 (closed), about 0.06 (open).

use super::super::context::{Absent, FaceContext};

/// The lesser of the two openings over the distance from eyes to chin.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let marks = &face.aligned()?.marks;
    let [left, right] = marks.lid_openings();
    Ok(f64::from(left.min(right) / marks.eyes_to_chin()))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn the_more_closed_eye_counts() {
        // Lids 12 and 9 apart, 200 from the eyes to the chin.
        let value = sample::with_face(&sample::flat([9; 3]), native).expect("a face");
        assert!((value - 9.0 / 200.0).abs() < 1e-4, "{value}");
    }
}
