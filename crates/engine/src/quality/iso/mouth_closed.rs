//! Mouth closed: how little the lips part.
//!
//! Native: the widest distance between the inner lips over the distance from eyes to chin; 0 is closed.

use super::super::context::{Absent, FaceContext};

/// Opening of the lips over the distance from eyes to chin.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let marks = face.marks()?;
    Ok(f64::from(marks.lip_opening() / marks.eyes_to_chin()))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn parted_lips_count_by_their_distance() {
        // Lips 10 apart, 200 from the eyes to the chin.
        let value = sample::with_face(&sample::flat([9; 3]), native).expect("a face");
        assert!((value - 0.05).abs() < 1e-6, "{value}");
    }
}
