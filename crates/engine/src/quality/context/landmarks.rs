//! The points that ISO/IEC 29794-5 measures, taken from the 478-point mesh.
//!
//! The standard's reference implementation locates the 98 WFLW points with a network that cannot be had. Each of the
//! points that its formulas use is replaced by the mesh point at the same place of the face (table below), so our
//! native values follow the standard's formulas, on other points. "Image-left" as in `FivePoints`.
//!
//! | WFLW | mesh | what |
//! |---|---|---|
//! | 60, 64 and 72, 68 | 33, 133 and 263, 362 | outer and inner corner of the image-left and image-right eye |
//! | 61-67 62-66 63-65 | 160-144 159-145 158-153 | lid pairs, image-left eye |
//! | 71-73 70-74 69-75 | 387-373 386-374 385-380 | lid pairs, image-right eye |
//! | 54 | 4 | tip of the nose (of 1, 4, 5, 19 and 94 the one nearest to the standard's place in its aligned image) |
//! | 76, 82 | 61, 291 | corners of the mouth |
//! | 89-95 90-94 91-93 | 81-178 13-14 311-402 | pairs of the inner lips |
//! | 16 | 152 | chin |
//! | 0 to 32, 33 to 50 | `OUTLINE` | jaw from temple to temple and upper edges of the brows: the convex hull |

use faceward_core::Point;

use crate::image::Affine;

/// Number of points in the mesh.
pub(in crate::quality) const MESH_POINTS: usize = 478;

const EYE_CORNERS: [[usize; 2]; 2] = [[33, 133], [362, 263]];
const LID_PAIRS: [[[usize; 2]; 3]; 2] =
    [[[160, 144], [159, 145], [158, 153]], [[385, 380], [386, 374], [387, 373]]];
const NOSE_TIP: usize = 4;
const MOUTH_CORNERS: [usize; 2] = [61, 291];
const LIP_PAIRS: [[usize; 2]; 3] = [[81, 178], [13, 14], [311, 402]];
const CHIN: usize = 152;
const OUTLINE: [usize; 33] = [
    127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323,
    454, 356, 70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
];

/// Named points of one face, all in one coordinate system. Of pairs, the image-left one comes first.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::quality) struct Landmarks {
    eye_corners: [[Point; 2]; 2],
    lid_pairs: [[[Point; 2]; 3]; 2],
    /// Tip of the nose.
    pub(in crate::quality) nose: Point,
    /// Corners of the mouth.
    pub(in crate::quality) mouth_corners: [Point; 2],
    lip_pairs: [[Point; 2]; 3],
    chin: Point,
    /// Points whose convex hull is the landmarked region.
    pub(in crate::quality) outline: Vec<Point>,
}

impl Landmarks {
    /// From a mesh; `None` if it has not 478 points, all finite.
    pub(in crate::quality) fn from_mesh(mesh: &[Point]) -> Option<Self> {
        let finite = mesh.iter().all(|point| point.x.is_finite() && point.y.is_finite());
        if mesh.len() != MESH_POINTS || !finite {
            return None;
        }
        let pair = |[a, b]: [usize; 2]| [mesh[a], mesh[b]];
        Some(Self {
            eye_corners: EYE_CORNERS.map(pair),
            lid_pairs: LID_PAIRS.map(|eye| eye.map(pair)),
            nose: mesh[NOSE_TIP],
            mouth_corners: pair(MOUTH_CORNERS),
            lip_pairs: LIP_PAIRS.map(pair),
            chin: mesh[CHIN],
            outline: OUTLINE.iter().map(|&idx| mesh[idx]).collect(),
        })
    }

    /// The same points in another coordinate system.
    pub(in crate::quality) fn mapped(&self, by: &Affine) -> Self {
        let pair = |points: [Point; 2]| points.map(|point| by.apply(point));
        Self {
            eye_corners: self.eye_corners.map(pair),
            lid_pairs: self.lid_pairs.map(|eye| eye.map(pair)),
            nose: by.apply(self.nose),
            mouth_corners: pair(self.mouth_corners),
            lip_pairs: self.lip_pairs.map(pair),
            chin: by.apply(self.chin),
            outline: self.outline.iter().map(|&point| by.apply(point)).collect(),
        }
    }

    /// Centres of the eyes: midway between their corners.
    pub(in crate::quality) fn eye_centres(&self) -> [Point; 2] {
        self.eye_corners.map(|[a, b]| a.midpoint(b))
    }

    /// Midway between the eyes.
    pub(in crate::quality) fn eye_mid(&self) -> Point {
        let [left, right] = self.eye_centres();
        left.midpoint(right)
    }

    /// Distance of the eye centres.
    pub(in crate::quality) fn eye_distance(&self) -> f32 {
        let [left, right] = self.eye_centres();
        left.distance(right)
    }

    /// The standard's T: from midway between the eyes to the chin.
    pub(in crate::quality) fn eyes_to_chin(&self) -> f32 {
        self.eye_mid().distance(self.chin)
    }

    /// Middle of the inner lips.
    pub(in crate::quality) fn mouth_centre(&self) -> Point {
        let [_, [upper, lower], _] = self.lip_pairs;
        upper.midpoint(lower)
    }

    /// Widest opening between the lids of each eye.
    pub(in crate::quality) fn lid_openings(&self) -> [f32; 2] {
        self.lid_pairs.map(|pairs| widest(&pairs))
    }

    /// Widest opening between the inner lips.
    pub(in crate::quality) fn lip_opening(&self) -> f32 {
        widest(&self.lip_pairs)
    }
}

fn widest(pairs: &[[Point; 2]; 3]) -> f32 {
    pairs.iter().map(|[upper, lower]| upper.distance(*lower)).fold(0.0, f32::max)
}
