//! By what of an embedding faces are compared: `models/calibration/projection.toml` and `.bin`.
//!
//! Directions that say what happened to a photo rather than who is on it count less, and what is left is cut to the axes along
//! which people differ most.

use std::sync::{Arc, LazyLock};

use faceward_core::{ModelId, Projection};
use serde::Deserialize;

use super::{TableError, numbers, table};

static TABLE: LazyLock<Arc<Projection>> = LazyLock::new(|| Arc::new(read().expect("a test reads the table")));

/// The projection of this binary.
#[must_use]
pub fn projection() -> &'static Arc<Projection> {
    &TABLE
}

/// The file; the numbers lie beside it, row by row.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    of: String,
    model: String,
    n_values: usize,
    rows: usize,
    #[expect(dead_code, reason = "says to a reader what it was fitted on")]
    fit: Fit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "says to a reader what it was fitted on")]
struct Fit {
    data: String,
    faces: u64,
    ways: u64,
    date: String,
}

fn read() -> Result<Projection, TableError> {
    let file: File = table("projection", include_str!("../../../../models/calibration/projection.toml"))?;
    let bytes = include_bytes!("../../../../models/calibration/projection.bin");
    let rows = numbers("projection", bytes, file.n_values * file.rows)?;
    let models = (ModelId::new(&file.of), ModelId::new(&file.model));
    let expected = file.n_values.max(1);
    Projection::new(models.0, models.1, file.n_values, rows).ok_or(TableError::Length {
        name: "projection",
        bytes: bytes.len(),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::embedding::embedding;
    use crate::calibration::similarity::similarity;

    #[test]
    fn it_takes_what_the_networks_make_and_makes_what_similarities_are_of() {
        let (projection, fusion) = (read().expect("readable"), embedding());
        assert!(projection.takes(fusion.model(), fusion.dimensions.iter().sum()));
        assert_eq!(projection.model(), similarity().model());
        assert_eq!(projection.length(), 160);
    }

    #[test]
    fn rows_stand_for_themselves() {
        // Whoever looks like one axis of them looks like no other more.
        let (projection, model) = (projection(), embedding().model());
        let mut vector = vec![0.0; 640];
        vector[7] = 1.0;
        let short = projection.applied(model, &vector).expect("taken");
        let norm: f32 = short.vector().iter().map(|value| value * value).sum();
        assert!((norm - 1.0).abs() < 1e-5, "{norm}");
    }
}
