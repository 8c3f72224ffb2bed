//! The published way from a component's native value to its quality of 0 to 100. Figures: `models/calibration`.

use std::f64::consts::PI;

use faceward_models::calibration::quality::{Mapping, quality};

use super::Component;

/// Quality of `native` by the mapping that ISO/IEC 29794-5's reference implementation publishes for `component`.
///
/// `None` if the calibration has no mapping for it, or `native` is not a number.
#[must_use]
pub fn iso_quality(component: Component, native: f64) -> Option<u8> {
    quality().iso.get(component.name()).and_then(|mapping| apply(mapping, native))
}

/// `mapping` of `native`, rounded and clamped to 0..=100; `None` if the result is not a number.
pub(super) fn apply(mapping: &Mapping, native: f64) -> Option<u8> {
    let value = unrounded(mapping, native);
    (!value.is_nan()).then(|| value.round().clamp(0.0, 100.0) as u8)
}

fn unrounded(mapping: &Mapping, native: f64) -> f64 {
    match *mapping {
        Mapping::Sigmoid { h, a, s, x0, w, center } => {
            let x = center.map_or(native, |center| (native - center).abs());
            h * (a + s * sigmoid(x, x0, w))
        }
        Mapping::Power { h, exponent } => h * native.powf(exponent),
        Mapping::Window { h, rise_x0, fall_x0, w } => {
            h * sigmoid(native, rise_x0, w) * (1.0 - sigmoid(native, fall_x0, w))
        }
        Mapping::Sine { h, k } => h * (PI * k * native / (k * native + 1.0)).sin(),
        Mapping::Reciprocal { offset } => 1.0 / (native + offset),
        Mapping::Linear { intercept, slope } => intercept + slope * native,
        Mapping::CosineSquare { h } => h * native.to_radians().cos().max(0.0).powi(2),
        Mapping::Falling { h, x0, w, end } => h * falling_share(native, x0, w, end),
    }
}

/// 1 up to 0, 0 from `end` on, between them a falling sigmoid stretched to meet both.
fn falling_share(x: f64, x0: f64, w: f64, end: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x >= end {
        return 0.0;
    }
    let (first, last) = (sigmoid(0.0, x0, w), sigmoid(end, x0, w));
    (last - sigmoid(x, x0, w)) / (last - first)
}

/// The logistic step at `x0` of width `w`: 0 to 1.
pub(super) fn sigmoid(x: f64, x0: f64, w: f64) -> f64 {
    1.0 / (1.0 + ((x0 - x) / w).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(component: Component, native: f64, expected: u8) {
        assert_eq!(iso_quality(component, native), Some(expected), "{} of {native}", component.name());
    }

    #[test]
    fn the_middle_of_a_step_is_half_of_its_height() {
        check(Component::InterEyeDistance, 70.0, 50);
        check(Component::MarginAbove, 1.4, 50);
        check(Component::HeadSize, 0.45, 100);
        check(Component::HeadSize, 0.95, 0);
    }

    #[test]
    fn results_stay_between_0_and_100() {
        check(Component::OverExposurePrevention, 0.0, 100);
        check(Component::DynamicRange, 8.0, 100);
        check(Component::UnderExposurePrevention, 0.0, 100);
        check(Component::FaceOcclusionPrevention, 1.0, 0);
        check(Component::HeadPoseYaw, 120.0, 0);
        check(Component::HeadPoseYaw, 45.0, 50);
        check(Component::NoHeadCoverings, 0.0, 100);
        check(Component::NoHeadCoverings, 0.95, 0);
    }

    #[test]
    fn what_is_not_a_number_has_no_quality() {
        assert_eq!(iso_quality(Component::LuminanceMean, f64::NAN), None);
    }
}
