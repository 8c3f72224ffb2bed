//! The vectors of one model, one after the other, with the record of each.

use crate::TemplateRecord;
use crate::index::dot::dot_rows;

/// Rows scored at a time: their scores stay in the first-level cache.
const BATCH: usize = 1024;

/// Row-major matrix of unit vectors; row `i` belongs to record `i`.
pub(super) struct Block {
    length: usize,
    values: Vec<f32>,
    records: Vec<TemplateRecord>,
}

impl Block {
    /// No rows yet, each of `length` values.
    pub(super) fn new(length: usize) -> Self {
        Self { length, values: Vec::new(), records: Vec::new() }
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn record(&self, row: usize) -> Option<&TemplateRecord> {
        self.records.get(row)
    }

    pub(super) fn vector(&self, row: usize) -> Option<&[f32]> {
        self.values.chunks_exact(self.length).nth(row)
    }

    /// Adds a row and gives its number.
    pub(super) fn push(&mut self, record: TemplateRecord, vector: &[f32]) -> usize {
        debug_assert_eq!(vector.len(), self.length, "the caller checks the length");
        self.values.extend_from_slice(vector);
        self.records.push(record);
        self.records.len() - 1
    }

    /// Removes `row` and puts the last row in its place.
    pub(super) fn swap_remove(&mut self, row: usize) -> TemplateRecord {
        let last = self.values.len() - self.length;
        self.values.copy_within(last.., row * self.length);
        self.values.truncate(last);
        self.records.swap_remove(row)
    }

    /// Calls `visit` with every record and the cosine of its vector with `probe` (-1 to 1).
    pub(super) fn for_each_cosine<'a>(
        &'a self,
        probe: &[f32],
        mut visit: impl FnMut(&'a TemplateRecord, f32),
    ) {
        let mut scores = [0.0; BATCH];
        for (rows, records) in self.values.chunks(BATCH * self.length).zip(self.records.chunks(BATCH)) {
            dot_rows(probe, rows, &mut scores);
            for (record, score) in records.iter().zip(&scores) {
                visit(record, score.clamp(-1.0, 1.0));
            }
        }
    }
}
