//! How the embeddings of two networks become one: weights and the mean of other people, from
//! `models/calibration/embedding.toml` and `.bin`.

use std::sync::LazyLock;

use faceward_core::ModelId;
use serde::Deserialize;

use super::{TableError, numbers, table};

static TABLE: LazyLock<EmbeddingFusion> = LazyLock::new(|| read().expect("a test reads the embedded table"));

/// The table of this binary.
#[must_use]
pub fn embedding() -> &'static EmbeddingFusion {
    &TABLE
}

/// Weights and centre of the fused embedding.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddingFusion {
    /// The id that fused embeddings carry. Another mean or other weights need another id.
    pub model: ModelId,
    /// Length of each network's vector.
    pub dimensions: [usize; 2],
    /// Weight of each network's cosine; they add up to 1.
    pub weights: [f32; 2],
    /// How far the mesh sees image-left eye, image-right eye, nose, image-left and image-right mouth corner beside where
    /// the detector sees them, in the median: x, y in pixels of the 112 px chip.
    pub mesh_offsets: [[f32; 2]; 5],
    /// Mean of the joined vectors of other people, subtracted before the vector is normalised; as long as both
    /// dimensions together.
    pub mean: Vec<f32>,
}

impl EmbeddingFusion {
    /// The id that fused embeddings carry.
    #[must_use]
    pub const fn model(&self) -> &ModelId {
        &self.model
    }
}

/// The file; the numbers lie beside it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: String,
    dimensions: [usize; 2],
    weights: [f32; 2],
    mesh_offsets: [[f32; 2]; 5],
    #[expect(dead_code, reason = "says to a reader what the mean was fitted on")]
    fit: Fit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "says to a reader what the mean was fitted on")]
struct Fit {
    data: String,
    photos: u64,
    mirrored: bool,
    date: String,
}

fn read() -> Result<EmbeddingFusion, TableError> {
    let file: File = table("embedding", include_str!("../../../../models/calibration/embedding.toml"))?;
    let mean = numbers(
        "embedding",
        include_bytes!("../../../../models/calibration/embedding.bin"),
        file.dimensions.iter().sum(),
    )?;
    Ok(EmbeddingFusion {
        model: ModelId::new(&file.model),
        dimensions: file.dimensions,
        weights: file.weights,
        mesh_offsets: file.mesh_offsets,
        mean,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_fusion_is_complete() {
        let fusion = read().expect("readable");
        assert_eq!(fusion.mean.len(), 640);
        assert!((fusion.weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(fusion.mesh_offsets.iter().flatten().all(|offset| offset.abs() < 4.0), "{fusion:?}");
    }

    #[test]
    fn the_mean_lies_inside_the_unit_ball() {
        let length = embedding().mean.iter().map(|value| value * value).sum::<f32>().sqrt();
        assert!(length > 0.05 && length < 0.9, "{length}");
    }
}
