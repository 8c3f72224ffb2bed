//! The dot product behind every cosine: one-to-one comparisons and searches add up in one and the same order.
//!
//! Plain code in a shape that the compiler turns into vector instructions, those that every CPU of the architecture
//! has: at 100,000 vectors the memory is the limit, and AVX2 chosen at run time was not faster (docs/decisions/0002).
//! The order of the additions is fixed and products are not fused with sums, so a cosine has the same bits on every
//! machine.

/// Running sums; a multiple of the lanes of the vector instructions.
const SUMS: usize = 16;

/// Dot product of two vectors of one length; what one has beyond the other is left out. `dot(a, b)` and `dot(b, a)` have
/// the same bits.
#[inline]
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_chunks, a_rest) = a.as_chunks::<SUMS>();
    let (b_chunks, b_rest) = b.as_chunks::<SUMS>();
    let mut sums = [0.0; SUMS];
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..SUMS {
            sums[lane] += x[lane] * y[lane];
        }
    }
    for (lane, (x, y)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[lane] += x * y;
    }
    let mut width = SUMS;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reproducible values in -1 to 1 (xorshift).
    fn values(seed: u64, count: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..count)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
            })
            .collect()
    }

    #[test]
    fn a_dot_product_by_hand() {
        assert_eq!(dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 32.0);
        assert_eq!(dot(&[1.0, 2.0, 3.0], &[-1.0, 0.5, 0.0]), 0.0);
    }

    #[test]
    fn every_value_counts_once_whatever_the_length_and_the_order_of_the_two() {
        for (seed, length) in [1, 2, 15, 16, 17, 31, 128, 512, 640, 641].into_iter().enumerate() {
            let (a, b) = (values(seed as u64 + 1, length), values(seed as u64 + 100, length));
            let exact: f64 = a.iter().zip(&b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
            let score = dot(&a, &b);
            assert!((f64::from(score) - exact).abs() < 1e-4, "length {length}: {score} for {exact}");
            assert_eq!(score.to_bits(), dot(&b, &a).to_bits(), "length {length}");
        }
    }

    #[test]
    fn the_sums_are_added_in_the_documented_order() {
        // 2^24 + 1 is lost in f32, so another order would give another number: lane 0 holds 2^24 and 1, lane 8 -2^24.
        let mut row = [0.0; 32];
        (row[0], row[16], row[8]) = (16_777_216.0, 1.0, -16_777_216.0);
        assert_eq!(dot(&[1.0; 32], &row), 0.0);
        (row[16], row[1]) = (0.0, 1.0);
        assert_eq!(dot(&[1.0; 32], &row), 1.0);
    }
}
