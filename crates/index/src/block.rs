//! The vectors of one model in one gallery, in chunks. Where a row lies changes only when another one is removed.

use crate::chunk::{CHUNK, Chunk, Row};

/// Rows of one length, numbered from 0 without gaps. Every chunk but the last is full.
pub(crate) struct Block {
    length: usize,
    chunks: Vec<Chunk>,
}

impl Block {
    /// No rows yet, each of `length` values.
    pub(crate) const fn new(length: usize) -> Self {
        Self { length, chunks: Vec::new() }
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

    pub(crate) fn row(&self, row: usize) -> Option<&Row> {
        self.chunks.get(row / CHUNK)?.row(row % CHUNK)
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
        let n_rows = (self.chunks.len() - 1) * CHUNK + self.chunks.last()?.len();
        let last = self.chunks.last_mut()?.pop()?;
        if self.chunks.last()?.len() == 0 {
            self.chunks.pop();
        }
        if row + 1 == n_rows {
            return Some(last);
        }
        self.chunks.get_mut(row / CHUNK)?.replace(row % CHUNK, last, &vector)
    }
}
