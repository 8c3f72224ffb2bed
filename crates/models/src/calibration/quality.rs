//! Face image quality: the standard's mappings from native values, from `models/calibration/quality.toml`.
//!
//! Data only; `faceward-engine` applies it. Formulas and units are explained beside the figures.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::table;

static TABLE: LazyLock<QualityCalibration> = LazyLock::new(|| {
    let text = include_str!("../../../../models/calibration/quality.toml");
    table("quality", text).expect("a test reads the embedded table")
});

/// The table of this binary.
#[must_use]
pub fn quality() -> &'static QualityCalibration {
    &TABLE
}

/// All figures that quality measures need.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityCalibration {
    /// From a component's native value to its quality, by the component's `snake_case` name.
    pub iso: BTreeMap<String, Mapping>,
}

/// From a native value to a quality of 0 to 100, before rounding and clamping.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mapping {
    /// `h (a + s sigmoid(x; x0, w))`, of the distance to `center` where there is one.
    Sigmoid {
        /// Scale of the result.
        h: f64,
        /// Offset before scaling.
        a: f64,
        /// Sign and height of the step.
        s: f64,
        /// Native value at the middle of the step.
        x0: f64,
        /// Width of the step, in native units.
        w: f64,
        /// The best native value, where values on both sides of it are worse.
        center: Option<f64>,
    },
    /// `h x^exponent`.
    Power {
        /// Scale of the result.
        h: f64,
        /// Exponent.
        exponent: f64,
    },
    /// A rising sigmoid times a falling one of the same width.
    Window {
        /// Scale of the result.
        h: f64,
        /// Middle of the rise.
        rise_x0: f64,
        /// Middle of the fall.
        fall_x0: f64,
        /// Width of both.
        w: f64,
    },
    /// `h sin(pi k x / (k x + 1))`.
    Sine {
        /// Scale of the result.
        h: f64,
        /// Steepness.
        k: f64,
    },
    /// `1 / (x + offset)`.
    Reciprocal {
        /// Keeps the result finite.
        offset: f64,
    },
    /// `intercept + slope x`.
    Linear {
        /// Result at 0.
        intercept: f64,
        /// Change per native unit.
        slope: f64,
    },
    /// `h max(0, cos x)^2`, x in degrees.
    CosineSquare {
        /// Scale of the result.
        h: f64,
    },
    /// From `h` at 0 down to 0 at `end`, along a sigmoid.
    Falling {
        /// Scale of the result.
        h: f64,
        /// Middle of the fall.
        x0: f64,
        /// Width of the fall.
        w: f64,
        /// Native value from which on the result is 0.
        end: f64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_has_a_mapping_for_every_component() {
        assert_eq!(quality().iso.len(), 28);
        let head_size = Mapping::Sigmoid { h: 200.0, a: 1.0, s: -1.0, x0: 0.0, w: 0.05, center: Some(0.45) };
        assert_eq!(quality().iso.get("head_size"), Some(&head_size));
    }
}
