//! `Cosine::of` against the dot product that searches used before one-to-one comparisons shared it (at commit a1c4b5b).
//! `cargo bench -p faceward-core`

use divan::{Bencher, black_box};
use faceward_core::Cosine;

/// Rows of 640 values: some lie in the first cache, some in memory.
const ROWS: [usize; 2] = [8, 40_000];
const VALUES: usize = 640;

fn main() {
    divan::main();
}

fn vectors(count: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let value = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 27) as f32 - 0.0625
    };
    std::iter::repeat_with(value).take(count * VALUES).collect()
}

#[divan::bench(args = ROWS)]
fn cosine_of(bencher: Bencher<'_, '_>, rows: usize) {
    let (probe, rows) = (vectors(1), vectors(rows));
    bencher.bench_local(|| {
        let cosines = rows.chunks_exact(VALUES).map(|row| Cosine::of(black_box(&probe), row).0);
        cosines.fold(0.0, f32::max)
    });
}

#[divan::bench(args = ROWS)]
fn dot_at_a1c4b5b(bencher: Bencher<'_, '_>, rows: usize) {
    let (probe, rows) = (vectors(1), vectors(rows));
    bencher.bench_local(|| {
        let dots = rows.chunks_exact(VALUES).map(|row| before(black_box(&probe), row));
        dots.fold(0.0, f32::max)
    });
}

/// The dot product as it was.
#[inline]
fn before(a: &[f32], b: &[f32]) -> f32 {
    const SUMS: usize = 16;
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
