//! Head size: how much of the photo's height the head takes.
//!
//! Native: distance from eyes to chin over the height of the photo. Best at 0.45.

use super::super::context::{Absent, FaceContext};

/// Distance from eyes to chin over the height of the photo.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    Ok(f64::from(face.marks()?.eyes_to_chin()) / f64::from(face.input.photo.height()))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn the_head_counts_by_its_share_of_the_height() {
        let value = sample::with_face(&sample::flat([9; 3]), native).expect("a face");
        assert!((value - 200.0 / 616.0).abs() < 1e-6, "{value}");
    }
}
