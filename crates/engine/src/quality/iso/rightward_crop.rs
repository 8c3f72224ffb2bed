//! Rightward crop of the face image: room between the image-left eye and the right edge of the photo.
//!
//! Native: that room in eye distances, in pixels of the photo. The eye distance is not
//! corrected for yaw: the published native values say so.

use super::super::context::{Absent, FaceContext};

/// Room between the image-left eye and the right edge of the photo, in eye distances.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let marks = face.marks()?;
    let [left_eye, _] = marks.eye_centres();
    let room = face.input.photo.width() as f32 - left_eye.x;
    Ok(f64::from(room / marks.eye_distance()))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn the_room_counts_in_eye_distances() {
        let value = sample::with_face(&sample::flat([9; 3]), native).expect("a face");
        assert!((value - (616.0 - 251.5) / 113.0).abs() < 1e-4, "{value}");
    }
}
