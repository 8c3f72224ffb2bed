//! NEON: values widened to 16 bits, multiplied and added into 32.

use std::arch::aarch64::{
    int32x4_t, uint8x16_t, vaddvq_s32, vcombine_s16, vdupq_n_s32, vget_low_s16, vget_low_u8, vld1_s16,
    vld1q_u8, vmlal_high_s16, vmlal_s16, vmovl_high_u8, vmovl_u8, vreinterpretq_s16_u16,
};
use std::arch::is_aarch64_feature_detected;

use crate::layout::{GROUP, Part, Quad, Sums, groups};

pub(crate) fn is_available() -> bool {
    is_aarch64_feature_detected!("neon")
}

pub(crate) fn dots(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    assert!(is_available(), "chosen where it is not available");
    #[expect(unsafe_code, reason = "the one way to call code for instructions that not every CPU has")]
    // SAFETY: the CPU has the instructions, by the assertion above.
    unsafe {
        of_groups(parts, probes, sums);
    }
}

#[target_feature(enable = "neon")]
fn of_groups(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    let Some(quads) = probes.first().map(|probe| probe.len()) else { return };
    for (group, sums) in groups(parts, quads).zip(sums.chunks_exact_mut(probes.len())) {
        for (probe, sums) in probes.iter().zip(sums) {
            *sums = dot(group, probe);
        }
    }
}

#[target_feature(enable = "neon")]
fn dot(group: &[Part], probe: &[Quad]) -> Sums {
    // The sums of a row stay apart, one for each place in a quad, until the end.
    let mut totals = [vdupq_n_s32(0); GROUP];
    for (part, quad) in group.iter().zip(probe) {
        let quad = quad.map(i16::from);
        let (quarters, _) = part.as_chunks::<16>();
        for (bytes, totals) in quarters.iter().zip(totals.as_chunks_mut::<4>().0) {
            add(totals, load(bytes), &quad);
        }
    }
    totals.map(|total| vaddvq_s32(total))
}

/// Adds the products of four rows.
#[target_feature(enable = "neon")]
fn add(totals: &mut [int32x4_t; 4], rows: uint8x16_t, quad: &[i16; 4]) {
    let quad = load_quad(quad);
    let twice = vcombine_s16(quad, quad);
    let low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(rows)));
    let high = vreinterpretq_s16_u16(vmovl_high_u8(rows));
    totals[0] = vmlal_s16(totals[0], vget_low_s16(low), quad);
    totals[1] = vmlal_high_s16(totals[1], low, twice);
    totals[2] = vmlal_s16(totals[2], vget_low_s16(high), quad);
    totals[3] = vmlal_high_s16(totals[3], high, twice);
}

#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    #[expect(unsafe_code, reason = "a register is read from memory by its address")]
    // SAFETY: the 16 bytes that are read are there; any address will do.
    unsafe {
        vld1q_u8(bytes.as_ptr())
    }
}

#[target_feature(enable = "neon")]
fn load_quad(quad: &[i16; 4]) -> std::arch::aarch64::int16x4_t {
    #[expect(unsafe_code, reason = "a register is read from memory by its address")]
    // SAFETY: the four numbers that are read are there.
    unsafe {
        vld1_s16(quad.as_ptr())
    }
}
