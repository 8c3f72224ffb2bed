//! Comparisons of computed numbers. A failure shows both numbers and how far apart they are.

/// Asserts that `actual` is within `tolerance` of `expected`.
///
/// # Panics
/// It is not, or one of them is not a number.
#[track_caller]
pub fn assert_near(actual: f64, expected: f64, tolerance: f64) {
    let distance = (actual - expected).abs();
    assert!(distance <= tolerance, "{actual} is {distance} from {expected}, more than {tolerance}");
}

/// Asserts that both slices are equally long and their elements within `tolerance` of each other.
///
/// # Panics
/// They are not; names the element that is farthest off.
#[track_caller]
pub fn assert_all_near(actual: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(actual.len(), expected.len(), "different lengths");
    let distances = actual.iter().zip(expected).map(|(a, b)| (a - b).abs());
    // Total order: a distance that is not a number is the greatest.
    if let Some((index, distance)) = distances.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) {
        assert!(
            distance <= tolerance,
            "element {index}: {} is {distance} from {}, more than {tolerance}",
            actual[index],
            expected[index],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_numbers_pass() {
        assert_near(1.0, 1.5, 0.5);
        assert_all_near(&[1.0, 2.0], &[1.25, 2.0], 0.25);
    }

    #[test]
    #[should_panic(expected = "element 1")]
    fn the_farthest_element_is_named() {
        assert_all_near(&[1.0, 5.0, 3.0], &[1.1, 2.0, 3.0], 0.5);
    }

    #[test]
    #[should_panic(expected = "NaN")]
    fn not_a_number_is_never_near() {
        assert_all_near(&[f32::NAN, 1.0], &[0.0, 1.0], 9.0);
    }
}
