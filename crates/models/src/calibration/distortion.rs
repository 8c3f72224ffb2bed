//! How much a lens, or a short distance, has bent a face: from `models/calibration/distortion.{toml,bin}`.
//!
//! Data only: the arithmetic is the engine's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::face_attributes::Logistic;
use super::shape_network::ShapeNetwork;
use super::{TableError, table};

static TABLE: LazyLock<DistortionTable> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/distortion.toml");
    let bytes = include_bytes!("../../../../models/calibration/distortion.bin");
    read(text, bytes).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn distortion() -> &'static DistortionTable {
    &TABLE
}

/// The small network that estimates the deformation, and the probability that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct DistortionTable {
    /// Its output is the square root of the deformation: the root mean square distance of the bent face from the
    /// straight one, as a part of the face's root mean square size.
    pub network: ShapeNetwork,
    /// What it was fitted on, and how well it does.
    pub fit: DistortionFit,
}

impl DistortionTable {
    /// Yaw and pitch.
    pub const N_OTHERS: usize = 2;
}

/// Where the network comes from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistortionFit {
    /// Names of the sets of photos that it was fitted on.
    pub data: String,
    /// Shapes, of straight and of bent photos.
    pub shapes: u32,
    /// Day of the fit, as in `2026-01-31`.
    pub date: String,
    /// Number of principal components.
    pub components: usize,
    /// Number of hidden units.
    pub hidden: usize,
    /// From the network's output to a probability.
    pub score: Logistic,
    /// Rank correlation with the deformation, on persons that were not fitted.
    pub rank_correlation: f32,
    /// The same with the strength of each kind.
    pub by_kind: KindCorrelations,
    /// Share of straight photos above the threshold.
    pub straight_refused: f32,
    /// Share of those above it that are deformed by more than twice what counts as a defect.
    pub bent_refused: f32,
    /// Probability that a deformed face scores above a straight one.
    pub auc: f32,
}

/// Rank correlation with the strength of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindCorrelations {
    /// Lines bend outwards.
    pub barrel: f32,
    /// Lines bend inwards.
    pub pincushion: f32,
    /// Angles instead of tangents.
    pub fisheye: f32,
    /// Too high.
    pub stretch: f32,
    /// Too wide.
    pub squeeze: f32,
}

fn read(text: &str, bytes: &[u8]) -> Result<DistortionTable, TableError> {
    let fit: DistortionFit = table("distortion", text)?;
    let others = DistortionTable::N_OTHERS;
    let network = ShapeNetwork::read("distortion", bytes, fit.components, fit.hidden, others)?;
    Ok(DistortionTable { network, fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_and_rises_with_the_deformation() {
        let table = distortion();
        assert_eq!(table.network.output.len(), table.fit.hidden);
        assert!(table.fit.score.slope > 0.0);
    }
}
