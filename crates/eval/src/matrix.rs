//! Embeddings as rows of one matrix, and the products of all pairs of rows.
//!
//! Products are made in square tiles of the upper triangle, so that both sides of a tile stay in the cache.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use faceward_core::Embedding;

use crate::error::EvalError;

/// Photos along one side of a tile: two sides of 640-d vectors fit a second-level cache.
pub(crate) const TILE: usize = 64;

/// The embeddings that there are, row by row, and whose they are.
pub(crate) struct Matrix {
    dimension: usize,
    values: Vec<f32>,
    persons: Vec<u32>,
    /// Index of each row's photo.
    photos: Vec<u32>,
}

/// Two photos and whose they are.
pub(crate) struct Pair {
    /// Indices of the persons.
    pub(crate) persons: [u32; 2],
    /// Indices of the photos.
    pub(crate) photos: [u32; 2],
}

impl Matrix {
    /// Takes the photos that have an embedding. `persons[i]` is whose photo `i` is.
    ///
    /// # Errors
    /// There is none, or they come from different models.
    pub(crate) fn new(embeddings: &[Option<Embedding>], persons: &[u32]) -> Result<Self, EvalError> {
        let mut rows = (0_u32..)
            .zip(embeddings)
            .zip(persons)
            .filter_map(|((photo, embedding), person)| Some((photo, embedding.as_ref()?, *person)));
        let Some((photo, first, person)) = rows.next() else {
            return Err(EvalError::Unusable("no photo gave an embedding".to_owned()));
        };
        let values = first.vector().to_vec();
        let mut matrix = Self { dimension: values.len(), values, persons: vec![person], photos: vec![photo] };
        for (photo, embedding, person) in rows {
            // One engine makes them all; a mix would be a defect, and a silent one.
            first.cosine(embedding).map_err(|error| EvalError::Unusable(error.to_string()))?;
            matrix.values.extend_from_slice(embedding.vector());
            matrix.persons.push(person);
            matrix.photos.push(photo);
        }
        Ok(matrix)
    }

    /// Number of rows of each person.
    pub(crate) fn photos_per_person(&self, n_persons: usize) -> Vec<u32> {
        let mut n_photos = vec![0; n_persons];
        self.persons.iter().for_each(|person| n_photos[*person as usize] += 1);
        n_photos
    }

    /// Scores rows of tiles, counted by `next_row`, until none is left. `each` sees every pair once over all threads.
    pub(crate) fn score_rows(&self, next_row: &AtomicUsize, mut each: impl FnMut(f32, Pair)) {
        let n = self.persons.len();
        loop {
            let top = next_row.fetch_add(TILE, Ordering::Relaxed);
            if top >= n {
                return;
            }
            for left in (top..n).step_by(TILE) {
                self.score_tile(top..(top + TILE).min(n), left..(left + TILE).min(n), &mut each);
            }
        }
    }

    fn score_tile(&self, rows: Range<usize>, columns: Range<usize>, each: &mut impl FnMut(f32, Pair)) {
        for row in rows {
            for column in columns.clone().filter(|column| *column > row) {
                let score = dot(self.vector(row), self.vector(column)).clamp(-1.0, 1.0);
                let at = |list: &[u32]| [list[row], list[column]];
                each(score, Pair { persons: at(&self.persons), photos: at(&self.photos) });
            }
        }
    }

    fn vector(&self, photo: usize) -> &[f32] {
        &self.values[photo * self.dimension..(photo + 1) * self.dimension]
    }
}

/// Sixteen running sums, so that the compiler can keep them in vector registers.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_blocks.zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_product_does_not_lose_the_rest() {
        let ones = vec![1.0; 35];
        assert_eq!(dot(&ones, &ones), 35.0);
    }
}
