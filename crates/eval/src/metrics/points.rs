//! How far points lie from where they ought to.

/// Mean distance of points from their true places, over the distance between the outer corners of the eyes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalisedError {
    /// All 68 points.
    pub all: f64,
    /// The inner 51: all but the jaw line, where labels are least certain.
    pub inner: f64,
}

/// First point that is not on the jaw line, in the order of iBUG 300-W.
const FIRST_INNER: usize = 17;
/// Outer corners of the eyes, image-left and image-right.
const OUTER_CORNERS: [usize; 2] = [36, 45];

/// The error of `found` against `truth`, both 68 points in the order of iBUG 300-W, pixels of one convention. `None` if
/// either has another number of points, or the true eyes coincide.
#[must_use]
pub fn normalised_error(found: &[[f32; 2]], truth: &[[f32; 2]]) -> Option<NormalisedError> {
    if found.len() != 68 || truth.len() != 68 {
        return None;
    }
    let distance = |a: [f32; 2], b: [f32; 2]| f64::from((a[0] - b[0]).hypot(a[1] - b[1]));
    let eyes = distance(truth[OUTER_CORNERS[0]], truth[OUTER_CORNERS[1]]);
    let off: Vec<f64> = found.iter().zip(truth).map(|(a, b)| distance(*a, *b) / eyes).collect();
    let mean = |off: &[f64]| off.iter().sum::<f64>() / off.len() as f64;
    (eyes > 0.0).then(|| NormalisedError { all: mean(&off), inner: mean(&off[FIRST_INNER..]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a line, five apart; the outer corners of the eyes are 9 x 5 = 45 apart.
    fn line() -> Vec<[f32; 2]> {
        (0..68_u8).map(|i| [5.0 * f32::from(i), 0.0]).collect()
    }

    #[test]
    fn the_error_is_counted_in_eye_distances() {
        let mut found = line();
        for point in &mut found[..17] {
            point[1] = 45.0;
        }
        let error = normalised_error(&found, &line()).expect("68 points");
        assert!((error.all - 0.25).abs() < 1e-9 && error.inner == 0.0, "{error:?}");
        let shifted: Vec<_> = line().iter().map(|point| [point[0] + 2.7, point[1] + 3.6]).collect();
        let error = normalised_error(&shifted, &line()).expect("68 points");
        assert!((error.all - 0.1).abs() < 1e-6 && (error.inner - 0.1).abs() < 1e-6, "{error:?}");
    }

    #[test]
    fn other_numbers_of_points_and_eyes_in_one_place_have_no_error() {
        assert_eq!(normalised_error(&line()[1..], &line()), None);
        assert_eq!(normalised_error(&line(), &[[1.0, 1.0]; 68]), None);
    }
}
