//! Margin below of the face image: room between the eyes and the lower edge of the photo.
//!
//! Native: that room in distances from eyes to chin, in pixels of the photo.

use super::super::context::{Absent, FaceContext};

/// Room between the eyes and the lower edge of the photo, in distances from eyes to chin.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let marks = face.marks()?;
    let room = face.input.photo.height() as f32 - marks.eye_mid().y;
    Ok(f64::from(room / marks.eyes_to_chin()))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn the_room_counts_in_distances_from_eyes_to_chin() {
        let value = sample::with_face(&sample::flat([9; 3]), native).expect("a face");
        assert!((value - (616.0 - 272.5) / 200.0).abs() < 1e-4, "{value}");
    }
}
