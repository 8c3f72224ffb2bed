//! The mean face that head pose is measured against, from `models/calibration/head_pose.toml` and `.bin`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{TableError, numbers, table};

/// Points of the mesh that lie on the skin.
const N_POINTS: usize = 468;

static TABLE: LazyLock<HeadPoseTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/head_pose.toml");
    let bytes = include_bytes!("../../../../models/calibration/head_pose.bin");
    read(text, bytes).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn head_pose() -> &'static HeadPoseTable {
    &TABLE
}

/// The mean face, looking into the camera.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadPoseTable {
    /// The 468 points of the skin, in the order of the mesh.
    pub mean_face: Vec<MeanPoint>,
    /// What it was computed from, and how well it does.
    pub fit: HeadPoseFit,
}

/// A point of the mean face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanPoint {
    /// x to the image's right, y down, z away from the camera; the face's root mean square is 1.
    pub place: [f32; 3],
    /// How much the point counts; 0 for what an open mouth moves.
    pub weight: f32,
}

/// Where the mean face comes from. Angles in degrees.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadPoseFit {
    /// Name of the photos.
    pub data: String,
    /// Their number.
    pub photos: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Standard deviation of yaw + yaw of the mirrored photo.
    pub mirrored_yaw_deviation: f32,
    /// Standard deviation of pitch - pitch of the mirrored photo.
    pub mirrored_pitch_deviation: f32,
    /// Part of the photos with yaw beyond 5 degrees whose nose is offset to that side.
    pub yaw_sign_agreement: f32,
    /// Mean and standard deviation of yaw over the photos.
    pub yaw: [f32; 2],
    /// Mean and standard deviation of pitch over the photos.
    pub pitch: [f32; 2],
}

fn read(text: &str, bytes: &[u8]) -> Result<HeadPoseTable, TableError> {
    let fit = table("head_pose", text)?;
    let mean_face = numbers("head_pose", bytes, N_POINTS * 4)?
        .chunks_exact(4)
        .map(|four| MeanPoint { place: [four[0], four[1], four[2]], weight: four[3] })
        .collect();
    Ok(HeadPoseTable { mean_face, fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_face_looks_into_the_camera() {
        let face = &head_pose().mean_face;
        assert_eq!(face.len(), 468);
        let place = |index: usize| face[index].place;
        let (nose, forehead, chin) = (place(1), place(10), place(152));
        assert!(nose[0].abs() < 1e-3 && nose[2] < forehead[2], "the nose is in the middle and in front");
        assert!((forehead[2] - chin[2]).abs() < 1e-2, "forehead and chin are equally deep");
        assert!(place(33)[0] < 0.0 && place(263)[0] > 0.0 && (place(33)[1] - place(263)[1]).abs() < 1e-3);
        assert!(face[33].weight > 0.0 && face[152].weight == 0.0, "eyes count, the chin does not");
    }
}
