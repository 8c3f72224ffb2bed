//! AVX2: values widened to 16 bits, multiplied and added in pairs. The instruction for bytes would cut sums off.

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepu8_epi16, _mm256_hadd_epi32,
    _mm256_madd_epi16, _mm256_permute4x64_epi64, _mm256_set1_epi64x, _mm256_setzero_si256,
    _mm256_storeu_si256,
};

use crate::layout::{GROUP, Part, Quad, Sums, groups};

/// Registers for a part: each takes four rows.
const QUARTERS: usize = 4;

pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx2")
}

pub(crate) fn dots(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    assert!(is_available(), "chosen where it is not available");
    #[expect(unsafe_code, reason = "the one way to call code for instructions that not every CPU has")]
    // SAFETY: the CPU has the instructions, by the assertion above.
    unsafe {
        of_groups(parts, probes, sums);
    }
}

/// Two probes at a time: the sums of more would not fit the 16 registers.
#[target_feature(enable = "avx2")]
fn of_groups(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    let Some(quads) = probes.first().map(|probe| probe.len()) else { return };
    for (group, sums) in groups(parts, quads).zip(sums.chunks_exact_mut(probes.len())) {
        for (probes, sums) in probes.chunks(2).zip(sums.chunks_mut(2)) {
            match (probes, sums) {
                ([a, b], [of_a, of_b]) => [*of_a, *of_b] = dot(group, [a, b]),
                ([a], [of_a]) => [*of_a] = dot(group, [a]),
                _ => {}
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn dot<const N: usize>(group: &[Part], probes: [&[Quad]; N]) -> [Sums; N] {
    let probes = probes.map(|probe| &probe[..group.len()]);
    // Two sums a row: of its first and third pair of values, and so on.
    let mut totals = [[_mm256_setzero_si256(); QUARTERS]; N];
    for (at, part) in group.iter().enumerate() {
        let spread = probes.map(|probe| spread(&probe[at]));
        let (quarters, _) = part.as_chunks::<16>();
        for (quarter, bytes) in quarters.iter().enumerate() {
            let rows = _mm256_cvtepu8_epi16(load(bytes));
            for (totals, probe) in totals.iter_mut().zip(spread) {
                totals[quarter] = _mm256_add_epi32(totals[quarter], _mm256_madd_epi16(rows, probe));
            }
        }
    }
    totals.map(|totals| joined(totals))
}

/// The four values of a probe in 16 bits each, beside each of four rows.
#[target_feature(enable = "avx2")]
fn spread(quad: &Quad) -> __m256i {
    let [a, b, c, d] = quad.map(|value| i16::from(value).to_le_bytes());
    _mm256_set1_epi64x(i64::from_le_bytes([a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]))
}

/// One sum a row, of its two.
#[target_feature(enable = "avx2")]
fn joined(totals: [__m256i; QUARTERS]) -> Sums {
    let mut sums = [0; GROUP];
    let (halves, _) = sums.as_chunks_mut::<8>();
    let (pairs, _) = totals.as_chunks::<2>();
    for (half, [low, high]) in halves.iter_mut().zip(pairs) {
        // The addition of neighbours works on the halves of a register: their order is put right after.
        const ORDER: i32 = 0b11_01_10_00;
        store(half, _mm256_permute4x64_epi64::<ORDER>(_mm256_hadd_epi32(*low, *high)));
    }
    sums
}

#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 16]) -> __m128i {
    #[expect(unsafe_code, reason = "a register is read from memory by its address")]
    // SAFETY: the 16 bytes that are read are there; any address will do.
    unsafe {
        _mm_loadu_si128(bytes.as_ptr().cast())
    }
}

#[target_feature(enable = "avx2")]
fn store(sums: &mut [i32; 8], total: __m256i) {
    #[expect(unsafe_code, reason = "a register is written to memory by its address")]
    // SAFETY: the 32 bytes that are written are there; any address will do.
    unsafe {
        _mm256_storeu_si256(sums.as_mut_ptr().cast(), total);
    }
}
