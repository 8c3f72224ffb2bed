//! Dot products of bytes with the instructions that the CPU has: the inner loop of a search.
//!
//! Whole numbers only, so every kernel gives the same sums as the plain one, bit for bit. Which kernel runs is chosen at
//! run time. Knows bytes; what they stand for is the business of `faceward-index`.
//!
//! # Layout
//! Rows lie in groups of [`GROUP`]. A group holds its rows four values at a time: the first four values of each of its rows, then the
//! next four of each, and so on. Each such part is a [`Part`] of 64 bytes, the width of the widest registers, so that no sum
//! is ever taken across a register. The number of values of a row is thus a multiple of [`QUAD`]; who has fewer, fills up.
//!
//! Values of rows are 0 to 255 (what they stand for plus 128), values of probes -128 to 127, as the instructions want them.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod kernel;
mod layout;
#[cfg(target_arch = "aarch64")]
mod neon;
mod plain;
#[cfg(test)]
mod tests;

pub use kernel::Kernel;
pub use layout::{GROUP, LONGEST, PROBES, Part, QUAD, Quad, Sums};
