//! How rows and probes lie in memory. See the crate.

/// Rows of a group.
pub const GROUP: usize = 16;
/// Values of a row that lie side by side.
pub const QUAD: usize = 4;
/// Most probes that share one way through the rows: their sums fit the registers.
pub const PROBES: usize = 8;
/// Longest row, values. The largest sum, 65,536 times 255 times -128, is still a 32-bit number.
pub const LONGEST: usize = 65_536;

/// Four values of each row of a group, row after row.
pub type Part = [u8; GROUP * QUAD];
/// Four values of a probe.
pub type Quad = [i8; QUAD];
/// The sum of each row of a group.
pub type Sums = [i32; GROUP];

/// The groups in `parts`, each of `quads` parts.
pub(crate) fn groups(parts: &[Part], quads: usize) -> std::slice::ChunksExact<'_, Part> {
    parts.chunks_exact(quads.max(1))
}
