//! Copies: one picture that stands for two movements.

use faceward_engine::Grid;

use super::steps::{Still, correlation};

/// How much two frames are one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Whether every pixel is the same.
    pub identical: bool,
    /// Correlation of the aligned faces, the better of upper and lower half and of plain and mirrored: -1 to 1. A half is
    /// enough: a mouth or a pair of eyes is soon painted over. `None` where a face cannot be aligned.
    pub face: Option<f32>,
}

/// Least correlation of faces that are one picture, where the head should have turned in between.
const COPY_OF_A_TURNED_HEAD: f32 = 0.96;
/// The same where the head may have stayed as it was, and only the mouth or the eyes should have moved.
const COPY_OF_A_STILL_HEAD: f32 = 0.99;

impl Likeness {
    /// Whether they are one picture, or nearly so. `turned`: they stand for two directions of the head.
    #[must_use]
    pub fn is_copy(&self, turned: bool) -> bool {
        let least = if turned { COPY_OF_A_TURNED_HEAD } else { COPY_OF_A_STILL_HEAD };
        self.identical || self.face.is_some_and(|face| face >= least)
    }
}

impl Still {
    /// How much this frame and `other` are one picture, recompressed, cut, scaled, turned, brightened or mirrored.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Likeness {
        let identical = self.fingerprint.pixels == other.fingerprint.pixels;
        let face = self.fingerprint.face.as_ref().zip(other.fingerprint.face.as_ref());
        let face = face.map(|(a, b)| halves(a, b).max(halves(a, &b.mirrored())));
        Likeness { identical, face }
    }
}

/// The better of both halves' correlations: above the middle of the nose, and below.
fn halves(a: &Grid, b: &Grid) -> f32 {
    let half = Grid::SIDE * Grid::SIDE / 2;
    let pairs: Vec<[f32; 2]> = a.cells().iter().zip(b.cells()).map(|(a, b)| [*a, *b]).collect();
    let (upper, lower) = pairs.split_at(half);
    correlation(upper).max(correlation(lower))
}
