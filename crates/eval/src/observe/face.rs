//! Which face of a photo its label is about.

use faceward_core::Point;
use faceward_engine::{Analysis, FaceAnalysis, Scope};

/// Which face of a photo its label is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FaceChoice {
    /// The largest one, as in the server's answers.
    #[default]
    Largest,
    /// The one nearest to the middle: sets cut out around the labelled person hold larger faces of others.
    Central,
}

impl FaceChoice {
    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Largest => "largest",
            Self::Central => "central",
        }
    }

    pub(super) const fn scope(self) -> Scope {
        match self {
            Self::Largest => Scope::Primary,
            Self::Central => Scope::All,
        }
    }

    /// The face of `analysis`, whose faces come largest first.
    pub(super) fn choose(self, analysis: Analysis) -> Option<FaceAnalysis> {
        let (width, height) = (analysis.photo.width as f32, analysis.photo.height as f32);
        let middle = Point::new(width / 2.0, height / 2.0);
        let off_middle = |face: &FaceAnalysis| face.rect.center().distance(middle);
        let mut faces = analysis.faces.into_iter();
        match self {
            Self::Largest => faces.next(),
            Self::Central => faces.min_by(|a, b| off_middle(a).total_cmp(&off_middle(b))),
        }
    }
}
