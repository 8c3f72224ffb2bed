//! Which views of a photo are looked at, and in what order.
//!
//! One look at 320 px finds nearly every face that matters: only where it does not, the photo is looked at shrunken
//! (faces that fill it), finer (small faces), turned (photos without orientation) and in tiles (faces of 30 px in
//! large photos). YuNet needs a face to be 24 px on the canvas. Measurements: the model's card.

use faceward_core::{PixelRect, Turn};
use faceward_inference::InferenceError;

use super::view::View;
use super::{CLOSE, FINE, OVERVIEW};
use super::{Detection, nms, tiles, yunet};
use crate::image::{RgbImage, Size};
use crate::networks::ModelSession;

/// Score from which a detection is a face. On 640 looks at photos whose faces were painted over, at every turn, the
/// overview never reached it.
const FACE: f32 = 0.6;

/// Score from which a face certainly stands upright. Upside down, YuNet still finds faces, with points that are
/// wrong: up to 0.919 in 560 photos; upright, three of four score more than this.
const SURELY_UPRIGHT: f32 = 0.92;

/// By how much a turned face must score better before the photo counts as turned.
const TURN_MARGIN: f32 = 0.02;

/// Score of a close look from which there is a face in the box.
const CONVINCING: f32 = 0.8;

/// Part of the canvas that the photo is shrunk to when nothing was found: faces without surroundings need some.
const SHRUNKEN: f32 = 0.5;

/// Side of the largest face on the overview, in canvas pixels, below which a finer look is taken: others may be there
/// that are smaller, and points of small faces are inaccurate.
const SMALL: f32 = 64.0;

/// Side of the square in which a face is tried in four ways, in longer sides of its box.
const TRIED_SIDE: f32 = 2.0;

/// Side of the square in which a face's points are found anew, in longer sides of its box. YuNet's points are the more
/// exact the larger the face is on the canvas: from the overview to this look, their error on landmarks68 falls from
/// 0.094 to 0.077 eye distances, and with it FNMR at FMR 1e-4 from 1.95 to 1.44 % (3,074 photos of LFW).
const REFINED_SIDE: f32 = 1.3;

/// Overlap from which a box on the close look is the face that was looked for.
const SAME_FACE: f32 = 0.3;

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

/// A way of turning the photo, and how sure the detector then is of a face.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    turn: Turn,
    score: f32,
}

impl Candidate {
    /// Gives way to `turn` where it scores clearly better.
    fn challenge(&mut self, turn: Turn, score: f32) {
        let margin = if self.turn == Turn::None { TURN_MARGIN } else { 0.0 };
        if score > self.score + margin {
            *self = Self { turn, score };
        }
    }
}

const TURNS: [Turn; 3] = [Turn::Cw90, Turn::Cw270, Turn::Cw180];

impl Detector {
    /// Every face of `photo`.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn find(&mut self, photo: &RgbImage) -> Result<Found, InferenceError> {
        let faces = self.upright_faces(photo)?;
        let turn = self.turn(photo, &faces)?;
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
    /// The runtime failed.
    pub(crate) fn refine(&mut self, photo: &RgbImage, face: &Detection) -> Result<Detection, InferenceError> {
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
    fn upright_faces(&mut self, photo: &RgbImage) -> Result<Vec<Detection>, InferenceError> {
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

    /// How the photo must be turned so that the face that matters stands upright, given the upright `faces`.
    fn turn(&mut self, photo: &RgbImage, faces: &[Detection]) -> Result<Turn, InferenceError> {
        let mut best = Candidate { turn: Turn::None, score: surest(faces) };
        let Some(largest) = faces.first() else { return Ok(self.turned_overviews(photo, best)?.turn) };
        if best.score >= SURELY_UPRIGHT {
            return Ok(Turn::None);
        }
        let square = View::square(photo.size(), &square_round(&largest.rect, TRIED_SIDE), CLOSE);
        if let Some(chip) = square.and_then(|view| view.draw(photo)) {
            let whole = View::whole(Size::square(CLOSE), CLOSE, 1.0);
            best.score = surest(&look(&mut self.close, &chip, &whole)?);
            for turn in TURNS {
                best.challenge(turn, surest(&look(&mut self.close, &chip.turned(turn), &whole)?));
            }
        }
        if best.score < CONVINCING {
            // Nobody stands in the box, whichever way it is turned: the face may be elsewhere.
            best = self.turned_overviews(photo, Candidate { turn: Turn::None, score: surest(faces) })?;
        }
        Ok(best.turn)
    }

    /// The best of the turned photos, if it is better than `best`.
    fn turned_overviews(
        &mut self,
        photo: &RgbImage,
        mut best: Candidate,
    ) -> Result<Candidate, InferenceError> {
        // A small copy is turned instead of the photo: the overview shows no more of it.
        let Some(copy) = View::whole(photo.size(), OVERVIEW, 1.0).draw(photo) else { return Ok(best) };
        for turn in TURNS {
            let turned = copy.turned(turn);
            for fill in [1.0, SHRUNKEN] {
                let view = View::whole(Size::square(OVERVIEW), OVERVIEW, fill);
                best.challenge(turn, surest(&look(&mut self.overview, &turned, &view)?));
            }
        }
        Ok(best)
    }

    /// Small faces of a large photo.
    fn tiled_faces(&mut self, photo: &RgbImage) -> Result<Vec<Detection>, InferenceError> {
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
fn look(session: &mut ModelSession, photo: &RgbImage, view: &View) -> Result<Vec<Detection>, InferenceError> {
    let Some(canvas) = view.draw(photo) else { return Ok(Vec::new()) };
    let outputs = session.run_image(&canvas)?;
    let detections = nms::surest_of_each(yunet::decode(&outputs, view.side, FACE));
    Ok(detections.iter().map(|detection| detection.mapped(|point| view.on_photo(point))).collect())
}

/// The square round the middle of `rect` whose side is `factor` times its longer side.
fn square_round(rect: &PixelRect, factor: f32) -> PixelRect {
    let (centre, half) = (rect.center(), 0.5 * factor * rect.width().max(rect.height()));
    PixelRect { left: centre.x - half, top: centre.y - half, right: centre.x + half, bottom: centre.y + half }
}

/// The best score, 0 without faces.
fn surest(faces: &[Detection]) -> f32 {
    faces.iter().map(|face| face.score).fold(0.0, f32::max)
}

/// Largest first; ties keep their order.
fn sort_by_size(faces: &mut [Detection]) {
    faces.sort_by(|a, b| b.rect.area().total_cmp(&a.rect.area()));
}
