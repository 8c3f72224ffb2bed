//! Vectors in a byte a value, and how far a cosine computed from them can be from the true one.
//!
//! # The bound
//! A vector `x` of `n` values is kept as whole numbers `c` of -127 to 127 and a scale `s`: x' = s·c. Beside it lies its error
//! e(x) ≥ |x - x'|, measured, not estimated. For a probe `p`, kept in the same way,
//!
//! ```text
//! p·x - p'·x' = (p - p')·x + p'·(x - x'), so by Cauchy and Schwarz
//! p·x        ≤ p'·x' + e(p)·|x| + |p'|·e(x)                                                       (1)
//! ```
//!
//! p'·x' is s(p)·s(x)·S with a sum S of whole numbers, which is exact. A row is passed over only if the right side of (1) plus
//! a slack is below the cosine that is looked for. The slack pays for the rounding of both sides. With u = 2^-24, the largest
//! relative error of one operation in f32, |x| and |p| at most [`LARGEST_NORM`], n at most [`LONGEST_CODED`]:
//!
//! - *The right side.* A value is at most half a step off, and a step is at most norm / 127: e ≤ (norm / 254)·√n ≤ 0.51. So
//!   |p'·x'| ≤ (norm + e)² ≤ 2.31, with three roundings (S to f32, and two products): 7 u. |p'|·e(x) ≤ 0.78 with one, the sum
//!   of the two other terms ≤ 1.3 with one, the whole ≤ 3.7 with one: 5.8 u. Together less than 13 u.
//! - *The left side* is no p·x but what [`Cosine::of`](faceward_core::Cosine::of) makes of it: 16 sums of ⌈n/16⌉ products each,
//!   then four additions. Every product meets at most m = ⌈n/16⌉ + 5 roundings: |error| ≤ m·u / (1 - m·u)·Σ|pᵢxᵢ|
//!   ≤ (m + 1) u.
//! - Numbers too small for full precision add less than n·2^-148 in all, which is nothing beside u.
//!
//! The slack is (⌈n/16⌉ + 32) u, 4e-6 for 640 values; (1) itself is some hundredths. Errors are computed in f64 and rounded
//! up. A row for which any of this does not hold has an infinite error: it is always compared. The cosine is the dot product
//! cut off at -1 and 1, which only matters for a floor of -1, that every row reaches.

use faceward_kernels::{GROUP, Part, QUAD, Quad, Sums};

/// Longest vector that is coded. The sums of longer ones are exact as well, but the slack is not made for them.
pub(crate) const LONGEST_CODED: usize = 16_384;
/// Norms of unit vectors are off by rounding; this leaves room for [`faceward_core::Embedding::restored`].
const LARGEST_NORM: f64 = 1.0001;
const LARGEST_CODE: f32 = 127.0;
/// What makes a code a byte of a row.
const OFFSET: i32 = 128;
/// Values that are worked on side by side.
const LANES: usize = 8;
/// Makes up for the roundings of a norm in f64.
const UP: f64 = 1.0 + 1e-9;

/// What lies beside the codes of the 16 rows of a group.
#[derive(Clone, Copy)]
pub(crate) struct GroupBounds {
    scales: [f32; GROUP],
    errors: [f32; GROUP],
}

/// A vector to be looked for.
pub(crate) struct Probe<'a> {
    vector: &'a [f32],
    coded: Option<CodedProbe>,
}

/// The codes of a probe, and the bound for it.
pub(crate) struct CodedProbe {
    quads: Vec<Quad>,
    /// What the sums of bytes have too much.
    offset: i32,
    scale: f32,
    /// |p'|.
    slope: f32,
    /// e(p)·|x| and the slack.
    base: f32,
}

/// Parts of a group of rows of `length` values.
pub(crate) const fn n_quads(length: usize) -> usize {
    length.div_ceil(QUAD)
}

impl GroupBounds {
    /// Of rows that are not there yet.
    pub(crate) const EMPTY: Self = Self { scales: [0.0; GROUP], errors: [f32::INFINITY; GROUP] };

    /// Puts the codes of `vector` into row `lane` of `group`.
    pub(crate) fn put(&mut self, group: &mut [Part], lane: usize, vector: &[f32]) {
        let scale = scale_of(vector);
        let error = error_of(vector, scale);
        for (part, values) in group.iter_mut().zip(vector.chunks(QUAD)) {
            let codes = quad(values, scale).map(|code| (i32::from(code) + OFFSET) as u8);
            part[lane * QUAD..][..QUAD].copy_from_slice(&codes);
        }
        // An infinite error must win, and an infinite scale times 0 would be no number.
        self.scales[lane] = if error.is_finite() { scale } else { 0.0 };
        self.errors[lane] = error;
    }
}

impl<'a> Probe<'a> {
    pub(crate) fn new(vector: &'a [f32]) -> Self {
        Self { vector, coded: CodedProbe::of(vector) }
    }

    pub(crate) const fn vector(&self) -> &'a [f32] {
        self.vector
    }

    /// `None` if nothing can be told from codes.
    pub(crate) const fn coded(&self) -> Option<&CodedProbe> {
        self.coded.as_ref()
    }
}

impl CodedProbe {
    fn of(vector: &[f32]) -> Option<Self> {
        if vector.is_empty() || vector.len() > LONGEST_CODED {
            return None;
        }
        let scale = scale_of(vector);
        let quads: Vec<Quad> = vector.chunks(QUAD).map(|values| quad(values, scale)).collect();
        let (mut sum, mut square) = (0, 0);
        for code in quads.as_flattened() {
            sum += i32::from(*code);
            square += i32::from(*code).pow(2);
        }
        let slope = rounded_up(f64::from(scale) * f64::from(square).sqrt());
        let slack = (vector.len().div_ceil(16) + 32) as f64 * f64::from(f32::EPSILON) / 2.0;
        let base = rounded_up(f64::from(error_of(vector, scale)) * LARGEST_NORM + slack);
        // The infinite error of a row must win: the slope, rounded up, is never 0.
        let usable = base.is_finite() && slope.is_finite();
        usable.then_some(Self { quads, offset: OFFSET * sum, scale, slope, base })
    }

    pub(crate) fn quads(&self) -> &[Quad] {
        &self.quads
    }

    /// Whether the cosine with any row of a group could be `floor` or more.
    #[inline]
    pub(crate) fn could_reach(&self, sums: &Sums, bounds: &GroupBounds, floor: f32) -> bool {
        let mut any = false;
        // No early end: all lanes are computed at once.
        for ((sum, scale), error) in sums.iter().zip(&bounds.scales).zip(&bounds.errors) {
            any |= self.largest(*sum, *scale, *error) >= floor;
        }
        any
    }

    /// The rows of a group whose cosine could be `floor` or more. Takes the floor anew for each.
    #[inline]
    pub(crate) fn could_reach_in_lane(
        &self,
        sums: &Sums,
        bounds: &GroupBounds,
        lane: usize,
        floor: f32,
    ) -> bool {
        self.largest(sums[lane], bounds.scales[lane], bounds.errors[lane]) >= floor
    }

    /// The right side of (1) with the slack.
    #[inline]
    fn largest(&self, sum: i32, scale: f32, error: f32) -> f32 {
        let near = (sum - self.offset) as f32 * scale * self.scale;
        near + (self.slope * error + self.base)
    }
}

/// The step of the codes of `vector`.
fn scale_of(vector: &[f32]) -> f32 {
    let mut largest = [0.0_f32; LANES];
    for values in vector.chunks(LANES) {
        for (largest, value) in largest.iter_mut().zip(values) {
            // What is no number is passed over.
            *largest = if value.abs() > *largest { value.abs() } else { *largest };
        }
    }
    largest.into_iter().fold(0.0, f32::max) / LARGEST_CODE
}

/// The codes of up to four values. Whatever they are, [`error_of`] tells what they are worth.
fn quad(values: &[f32], scale: f32) -> Quad {
    let mut codes = [0; QUAD];
    for (code, value) in codes.iter_mut().zip(values) {
        *code = code_of(*value, scale.recip());
    }
    codes
}

/// The nearest code. Quick, for a folder with a million vectors is waited for; any code if `value` is no number.
fn code_of(value: f32, codes_per_one: f32) -> i8 {
    // Beside this number there is no room for fractions: the sum is rounded to a whole number, whose bits are its last.
    const ROUNDING: f32 = 12_582_912.0;
    ((value * codes_per_one).clamp(-LARGEST_CODE, LARGEST_CODE) + ROUNDING).to_bits() as i8
}

/// At least |x - x'|; infinite if `vector` is longer than a unit vector or not finite.
fn error_of(vector: &[f32], scale: f32) -> f32 {
    // Sums side by side: no addition waits for the one before.
    let (mut squares, mut norms) = ([0.0; LANES], [0.0; LANES]);
    let codes_per_one = scale.recip();
    for values in vector.chunks(LANES) {
        for ((square, norm), value) in squares.iter_mut().zip(&mut norms).zip(values) {
            let kept = f64::from(scale) * f64::from(code_of(*value, codes_per_one));
            let value = f64::from(*value);
            *square += (value - kept) * (value - kept);
            *norm += value * value;
        }
    }
    let (square, norm): (f64, f64) = (squares.iter().sum(), norms.iter().sum());
    if norm.sqrt() * UP <= LARGEST_NORM { rounded_up(square.sqrt()) } else { f32::INFINITY }
}

/// An f32 that is not below the true value of which `value` is a result in f64.
fn rounded_up(value: f64) -> f32 {
    ((value * UP) as f32).next_up()
}

#[cfg(test)]
mod tests {
    use faceward_core::Cosine;
    use proptest::prelude::*;

    use super::*;

    /// A group in which every row is `vector`, and the sums of `probe` with it by the definition.
    fn coded(vector: &[f32], probe: &CodedProbe) -> (GroupBounds, Sums) {
        let mut group = vec![[OFFSET as u8; GROUP * QUAD]; n_quads(vector.len())];
        let mut bounds = GroupBounds::EMPTY;
        for lane in 0..GROUP {
            bounds.put(&mut group, lane, vector);
        }
        let mut sums = [[0; GROUP]];
        faceward_kernels::Kernel::PLAIN.dots(&group, &[probe.quads()], &mut sums);
        (bounds, sums[0])
    }

    /// The cosine must be inside of the bound, and the bound inside of `width` above it.
    #[track_caller]
    fn check(probe: &[f32], row: &[f32], width: f32) {
        let coded_probe = CodedProbe::of(probe).expect("a unit vector");
        let (bounds, sums) = coded(row, &coded_probe);
        let Cosine(cosine) = Cosine::of(probe, row);
        assert!(coded_probe.could_reach(&sums, &bounds, cosine), "{cosine} of {probe:?} and {row:?}");
        let far = cosine + width;
        assert!(!coded_probe.could_reach(&sums, &bounds, far), "{far} of {probe:?} and {row:?}");
    }

    fn unit(values: &[f32]) -> Vec<f32> {
        let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        values.iter().map(|v| (f64::from(*v) / norm) as f32).collect()
    }

    #[test]
    fn one_value_has_no_error_to_speak_of() {
        check(&[1.0], &[1.0], 1e-5);
        check(&[1.0], &[-1.0], 1e-5);
    }

    #[test]
    fn values_that_fall_between_two_codes_are_inside_the_bound() {
        // 127 times the largest value is the scale; the second value is half a step off.
        check(&unit(&[1.0, 0.5 / 127.0]), &unit(&[1.0, 1.5 / 127.0]), 0.02);
    }

    #[test]
    fn tiny_values_beside_one_large_one_are_inside_the_bound() {
        let mut row = vec![1e-30; 640];
        row[17] = 1.0;
        check(&row, &row, 1e-4);
        row[18] = 1e-45;
        check(&row, &vec![(1.0_f32 / 640.0).sqrt(); 640], 0.01);
    }

    #[test]
    fn a_row_that_is_no_unit_vector_is_always_compared() {
        let probe = CodedProbe::of(&[1.0, 0.0]).expect("a unit vector");
        for row in [[2.0, 0.0], [f32::NAN, 0.0], [f32::INFINITY, 1.0]] {
            let (bounds, sums) = coded(&row, &probe);
            assert!(probe.could_reach(&sums, &bounds, f32::MAX), "{row:?}");
        }
        let (bounds, sums) = coded(&[0.0, 0.0], &probe);
        assert!(probe.could_reach(&sums, &bounds, 0.0));
        assert!(!probe.could_reach(&sums, &bounds, 0.001));
    }

    #[test]
    fn a_probe_without_a_bound_has_no_codes() {
        for probe in [vec![], vec![2.0], vec![f32::NAN], vec![f32::INFINITY], vec![0.0; LONGEST_CODED + 1]] {
            assert!(CodedProbe::of(&probe).is_none(), "{} values", probe.len());
        }
        for probe in [[0.0; 4], [1e-45; 4]] {
            check(&probe, &[0.5; 4], 1e-4);
        }
        assert!(CodedProbe::of(&unit(&vec![1.0; LONGEST_CODED])).is_some());
    }

    proptest! {
        #[test]
        fn no_cosine_is_above_its_bound(
            pairs in prop::collection::vec((-1.0_f32..1.0, -1.0_f32..1.0, -40_i32..1), 2..700),
            alike in 0.0_f32..1.0,
        ) {
            let spread = |value: f32, exponent: i32| value * 2.0_f32.powi(exponent);
            let probe: Vec<f32> = pairs.iter().map(|(a, _, e)| spread(*a, *e)).collect();
            let row: Vec<f32> =
                pairs.iter().map(|(a, b, e)| alike * spread(*a, *e) + (1.0 - alike) * spread(*b, *e)).collect();
            prop_assume!(probe.iter().chain(&row).any(|v| v.abs() > 1e-3));
            prop_assume!(row.iter().any(|v| v.abs() > 1e-6) && probe.iter().any(|v| v.abs() > 1e-6));
            let (probe, row) = (unit(&probe), unit(&row));
            let coded_probe = CodedProbe::of(&probe).expect("a unit vector");
            let (bounds, sums) = coded(&row, &coded_probe);
            let Cosine(cosine) = Cosine::of(&probe, &row);
            prop_assert!(coded_probe.could_reach(&sums, &bounds, cosine));
            prop_assert!(!coded_probe.could_reach(&sums, &bounds, cosine + 0.25));
        }
    }
}
