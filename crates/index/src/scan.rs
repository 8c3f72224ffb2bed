//! The way of some probes through some blocks, on all threads.
//!
//! Each thread takes piece after piece, looks at its codes first, and compares the vectors only where the bound of
//! [`crate::codes`] leaves room for a place among the best. The worst of the best so far is shared by all threads. What
//! comes out is what comparing every vector would give, bit for bit, and does not depend on who took which piece.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use faceward_core::{Cosine, GalleryId};
use faceward_kernels::{GROUP, Kernel, PROBES, Quad, Sums};
use faceward_store::{Living, StoreError};

use crate::asking::Asked;
use crate::block::Block;
use crate::chunk::Chunk;
use crate::codes::{CodedProbe, GroupBounds, Probe};
use crate::ranking::{BestOfSubjects, Found};
use crate::workers::Workers;

/// Rows of a piece: their codes fit the second-level cache, so that all probes read them from there.
const PIECE: usize = 2048;
/// Up to so many rows are not worth waking other threads.
const SMALL: usize = 8192;

/// A block and the gallery that it is of.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a> {
    pub(crate) gallery: &'a GalleryId,
    pub(crate) block: &'a Block,
}

/// What is looked for. All probes are as long as the rows.
pub(crate) struct Scan<'s> {
    pub(crate) probes: &'s [Probe<'s>],
    pub(crate) limit: usize,
    pub(crate) living: Living,
    pub(crate) asked: &'s Asked,
}

/// Some rows of one chunk; the first is the first of a group.
struct Piece<'a> {
    gallery: &'a GalleryId,
    chunk: &'a Chunk,
    rows: Range<usize>,
}

/// One probe on one thread.
struct Seeker<'s, 'a> {
    probe: &'s Probe<'s>,
    living: Living,
    best: BestOfSubjects<'a>,
    /// Rows below this cosine are none of the best, by this thread or by another.
    floor: f32,
    shared: &'s Floor,
}

/// The highest floor of all threads.
struct Floor(AtomicU32);

impl Scan<'_> {
    /// The best of each probe.
    pub(crate) fn run<'a>(
        &self,
        held: &[Held<'a>],
        workers: &Workers,
    ) -> Result<Vec<BestOfSubjects<'a>>, StoreError> {
        let nothing = || self.probes.iter().map(|_| BestOfSubjects::new(self.limit)).collect::<Vec<_>>();
        if self.limit == 0 {
            return Ok(nothing());
        }
        let pieces: Vec<_> = held.iter().flat_map(|held| pieces(*held)).collect();
        let n_rows: usize = pieces.iter().map(|piece| piece.rows.len()).sum();
        let (next, floors) =
            (AtomicUsize::new(0), self.probes.iter().map(|_| Floor::new()).collect::<Vec<_>>());
        let parts = workers.run(n_rows <= SMALL, || self.work(&pieces, &next, &floors, workers.kernel))?;
        self.asked.check().map_err(StoreError::failed)?;
        let mut best = nothing();
        for part in parts {
            best.iter_mut().zip(part).for_each(|(best, part)| best.join(part));
        }
        Ok(best)
    }

    /// Takes pieces until there are none, or nobody waits any more.
    fn work<'a>(
        &self,
        pieces: &[Piece<'a>],
        next: &AtomicUsize,
        floors: &[Floor],
        kernel: Kernel,
    ) -> Vec<BestOfSubjects<'a>> {
        let seeker = |(probe, shared)| Seeker::new(probe, shared, self);
        let mut seekers: Vec<Seeker<'_, 'a>> = self.probes.iter().zip(floors).map(seeker).collect();
        let mut sums = Vec::new();
        while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            if self.asked.check().is_err() {
                break;
            }
            for seekers in seekers.chunks_mut(PROBES) {
                piece.search(seekers, kernel, &mut sums);
            }
        }
        seekers.into_iter().map(|seeker| seeker.best).collect()
    }
}

fn pieces(held: Held<'_>) -> impl Iterator<Item = Piece<'_>> {
    held.block.chunks().iter().flat_map(move |chunk| {
        let starts = (0..chunk.len()).step_by(PIECE);
        starts.map(move |from| {
            let rows = from..chunk.len().min(from + PIECE);
            Piece { gallery: held.gallery, chunk, rows }
        })
    })
}

impl<'a> Piece<'a> {
    fn search(&self, seekers: &mut [Seeker<'_, 'a>], kernel: Kernel, sums: &mut Vec<Sums>) {
        for seeker in &mut *seekers {
            seeker.floor = seeker.floor.max(seeker.shared.get());
        }
        let coded = self.rows.end.min(self.chunk.n_coded()).max(self.rows.start);
        let quads: Option<Vec<&[Quad]>> =
            seekers.iter().map(|seeker| seeker.probe.coded().map(CodedProbe::quads)).collect();
        match quads {
            Some(quads) => {
                let groups = self.rows.start / GROUP..coded / GROUP;
                sums.clear();
                sums.resize(groups.len() * quads.len(), [0; GROUP]);
                kernel.dots(self.chunk.parts(groups.start, groups.end), &quads, sums);
                let bounds = self.chunk.bounds(groups.start, groups.end);
                for ((group, bounds), sums) in groups.zip(bounds).zip(sums.chunks_exact(quads.len())) {
                    for (seeker, sums) in seekers.iter_mut().zip(sums) {
                        self.look(seeker, group, bounds, sums);
                    }
                }
                self.compare_all(seekers, coded..self.rows.end);
            }
            None => self.compare_all(seekers, self.rows.clone()),
        }
        for seeker in seekers {
            seeker.shared.raise(seeker.best.floor());
        }
    }

    /// Compares the rows of a group that the bound leaves.
    #[inline]
    fn look(&self, seeker: &mut Seeker<'_, 'a>, group: usize, bounds: &GroupBounds, sums: &Sums) {
        let Some(coded) = seeker.probe.coded() else { return };
        if !coded.could_reach(sums, bounds, seeker.floor) {
            return;
        }
        for lane in 0..GROUP {
            if coded.could_reach_in_lane(sums, bounds, lane, seeker.floor) {
                self.compare(seeker, group * GROUP + lane);
            }
        }
    }

    fn compare_all(&self, seekers: &mut [Seeker<'_, 'a>], rows: Range<usize>) {
        for at in rows {
            for seeker in &mut *seekers {
                self.compare(seeker, at);
            }
        }
    }

    fn compare(&self, seeker: &mut Seeker<'_, 'a>, at: usize) {
        let (Some(row), Some(vector)) = (self.chunk.row(at), self.chunk.vector(at)) else { return };
        let Cosine(cosine) = Cosine::of(seeker.probe.vector(), vector);
        if cosine >= seeker.floor && row.is_living(&seeker.living) {
            let found = Found { gallery: self.gallery, subject: &row.subject, template: &row.template };
            seeker.best.offer(cosine, found);
            seeker.floor = seeker.floor.max(lowest_sum(seeker.best.floor()));
        }
    }
}

impl<'s, 'a> Seeker<'s, 'a> {
    fn new(probe: &'s Probe<'s>, shared: &'s Floor, scan: &Scan<'_>) -> Self {
        let (living, best) = (scan.living, BestOfSubjects::new(scan.limit));
        Self { probe, living, best, floor: f32::NEG_INFINITY, shared }
    }
}

/// A cosine is a sum cut off at -1 and 1: what the sum must be at least for the cosine to be `floor`.
fn lowest_sum(floor: f32) -> f32 {
    if floor <= -1.0 { f32::NEG_INFINITY } else { floor }
}

impl Floor {
    fn new() -> Self {
        Self(AtomicU32::new(ordered(f32::NEG_INFINITY)))
    }

    fn get(&self) -> f32 {
        let bits = self.0.load(Ordering::Relaxed);
        f32::from_bits(if bits >> 31 == 1 { bits & !SIGN } else { !bits })
    }

    fn raise(&self, floor: f32) {
        self.0.fetch_max(ordered(lowest_sum(floor)), Ordering::Relaxed);
    }
}

const SIGN: u32 = 1 << 31;

/// A number that is as large among numbers as `value` is among floats.
fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_floor_only_rises() {
        let floor = Floor::new();
        assert_eq!(floor.get(), f32::NEG_INFINITY);
        for (raise, expected) in
            [(-0.5, -0.5), (-0.75, -0.5), (0.0, 0.0), (-0.1, 0.0), (0.25, 0.25), (1.0, 1.0)]
        {
            floor.raise(raise);
            assert_eq!(floor.get(), expected, "after {raise}");
        }
    }

    #[test]
    fn a_floor_of_minus_one_is_reached_by_every_sum() {
        let floor = Floor::new();
        floor.raise(-1.0);
        assert_eq!(floor.get(), f32::NEG_INFINITY);
    }
}
