//! Some thousand rows: their codes for the first look, their vectors for the second, and whose they are.

use faceward_core::{SubjectId, TemplateId};
use faceward_kernels::{GROUP, Part, QUAD};
use faceward_store::Living;
use jiff::Timestamp;

use crate::codes::{GroupBounds, LONGEST_CODED, n_quads};

/// Rows of a full chunk. A gallery grows by chunks, so that no enrolment waits until a large one is copied.
pub(crate) const CHUNK: usize = 16_384;
/// The code 0 in every place.
const ZERO: Part = [128; GROUP * QUAD];

/// Bytes that a search reads of every row of `n_values` values: its codes, and what is known about them.
#[must_use]
pub const fn bytes_looked_at(n_values: usize) -> usize {
    n_quads(n_values) * QUAD + size_of::<GroupBounds>() / GROUP
}

/// Whose vector a row is. The gallery and the model are those of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The subject.
    pub subject: SubjectId,
    /// The id of the template.
    pub template: TemplateId,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub end: End,
}

impl Row {
    pub(crate) fn is_living(&self, living: &Living) -> bool {
        living.counts(self.created_at, self.end.time())
    }
}

/// The end that a template has of its own, in eight bytes: there are millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End(i64);

impl End {
    const NEVER: Self = Self(i64::MAX);

    /// At `time`; `None`: never.
    #[must_use]
    pub fn of(time: Option<Timestamp>) -> Self {
        time.map_or(Self::NEVER, |time| Self(time.as_microsecond()))
    }

    /// When that is; `None`: never.
    #[must_use]
    pub fn time(self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.0).ok()
    }
}

/// Rows of one length. Those of whole groups are coded; the last few, less than a group, are compared as they are.
pub(crate) struct Chunk {
    length: usize,
    values: Vec<f32>,
    rows: Vec<Row>,
    parts: Vec<Part>,
    bounds: Vec<GroupBounds>,
}

impl Chunk {
    pub(crate) const fn new(length: usize) -> Self {
        Self { length, values: Vec::new(), rows: Vec::new(), parts: Vec::new(), bounds: Vec::new() }
    }

    /// Makes room for exactly so many more rows.
    pub(crate) fn reserve(&mut self, n_rows: usize) {
        let n_groups = self.n_groups(self.rows.len() + n_rows) - self.bounds.len();
        self.values.reserve_exact(n_rows * self.length);
        self.rows.reserve_exact(n_rows);
        self.parts.reserve_exact(n_groups * n_quads(self.length));
        self.bounds.reserve_exact(n_groups);
    }

    /// Gives back the room that is not in use.
    pub(crate) fn shrink(&mut self) {
        self.values.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.parts.shrink_to_fit();
        self.bounds.shrink_to_fit();
    }

    /// The rows of `chunks`, all of this length.
    pub(crate) fn joined(length: usize, chunks: Vec<Self>) -> Self {
        let mut joined = Self::new(length);
        joined.reserve(chunks.iter().map(Self::len).sum());
        for Self { values, rows, .. } in chunks {
            joined.append(rows, values);
        }
        joined
    }

    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn row_mut(&mut self, at: usize) -> Option<&mut Row> {
        self.rows.get_mut(at)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= CHUNK
    }

    pub(crate) fn row(&self, at: usize) -> Option<&Row> {
        self.rows.get(at)
    }

    pub(crate) fn vector(&self, at: usize) -> Option<&[f32]> {
        self.values.get(at * self.length..)?.get(..self.length)
    }

    /// How many rows from the first on are coded.
    pub(crate) fn n_coded(&self) -> usize {
        self.bounds.len() * GROUP
    }

    /// The codes of groups `from` to before `to`.
    pub(crate) fn parts(&self, from: usize, to: usize) -> &[Part] {
        let quads = n_quads(self.length);
        self.parts.get(from * quads..to * quads).unwrap_or_default()
    }

    /// The bounds of the same.
    pub(crate) fn bounds(&self, from: usize, to: usize) -> &[GroupBounds] {
        self.bounds.get(from..to).unwrap_or_default()
    }

    pub(crate) fn push(&mut self, row: Row, vector: &[f32]) {
        self.append([row], vector.iter().copied());
    }

    /// Adds rows and their vectors, one after the other.
    pub(crate) fn append(
        &mut self,
        rows: impl IntoIterator<Item = Row>,
        values: impl IntoIterator<Item = f32>,
    ) {
        self.values.extend(values);
        self.rows.extend(rows);
        debug_assert_eq!(self.values.len(), self.rows.len() * self.length, "the caller checks the length");
        let (from, n_groups) = (self.n_coded(), self.n_groups(self.rows.len()));
        self.bounds.resize(n_groups, GroupBounds::EMPTY);
        self.parts.resize(n_groups * n_quads(self.length), ZERO);
        for at in from..n_groups * GROUP {
            self.code(at);
        }
    }

    /// How many groups of `n_rows` rows have codes.
    const fn n_groups(&self, n_rows: usize) -> usize {
        if self.length <= LONGEST_CODED { n_rows / GROUP } else { 0 }
    }

    /// Puts another row in the place of row `at`, and gives the one that was there.
    pub(crate) fn replace(&mut self, at: usize, row: Row, vector: &[f32]) -> Option<Row> {
        let place = self.values.get_mut(at * self.length..)?.get_mut(..self.length)?;
        place.copy_from_slice(vector);
        let old = std::mem::replace(self.rows.get_mut(at)?, row);
        self.code(at);
        Some(old)
    }

    pub(crate) fn pop(&mut self) -> Option<Row> {
        let row = self.rows.pop()?;
        let groups = self.rows.len() / GROUP;
        self.values.truncate(self.rows.len() * self.length);
        self.bounds.truncate(groups);
        self.parts.truncate(groups * n_quads(self.length));
        Some(row)
    }

    /// Makes the codes of row `at`, if its group has codes.
    fn code(&mut self, at: usize) {
        let (quads, group) = (n_quads(self.length), at / GROUP);
        let parts = self.parts.get_mut(group * quads..).and_then(|parts| parts.get_mut(..quads));
        let vector = self.values.get(at * self.length..).and_then(|values| values.get(..self.length));
        if let (Some(parts), Some(bounds), Some(vector)) = (parts, self.bounds.get_mut(group), vector) {
            bounds.put(parts, at % GROUP, vector);
        }
    }
}
