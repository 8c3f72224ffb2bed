//! The vectors of one model in one gallery, in chunks. Where a row lies changes only when another one is removed.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::chunk::{CHUNK, Chunk, Row};

/// Rows of one length. Each chunk has [`CHUNK`] numbers for its rows; one that is not full leaves the last of them unused.
pub(crate) struct Block {
    length: usize,
    chunks: Vec<Chunk>,
}

impl Block {
    /// No rows yet, each of `length` values.
    pub(crate) const fn new(length: usize) -> Self {
        Self { length, chunks: Vec::new() }
    }

    /// The rows of `chunks`, each of `length` values. Chunks that fit into one together are joined, so that there are fewer than
    /// two for as many rows as a full one has.
    pub(crate) fn filled(length: usize, chunks: Vec<Chunk>) -> Self {
        let joined = together(chunks).into_par_iter().map(|mut chunks| match chunks.pop() {
            Some(only) if chunks.is_empty() => only,
            last => {
                chunks.extend(last);
                Chunk::joined(length, chunks)
            }
        });
        Self { length, chunks: joined.collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// All rows with their numbers, in ascending order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &Row)> {
        let first = (0..).step_by(CHUNK);
        first.zip(&self.chunks).flat_map(|(first, chunk)| (first..).zip(chunk.rows()))
    }

    pub(crate) fn row(&self, row: usize) -> Option<&Row> {
        self.chunks.get(row / CHUNK)?.row(row % CHUNK)
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> Option<&mut Row> {
        self.chunks.get_mut(row / CHUNK)?.row_mut(row % CHUNK)
    }

    pub(crate) fn vector(&self, row: usize) -> Option<&[f32]> {
        self.chunks.get(row / CHUNK)?.vector(row % CHUNK)
    }

    /// Adds a row and gives its number.
    pub(crate) fn push(&mut self, row: Row, vector: &[f32]) -> usize {
        if self.chunks.last().is_none_or(Chunk::is_full) {
            self.chunks.push(Chunk::new(self.length));
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let Some(chunk) = self.chunks.last_mut() else { return before };
        chunk.push(row, vector);
        before + chunk.len() - 1
    }

    /// Removes `row` and puts the last row in its place.
    pub(crate) fn swap_remove(&mut self, row: usize) -> Option<Row> {
        let vector = self.chunks.last()?.vector(self.chunks.last()?.len() - 1)?.to_vec();
        let end = (self.chunks.len() - 1) * CHUNK + self.chunks.last()?.len();
        let last = self.chunks.last_mut()?.pop()?;
        if self.chunks.last()?.len() == 0 {
            self.chunks.pop();
        }
        if row + 1 == end {
            return Some(last);
        }
        self.chunks.get_mut(row / CHUNK)?.replace(row % CHUNK, last, &vector)
    }
}

/// The same chunks in their order, those together that fit into one.
fn together(chunks: Vec<Chunk>) -> Vec<Vec<Chunk>> {
    let mut groups: Vec<Vec<Chunk>> = Vec::new();
    let mut room = 0;
    for chunk in chunks.into_iter().filter(|chunk| chunk.len() > 0) {
        match groups.last_mut().filter(|_| chunk.len() <= room) {
            Some(group) => {
                room -= chunk.len();
                group.push(chunk);
            }
            None => {
                room = CHUNK.saturating_sub(chunk.len());
                groups.push(vec![chunk]);
            }
        }
    }
    groups
}
