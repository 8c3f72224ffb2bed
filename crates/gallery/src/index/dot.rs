//! Dot products of one probe with many rows.
//!
//! Plain code in a shape that the compiler turns into vector instructions, those that every CPU of the architecture
//! has: at 100,000 vectors the memory is the limit, and AVX2 chosen at run time was not faster (docs/decisions/0002).
//! The order of the additions is fixed and products are not fused with sums, so a cosine has the same bits on every
//! machine.

/// Running sums; a multiple of the lanes of the vector instructions.
const SUMS: usize = 16;

/// Dot product of `probe` with each row of `rows` (row-major, each as long as `probe`), into `scores`.
pub(super) fn dot_rows(probe: &[f32], rows: &[f32], scores: &mut [f32]) {
    for (row, score) in rows.chunks_exact(probe.len()).zip(scores) {
        *score = dot(probe, row);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
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
        let mut scores = [0.0; 2];
        dot_rows(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0, -1.0, 0.5, 0.0], &mut scores);
        assert_eq!(scores, [32.0, 0.0]);
    }

    #[test]
    fn every_value_counts_once_whatever_the_length() {
        for (seed, length) in [1, 2, 15, 16, 17, 31, 128, 512, 640, 641].into_iter().enumerate() {
            let rows = 9;
            let probe = values(seed as u64 + 1, length);
            let matrix = values(seed as u64 + 100, length * rows);
            let mut scores = vec![0.0; rows];
            dot_rows(&probe, &matrix, &mut scores);
            for (row, score) in matrix.chunks(length).zip(scores) {
                let exact: f64 = row.iter().zip(&probe).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
                assert!((f64::from(score) - exact).abs() < 1e-4, "length {length}: {score} for {exact}");
            }
        }
    }

    #[test]
    fn the_sums_are_added_in_the_documented_order() {
        // 2^24 + 1 is lost in f32, so another order would give another number: lane 0 holds 2^24 and 1, lane 8 -2^24.
        let mut row = [0.0; 32];
        (row[0], row[16], row[8]) = (16_777_216.0, 1.0, -16_777_216.0);
        let mut scores = [9.0];
        dot_rows(&[1.0; 32], &row, &mut scores);
        assert_eq!(scores, [0.0]);
        (row[16], row[1]) = (0.0, 1.0);
        dot_rows(&[1.0; 32], &row, &mut scores);
        assert_eq!(scores, [1.0]);
    }
}
