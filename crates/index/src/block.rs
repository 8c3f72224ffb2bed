//! The vectors of one model in one gallery, in chunks. Where a row lies changes only when another one is removed.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

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

    /// The rows of `parts`, each its rows and their vectors one after the other, each of `length` values.
    pub(crate) fn filled(length: usize, parts: Vec<Part>) -> Self {
        let made = shared_out(length, parts).into_par_iter().map(|parts| {
            let n_rows = parts.iter().map(|(rows, _)| rows.len()).sum();
            let (mut all_rows, mut all_values) =
                (Vec::with_capacity(n_rows), Vec::with_capacity(n_rows * length));
            for (rows, values) in parts {
                all_rows.extend(rows);
                all_values.extend_from_slice(&values);
            }
            Chunk::filled(length, all_rows, all_values)
        });
        Self { length, chunks: made.collect() }
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

/// Rows and their vectors, one after the other.
type Part = (Vec<Row>, Vec<f32>);

/// The same rows, shared out among chunks of which all but the last are full. What is cut into pieces is copied, so that no piece
/// holds the memory of the whole.
fn shared_out(length: usize, parts: Vec<Part>) -> Vec<Vec<Part>> {
    let mut chunks: Vec<Vec<Part>> = Vec::new();
    let mut room = 0;
    for (rows, mut values) in parts {
        let (mut left, mut from) = (rows.len(), 0);
        let mut rows = rows.into_iter();
        while left > 0 {
            if room == 0 {
                chunks.push(Vec::new());
                room = CHUNK;
            }
            let n_rows = left.min(room);
            let to = from + n_rows * length;
            let whole = n_rows * length == values.len();
            let piece = if whole { std::mem::take(&mut values) } else { values[from..to].to_vec() };
            if let Some(chunk) = chunks.last_mut() {
                chunk.push((rows.by_ref().take(n_rows).collect(), piece));
            }
            (left, room, from) = (left - n_rows, room - n_rows, to);
        }
    }
    chunks
}
