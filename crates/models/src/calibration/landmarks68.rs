//! The linear map from the face mesh to the 68 points, from `models/calibration/landmarks68.toml` and `.bin`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{TableError, numbers, table};

/// Coordinates of the 68 points: x and y of each.
const N_OUTPUTS: usize = 2 * 68;
/// Coordinates of the 478 points of the mesh: x and y of each.
const N_INPUTS: usize = 2 * 478;

static TABLE: LazyLock<Landmarks68> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/landmarks68.toml");
    let bytes = include_bytes!("../../../../models/calibration/landmarks68.bin");
    read(text, bytes).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn landmarks68() -> &'static Landmarks68 {
    &TABLE
}

/// `offset` + `weights` x the mesh's coordinates, in a frame that moves, turns and grows with the face.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks68 {
    /// x and y of each of the 68 points: 136 numbers.
    pub offset: Vec<f32>,
    /// 136 rows of 956 numbers: x and y of each of the 478 points.
    pub weights: Vec<f32>,
    /// Pixels to add to both coordinates, so that the points are those of the labels that the map was fitted to.
    pub label_shift: f32,
    /// What it was fitted on, and how well it does.
    pub fit: Landmarks68Fit,
}

/// Where the map comes from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landmarks68Fit {
    /// Name of the photos.
    pub data: String,
    /// Their number.
    pub photos: u32,
    /// Number of persons on them.
    pub persons: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// See [`Landmarks68::label_shift`].
    label_shift: f32,
    /// Mean error of all points, as a part of the distance of the outer eye corners, on persons not fitted.
    pub error_all_68: f32,
    /// The same without the jaw line.
    pub error_inner_51: f32,
}

fn read(text: &str, bytes: &[u8]) -> Result<Landmarks68, TableError> {
    let fit: Landmarks68Fit = table("landmarks68", text)?;
    let mut offset = numbers("landmarks68", bytes, N_OUTPUTS * (N_INPUTS + 1))?;
    let weights = offset.split_off(N_OUTPUTS);
    Ok(Landmarks68 { offset, weights, label_shift: fit.label_shift, fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_complete_and_meets_its_aim() {
        let map = landmarks68();
        assert_eq!((map.offset.len(), map.weights.len()), (136, 136 * 956));
        assert!(map.fit.error_all_68 <= 0.045 && map.fit.error_inner_51 <= 0.040, "{:?}", map.fit);
    }
}
