//! AVX-512 with VNNI: one instruction multiplies and adds four values of each of 16 rows.

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::{
    __m512i, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_storeu_si512,
};

use crate::layout::{PROBES, Part, Quad, Sums, groups};

/// Groups taken together when there is one probe: enough sums in the making to wait for none.
const ABREAST: usize = 4;

pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni")
}

pub(crate) fn dots(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    assert!(is_available(), "chosen where it is not available");
    #[expect(unsafe_code, reason = "the one way to call code for instructions that not every CPU has")]
    // SAFETY: the CPU has the instructions, by the assertion above.
    unsafe {
        chosen(parts, probes, sums);
    }
}

/// With the loops unrolled for the number of probes.
#[target_feature(enable = "avx512f,avx512vnni")]
fn chosen(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    match *probes {
        [] => {}
        [a] => one(parts, a, sums),
        [a, b] => several([a, b], parts, sums),
        [a, b, c] => several([a, b, c], parts, sums),
        [a, b, c, d] => several([a, b, c, d], parts, sums),
        [a, b, c, d, e] => several([a, b, c, d, e], parts, sums),
        [a, b, c, d, e, f] => several([a, b, c, d, e, f], parts, sums),
        [a, b, c, d, e, f, g] => several([a, b, c, d, e, f, g], parts, sums),
        [a, b, c, d, e, f, g, h, ..] => several::<PROBES>([a, b, c, d, e, f, g, h], parts, sums),
    }
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn one(parts: &[Part], probe: &[Quad], sums: &mut [Sums]) {
    let quads = probe.len();
    let whole = sums.len() - sums.len() % ABREAST;
    let (abreast, rest) = sums.split_at_mut(whole);
    let (parts, rest_parts) = parts.split_at(whole * quads);
    for (groups, sums) in parts.chunks_exact(ABREAST * quads).zip(abreast.chunks_exact_mut(ABREAST)) {
        let mut totals = [_mm512_setzero_si512(); ABREAST];
        for (at, quad) in probe.iter().enumerate() {
            let quad = spread(quad);
            for (lane, total) in totals.iter_mut().enumerate() {
                *total = _mm512_dpbusd_epi32(*total, load(&groups[lane * quads + at]), quad);
            }
        }
        for (sums, total) in sums.iter_mut().zip(totals) {
            store(sums, total);
        }
    }
    several([probe], rest_parts, rest);
}

#[target_feature(enable = "avx512f,avx512vnni")]
fn several<const N: usize>(probes: [&[Quad]; N], parts: &[Part], sums: &mut [Sums]) {
    let quads = probes[0].len();
    // Of one length, as the caller has checked: told here once more, so that no look at a probe is checked below.
    let probes = probes.map(|probe| &probe[..quads]);
    for (group, sums) in groups(parts, quads).zip(sums.chunks_exact_mut(N)) {
        let mut totals = [_mm512_setzero_si512(); N];
        for (at, part) in group.iter().enumerate() {
            let rows = load(part);
            for (probe, total) in probes.iter().zip(&mut totals) {
                *total = _mm512_dpbusd_epi32(*total, rows, spread(&probe[at]));
            }
        }
        for (sums, total) in sums.iter_mut().zip(totals) {
            store(sums, total);
        }
    }
}

/// The four values of a probe, beside each row.
#[target_feature(enable = "avx512f")]
fn spread(quad: &Quad) -> __m512i {
    _mm512_set1_epi32(i32::from_le_bytes(quad.map(i8::cast_unsigned)))
}

#[target_feature(enable = "avx512f")]
fn load(part: &Part) -> __m512i {
    #[expect(unsafe_code, reason = "a register is read from memory by its address")]
    // SAFETY: a part has the 64 bytes that are read; any address will do.
    unsafe {
        _mm512_loadu_si512(part.as_ptr().cast())
    }
}

#[target_feature(enable = "avx512f")]
fn store(sums: &mut Sums, total: __m512i) {
    #[expect(unsafe_code, reason = "a register is written to memory by its address")]
    // SAFETY: the sums of a group have the 64 bytes that are written; any address will do.
    unsafe {
        _mm512_storeu_si512(sums.as_mut_ptr().cast(), total);
    }
}
