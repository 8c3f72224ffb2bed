//! Which views of a photo are looked at, and in what order.
//!
//! One look at 320 px finds nearly every face that matters: only where it does not, the photo is looked at shrunken
//! (faces that fill it), finer (small faces), turned (photos without orientation) and in tiles (faces of 30 px in
//! large photos). YuNet needs a face to be 24 px on the canvas. Measurements: the model's card.

use faceward_core::{PixelRect, Turn};
use faceward_inference::InferenceError;

use super::view::View;
use super::{Detection, nms, tiles, yunet};
use super::{FINE, OVERVIEW};
use crate::image::{Size, Upright};
use crate::networks::ModelSession;

/// Score from which a detection is a face. On 640 looks at photos whose faces were painted over, at every turn, the
/// overview never reached it.
const FACE: f32 = 0.6;

/// Score from which a face certainly stands upright. Upside down, YuNet still finds faces, with points that are
/// wrong: up to 0.919 in 560 photos; upright, three of four score more than this.
const SURELY_UPRIGHT: f32 = 0.92;

/// By how much a turned face must score better before the photo counts as turned.
const TURN_MARGIN: f32 = 0.02;

/// Part of the canvas that the photo is shrunk to when nothing was found: faces without surroundings need some.
const SHRUNKEN: f32 = 0.5;

/// Side of the largest face on the overview, in canvas pixels, below which a finer look is taken: others may be there
/// that are smaller, and points of small faces are inaccurate.
const SMALL: f32 = 64.0;

/// Side of a close look, as a multiple of the face's longer side.
const CLOSE_MARGIN: f32 = 2.0;

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
    pub(crate) turned: Option<(Turn, Upright)>,
}

const TURNS: [Turn; 3] = [Turn::Cw90, Turn::Cw270, Turn::Cw180];

impl Detector {
    /// Every face of `photo`.
    ///
    /// # Errors
    /// The runtime failed.
    pub(crate) fn find(&mut self, photo: &Upright) -> Result<Found, InferenceError> {
        let faces = self.upright_faces(photo)?;
        let turn = match faces.first() {
            Some(face) if surest(&faces) < SURELY_UPRIGHT => self.turn_of(photo, &face.rect)?,
            Some(_) => Turn::None,
            None => self.turn_of_photo(photo)?,
        };
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

    /// Faces that stand upright, from the cheapest view that shows them.
    fn upright_faces(&mut self, photo: &Upright) -> Result<Vec<Detection>, InferenceError> {
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

    /// How the photo must be turned so that the face in `rect` stands upright: the face is looked at in all four ways.
    fn turn_of(&mut self, photo: &Upright, rect: &PixelRect) -> Result<Turn, InferenceError> {
        let half = 0.5 * CLOSE_MARGIN * rect.width().max(rect.height());
        let centre = rect.center();
        let square = PixelRect {
            left: centre.x - half,
            top: centre.y - half,
            right: centre.x + half,
            bottom: centre.y + half,
        };
        let side = super::CLOSE;
        let Some(chip) = View::square(square, side).draw(photo) else { return Ok(Turn::None) };
        let whole = View::whole(Size::square(side), side, 1.0);
        let upright = surest(&look(&mut self.close, &chip, &whole)?);
        let mut best = (Turn::None, upright + TURN_MARGIN);
        for turn in TURNS {
            let score = surest(&look(&mut self.close, &chip.turned(turn), &whole)?);
            if score > best.1 {
                best = (turn, score);
            }
        }
        Ok(best.0)
    }

    /// How a photo in which nothing was found must be turned so that something is.
    fn turn_of_photo(&mut self, photo: &Upright) -> Result<Turn, InferenceError> {
        let mut best = (Turn::None, 0.0);
        // A small copy is turned instead of the photo: the overview shows no more of it.
        let whole = View::whole(photo.size(), OVERVIEW, 1.0);
        let Some(copy) = whole.draw(photo) else { return Ok(Turn::None) };
        for turn in TURNS {
            let turned = copy.turned(turn);
            for fill in [1.0, SHRUNKEN] {
                let view = View::whole(Size::square(OVERVIEW), OVERVIEW, fill);
                let score = surest(&look(&mut self.overview, &turned, &view)?);
                if score > best.1 {
                    best = (turn, score);
                }
            }
        }
        Ok(best.0)
    }

    /// Small faces of a large photo.
    fn tiled_faces(&mut self, photo: &Upright) -> Result<Vec<Detection>, InferenceError> {
        let mut faces = Vec::new();
        for tile in tiles::cover(photo.size(), FINE) {
            faces.extend(look(&mut self.fine, photo, &View::square(tile, FINE))?);
        }
        let mut faces = nms::surest_of_each(faces);
        sort_by_size(&mut faces);
        Ok(faces)
    }
}

/// The faces in one view of `photo`, in pixels of the photo.
fn look(session: &mut ModelSession, photo: &Upright, view: &View) -> Result<Vec<Detection>, InferenceError> {
    let Some(canvas) = view.draw(photo) else { return Ok(Vec::new()) };
    let outputs = session.run_image(&canvas)?;
    let detections = nms::surest_of_each(yunet::decode(&outputs, view.side, FACE));
    Ok(detections.iter().map(|detection| detection.mapped(|point| view.to_photo(point))).collect())
}

/// The best score, 0 without faces.
fn surest(faces: &[Detection]) -> f32 {
    faces.iter().map(|face| face.score).fold(0.0, f32::max)
}

/// Largest first; ties keep their order.
fn sort_by_size(faces: &mut [Detection]) {
    faces.sort_by(|a, b| b.rect.area().total_cmp(&a.rect.area()));
}
