//! What the measures of one face share: named landmarks, the aligned face, blur and blocks. Each is made once, when
//! the first measure asks for it.
//!
//! Nothing here is a quality value.

mod absent;
mod aligned;
mod alignment;
mod crop;
mod landmarks;
mod luminance;
mod region;
#[cfg(test)]
pub(super) mod sample;

use std::cell::OnceCell;

pub(super) use absent::{Absent, present};
pub(super) use aligned::AlignedFace;
pub(super) use crop::{GreyCrop, GreyImage, bounding_box};
pub(super) use landmarks::Landmarks;
pub(super) use luminance::{Histogram, linear, luma};
pub(super) use region::Region;

use super::QualityInput;
use super::keys::{blur, macroblocks};

/// One face and everything that more than one measure needs to know about it.
pub(super) struct FaceContext<'a> {
    /// What other steps found.
    pub(super) input: &'a QualityInput<'a>,
    marks: Result<Landmarks, Absent>,
    aligned: OnceCell<Result<AlignedFace, Absent>>,
    blur: OnceCell<Result<f64, Absent>>,
    blockiness: OnceCell<Result<f64, Absent>>,
}

impl<'a> FaceContext<'a> {
    /// Takes over what other steps found.
    pub(super) fn new(input: &'a QualityInput<'a>) -> Self {
        let marks = present(input.mesh).and_then(|mesh| {
            Landmarks::from_mesh(mesh.points())
                .ok_or_else(|| Absent::failed("the face mesh has unusable points"))
        });
        Self { input, marks, aligned: OnceCell::new(), blur: OnceCell::new(), blockiness: OnceCell::new() }
    }

    /// Named landmarks in pixels of the photo.
    pub(super) fn marks(&self) -> Result<&Landmarks, Absent> {
        self.marks.as_ref().map_err(Clone::clone)
    }

    /// The face in the standard's aligned image.
    pub(super) fn aligned(&self) -> Result<&AlignedFace, Absent> {
        let make = || AlignedFace::new(self.input.photo, self.marks()?);
        self.aligned.get_or_init(make).as_ref().map_err(Clone::clone)
    }

    /// Estimated blur radius; see [`blur::radius`].
    pub(super) fn blur(&self) -> Result<f64, Absent> {
        self.blur.get_or_init(|| blur::radius(self.input.photo, self.marks()?)).clone()
    }

    /// Strength of a grid of blocks; see [`macroblocks::blockiness`].
    pub(super) fn blockiness(&self) -> Result<f64, Absent> {
        self.blockiness.get_or_init(|| macroblocks::blockiness(self.input.photo, self.marks()?)).clone()
    }
}
