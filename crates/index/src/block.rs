//! The vectors of one model in one gallery, one after the other, with the record of each.

use faceward_core::Cosine;
use faceward_store::TemplateRecord;

use crate::ranking::BestOfSubjects;

/// Rows scored at a time: their scores stay in the first-level cache.
const BATCH: usize = 1024;

/// Row-major matrix of unit vectors; row `i` belongs to record `i`.
pub(crate) struct Block {
    length: usize,
    values: Vec<f32>,
    records: Vec<TemplateRecord>,
}

impl Block {
    /// No rows yet, each of `length` values.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, values: Vec::new(), records: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn record(&self, row: usize) -> Option<&TemplateRecord> {
        self.records.get(row)
    }

    pub(crate) fn vector(&self, row: usize) -> Option<&[f32]> {
        self.values.chunks_exact(self.length).nth(row)
    }

    /// Adds a row and gives its number.
    pub(crate) fn push(&mut self, record: TemplateRecord, vector: &[f32]) -> usize {
        debug_assert_eq!(vector.len(), self.length, "the caller checks the length");
        self.values.extend_from_slice(vector);
        self.records.push(record);
        self.records.len() - 1
    }

    /// Removes `row` and puts the last row in its place.
    pub(crate) fn swap_remove(&mut self, row: usize) -> TemplateRecord {
        let last = self.values.len() - self.length;
        self.values.copy_within(last.., row * self.length);
        self.values.truncate(last);
        self.records.swap_remove(row)
    }

    /// Offers every row to `best`, with the cosine of its vector with `probe`, whose length is that of the rows.
    pub(crate) fn search<'a>(&'a self, probe: &[f32], best: &mut BestOfSubjects<'a>) {
        let mut cosines = [Cosine(0.0); BATCH];
        for (rows, records) in self.values.chunks(BATCH * self.length).zip(self.records.chunks(BATCH)) {
            for (row, cosine) in rows.chunks_exact(self.length).zip(&mut cosines) {
                *cosine = Cosine::of(probe, row);
            }
            for (record, Cosine(cosine)) in records.iter().zip(cosines) {
                if cosine >= best.floor() {
                    best.offer(cosine, record);
                }
            }
        }
    }
}
