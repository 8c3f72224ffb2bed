//! In words that every CPU understands. What the others are held to.

use crate::layout::{GROUP, Part, QUAD, Quad, Sums, groups};

pub(crate) fn dots(parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
    let Some(quads) = probes.first().map(|probe| probe.len()) else { return };
    for (group, sums) in groups(parts, quads).zip(sums.chunks_exact_mut(probes.len())) {
        for (probe, sums) in probes.iter().zip(sums) {
            *sums = dot(group, probe);
        }
    }
}

fn dot(group: &[Part], probe: &[Quad]) -> Sums {
    let mut sums = [0; GROUP];
    for (part, quad) in group.iter().zip(probe) {
        let (rows, _) = part.as_chunks::<QUAD>();
        for (sum, row) in sums.iter_mut().zip(rows) {
            *sum += row.iter().zip(quad).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>();
        }
    }
    sums
}
