//! Which views of a photo are looked at, and in what order.
//!
//! One look at 320 px finds nearly every face that matters: only where it does not, the photo is looked at shrunken
//! (faces that fill it), finer (small faces), turned (photos without orientation) and in tiles (faces of 30 px in
//! large photos). YuNet needs a face to be 24 px on the canvas. Measurements: the model's card.

use faceward_core::{PixelRect, Turn};
use faceward_inference::InferenceError;

use super::turn::UprightJudge;
use super::view::View;
use super::{Detection, FINE, OVERVIEW, SHRUNKEN, nms, tiles, yunet};
use crate::image::{ResampleError, RgbImage};
use crate::networks::ModelSession;

/// Score from which a detection is a face. On 640 looks at photos whose faces were painted over, at every turn, the
/// overview never reached it.
const FACE: f32 = 0.6;

/// Side of the largest face on the overview, in canvas pixels, below which a finer look is taken: others may be there
/// that are smaller, and points of small faces are inaccurate.
const SMALL: f32 = 64.0;

/// Side of the square in which a face's points are found anew, in longer sides of its box. YuNet's points are the more
/// exact the larger the face is on the canvas: from the overview to this look, their error on landmarks68 falls from
/// 0.094 to 0.077 eye distances, and with it FNMR at FMR 1e-4 from 1.95 to 1.44 % (3,074 photos of LFW).
const REFINED_SIDE: f32 = 1.3;

/// Overlap from which a box on the close look is the face that was looked for.
const SAME_FACE: f32 = 0.3;

/// Why nothing can be said about the faces of a photo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DetectError {
    /// The runtime failed.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// A view of the photo could not be drawn.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}

/// The detector's sessions, one for each input side.
pub(crate) struct Detector {
    pub(crate) close: ModelSession,
    pub(crate) overview: ModelSession,
    pub(crate) fine: ModelSession,
}

/// The faces of a photo.
pub(crate) struct Found {
    /// Largest first, in pixels of the photo after `turn`.
    pub(crate) faces: Vec<Detection>,
    /// The photo as its faces stand upright; `None` if it was upright already.
    pub(crate) turned: Option<(Turn, RgbImage)>,
}

impl Detector {
    /// Every face of `photo`. `judge` is asked where it is not clear which way it must be turned.
    ///
    /// # Errors
    /// The runtime failed, or a view cannot be drawn.
    pub(crate) fn find(
        &mut self,
        photo: &RgbImage,
        judge: &mut UprightJudge<'_>,
    ) -> Result<Found, DetectError> {
        let faces = self.upright_faces(photo)?;
        let turn = self.turn(photo, &faces, judge)?;
        if turn != Turn::None {
            let turned = photo.turned(turn);
            let turned_faces = self.upright_faces(&turned)?;
            if !turned_faces.is_empty() {
                return Ok(Found { faces: turned_faces, turned: Some((turn, turned)) });
            }
        }
        let faces = if faces.is_empty() { self.tiled_faces(photo)? } else { faces };
        Ok(Found { faces, turned: None })
    }

    /// The same face with more exact points, from a close look at it alone. The box stays.
    ///
    /// # Errors
    /// The runtime failed, or a view cannot be drawn.
    pub(crate) fn refine(&mut self, photo: &RgbImage, face: &Detection) -> Result<Detection, DetectError> {
        let square = square_round(&face.rect, REFINED_SIDE);
        let Some(view) = View::square(photo.size(), &square, OVERVIEW) else { return Ok(*face) };
        let seen = look(&mut self.overview, photo, &view)?;
        let nearest = seen
            .iter()
            .filter(|other| other.rect.iou(&face.rect) >= SAME_FACE)
            .max_by(|a, b| a.rect.iou(&face.rect).total_cmp(&b.rect.iou(&face.rect)));
        Ok(nearest.map_or(*face, |close| Detection { points: close.points, ..*face }))
    }

    /// Faces that stand upright, from the cheapest view that shows them.
    pub(super) fn upright_faces(&mut self, photo: &RgbImage) -> Result<Vec<Detection>, DetectError> {
        let (size, longer) = (photo.size(), photo.width().max(photo.height()));
        let overview = View::whole(size, OVERVIEW, 1.0);
        let mut faces = look(&mut self.overview, photo, &overview)?;
        if faces.is_empty() {
            faces = look(&mut self.overview, photo, &View::whole(size, OVERVIEW, SHRUNKEN))?;
        }
        let largest = faces.iter().map(|face| face.rect.area().sqrt()).fold(0.0, f32::max);
        if longer > OVERVIEW && largest < SMALL * overview.photo_pixels() {
            faces.extend(look(&mut self.fine, photo, &View::whole(size, FINE, 1.0))?);
            faces = nms::surest_of_each(faces);
        }
        sort_by_size(&mut faces);
        Ok(faces)
    }

    /// Small faces of a large photo.
    fn tiled_faces(&mut self, photo: &RgbImage) -> Result<Vec<Detection>, DetectError> {
        let mut faces = Vec::new();
        for tile in tiles::cover(photo.size(), FINE) {
            if let Some(view) = View::square(photo.size(), &tile, FINE) {
                faces.extend(look(&mut self.fine, photo, &view)?);
            }
        }
        let mut faces = nms::surest_of_each(faces);
        sort_by_size(&mut faces);
        Ok(faces)
    }
}

/// The faces in one view of `photo`, in pixels of the photo.
pub(super) fn look(
    session: &mut ModelSession,
    photo: &RgbImage,
    view: &View,
) -> Result<Vec<Detection>, DetectError> {
    let canvas = view.draw(photo)?;
    let outputs = session.run_image(&canvas)?;
    let detections = nms::surest_of_each(yunet::decode(&outputs, view.side, FACE));
    Ok(detections.iter().map(|detection| detection.mapped(|point| view.on_photo(point))).collect())
}

/// The square round the middle of `rect` whose side is `factor` times its longer side.
pub(super) fn square_round(rect: &PixelRect, factor: f32) -> PixelRect {
    let (centre, half) = (rect.center(), 0.5 * factor * rect.width().max(rect.height()));
    PixelRect { left: centre.x - half, top: centre.y - half, right: centre.x + half, bottom: centre.y + half }
}

/// The best score, 0 without faces.
pub(super) fn surest(faces: &[Detection]) -> f32 {
    faces.iter().map(|face| face.score).fold(0.0, f32::max)
}

/// Largest first; ties keep their order.
fn sort_by_size(faces: &mut [Detection]) {
    faces.sort_by(|a, b| b.rect.area().total_cmp(&a.rect.area()));
}
