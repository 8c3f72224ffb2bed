//! From one frame to the next: how far a head, its place and the scene have moved in between.

use faceward_core::{HeadPose, PixelRect};
use faceward_engine::{Fingerprint, Grid};

/// What two frames of one recording are compared by.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    /// Size of the photo in pixels.
    pub size: [u32; 2],
    /// The face's box in pixels.
    pub rect: PixelRect,
    /// Head rotation in degrees; `None` where it cannot be measured.
    pub pose: Option<HeadPose>,
    /// What the photo looks like from afar.
    pub fingerprint: Fingerprint,
}

/// How much changed between two frames. All values are 0 between a frame and itself, but for `scene`, which is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Greatest of the changes of yaw, pitch and roll, in degrees; infinite where a pose is missing.
    pub turn: f32,
    /// Way of the face's centre, in sides of the smaller of both faces.
    pub shift: f32,
    /// Growth or shrinkage of the face: the larger side over the smaller, less 1.
    pub zoom: f32,
    /// How alike the surroundings are: correlation of the brightness around both faces, -1 to 1. `None` where the faces
    /// leave too little of it.
    pub scene: Option<f32>,
    /// Whether the photos differ in size.
    pub resized: bool,
}

/// Least number of cells around the faces from which the scene is judged: a tenth of the photo.
const LEAST_SURROUNDINGS: usize = Grid::SIDE * Grid::SIDE / 10;
/// By how much of its side a face's box is widened before the rest is called surroundings: hair, neck and their shadow.
const WIDENED_BY: f32 = 0.35;

impl Still {
    /// What changed from here to `next`.
    #[must_use]
    pub fn motion_to(&self, next: &Self) -> Motion {
        let (side, next_side) = (side(&self.rect), side(&next.rect));
        let (from, to) = (self.rect.center(), next.rect.center());
        let smaller = side.min(next_side).max(f32::EPSILON);
        Motion {
            turn: self.pose.zip(next.pose).map_or(f32::INFINITY, |(from, to)| turn(from, to)),
            shift: known((from.x - to.x).hypot(from.y - to.y) / smaller),
            zoom: known(side.max(next_side) / smaller - 1.0),
            scene: self.scene_with(next),
            resized: self.size != next.size,
        }
    }

    fn scene_with(&self, next: &Self) -> Option<f32> {
        let outside = |index: usize| !self.covers(index) && !next.covers(index);
        let cells = self.fingerprint.scene.cells().iter().zip(next.fingerprint.scene.cells());
        let pairs: Vec<[f32; 2]> =
            cells.enumerate().filter(|(index, _)| outside(*index)).map(|(_, (a, b))| [*a, *b]).collect();
        (pairs.len() >= LEAST_SURROUNDINGS).then(|| correlation(&pairs))
    }

    /// Whether the cell `index` of the scene lies on the face or near it.
    fn covers(&self, index: usize) -> bool {
        let [width, height] = self.size.map(|length| length as f32 / Grid::SIDE as f32);
        let (x, y) = ((index % Grid::SIDE) as f32 + 0.5, (index / Grid::SIDE) as f32 + 0.5);
        let (x, y) = (x * width, y * height);
        let margin = WIDENED_BY * side(&self.rect);
        x > self.rect.left - margin
            && x < self.rect.right + margin
            && y > self.rect.top - margin
            // The shoulders move with the head.
            && y < self.rect.bottom + 2.0 * margin
    }
}

/// The greatest change of an angle.
fn turn(from: HeadPose, to: HeadPose) -> f32 {
    let angles = [from.yaw - to.yaw, from.pitch - to.pitch, from.roll - to.roll];
    angles.into_iter().map(|angle| known(angle.abs())).fold(0.0, f32::max)
}

/// A change that is no number is one beyond every limit.
const fn known(change: f32) -> f32 {
    if change.is_nan() { f32::INFINITY } else { change }
}

fn side(rect: &PixelRect) -> f32 {
    rect.area().sqrt()
}

/// Pearson's correlation, -1 to 1; 0 where one side is constant.
pub(super) fn correlation(pairs: &[[f32; 2]]) -> f32 {
    let count = pairs.len() as f64;
    let mean = |side: usize| pairs.iter().map(|pair| f64::from(pair[side])).sum::<f64>() / count;
    let means = [mean(0), mean(1)];
    let (mut along, mut first, mut second) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let [a, b] = [f64::from(pair[0]) - means[0], f64::from(pair[1]) - means[1]];
        along += a * b;
        first += a * a;
        second += b * b;
    }
    let spread = (first * second).sqrt();
    if spread > 1e-6 { (along / spread) as f32 } else { 0.0 }
}
