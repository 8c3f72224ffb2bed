//! Which way a photo without orientation must be turned so that the face that matters stands upright.
//!
//! `YuNet` finds faces upside down as well, with points as if they were upright, and scores them hardly less. So a face
//! that is not surely upright is looked at closely in four ways; where two of them score nearly alike, a network that
//! knows what a face looks like decides. Measurements: docs/decisions/0004.

use faceward_core::Turn;

use super::search::{DetectError, Detector, look, square_round, surest};
use super::view::View;
use super::{CLOSE, Detection, OVERVIEW, SHRUNKEN};
use crate::image::{RgbImage, Size};

/// Log-odds that a face stands upright in the photo where the detection is; `None` without a network that could tell.
pub(crate) type UprightJudge<'a> = dyn FnMut(&RgbImage, &Detection) -> Result<Option<f32>, DetectError> + 'a;

/// Score from which a face certainly stands upright: upside down, the overview scored up to 0.926 in 780 photos.
const SURELY_UPRIGHT: f32 = 0.93;

/// Score from which a face does not lie on its side: there, the overview scored up to 0.893. It may be upside down.
const NOT_ON_ITS_SIDE: f32 = 0.92;

/// Score of a close look from which there is a face in the box.
const CONVINCING: f32 = 0.8;

/// How near to the best score another way of turning must come to be looked at by the judge.
const RIVAL: f32 = 0.05;

/// What one unit of the judge's log-odds weighs against the detector's score, and where more of them say no more.
const JUDGE_WEIGHT: f32 = 0.003;
const JUDGE_RANGE: [f32; 2] = [-10.0, 20.0];

/// By how much a turned face must score better before the photo counts as turned where nobody else judges.
const TURN_MARGIN: f32 = 0.02;

/// Side of the square in which a face is tried in four ways, in longer sides of its box.
const TRIED_SIDE: f32 = 2.0;

const TURNS: [Turn; 4] = [Turn::None, Turn::Cw90, Turn::Cw270, Turn::Cw180];

/// A face as it is seen after one way of turning.
struct Look {
    turn: Turn,
    chip: RgbImage,
    face: Detection,
}

impl Detector {
    /// How the photo must be turned so that the face that matters stands upright, given the `faces` found as it is.
    ///
    /// # Errors
    /// The runtime failed, or a view cannot be drawn.
    pub(super) fn turn(
        &mut self,
        photo: &RgbImage,
        faces: &[Detection],
        judge: &mut UprightJudge<'_>,
    ) -> Result<Turn, DetectError> {
        if let Some(turn) = self.turn_by_close_looks(photo, faces, judge)? {
            return Ok(turn);
        }
        // Nobody stands in the box, whichever way it is turned: the face may be elsewhere.
        let first = self.turn_by_overviews(photo, surest(faces))?;
        if first == Turn::None {
            return Ok(first);
        }
        // The overviews show a small face; a close look may say more.
        let turned = photo.turned(first);
        let faces = self.upright_faces(&turned)?;
        let second = self.turn_by_close_looks(&turned, &faces, judge)?;
        Ok(second.map_or(first, |second| both(first, second)))
    }

    /// The way in which the largest face stands upright; `None` if no way convinces.
    fn turn_by_close_looks(
        &mut self,
        photo: &RgbImage,
        faces: &[Detection],
        judge: &mut UprightJudge<'_>,
    ) -> Result<Option<Turn>, DetectError> {
        let Some(largest) = faces.first() else { return Ok(None) };
        let score = surest(faces);
        if score >= SURELY_UPRIGHT {
            return Ok(Some(Turn::None));
        }
        let square = square_round(&largest.rect, TRIED_SIDE);
        let Some(view) = View::square(photo.size(), &square, CLOSE) else { return Ok(None) };
        let chip = view.draw(photo)?;
        let whole = View::whole(Size::square(CLOSE), CLOSE, 1.0);
        let mut looks = Vec::new();
        for turn in TURNS {
            if score >= NOT_ON_ITS_SIDE && matches!(turn, Turn::Cw90 | Turn::Cw270) {
                continue;
            }
            let chip = chip.turned(turn);
            let faces = look(&mut self.close, &chip, &whole)?;
            if let Some(face) = faces.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)) {
                looks.push(Look { turn, chip, face });
            }
        }
        decide(&looks, judge)
    }

    /// The best way of turning the whole photo, if it shows a face better than `score`.
    fn turn_by_overviews(&mut self, photo: &RgbImage, score: f32) -> Result<Turn, DetectError> {
        // A small copy is turned instead of the photo: the overview shows no more of it.
        let copy = View::whole(photo.size(), OVERVIEW, 1.0).draw(photo)?;
        let (mut best, mut best_score) = (Turn::None, score + TURN_MARGIN);
        for turn in TURNS.into_iter().filter(|turn| *turn != Turn::None) {
            let turned = copy.turned(turn);
            for fill in [1.0, SHRUNKEN] {
                let view = View::whole(Size::square(OVERVIEW), OVERVIEW, fill);
                let score = surest(&look(&mut self.overview, &turned, &view)?);
                if score > best_score {
                    (best, best_score) = (turn, score);
                }
            }
        }
        Ok(best)
    }
}

/// The way of turning that the detector and the judge hold for upright; `None` if the detector sees nobody.
fn decide(looks: &[Look], judge: &mut UprightJudge<'_>) -> Result<Option<Turn>, DetectError> {
    let Some(best) = looks.iter().max_by(|a, b| a.face.score.total_cmp(&b.face.score)) else {
        return Ok(None);
    };
    if best.face.score < CONVINCING {
        return Ok(None);
    }
    let rivals: Vec<&Look> = looks.iter().filter(|look| look.face.score >= best.face.score - RIVAL).collect();
    if rivals.len() == 1 {
        return Ok(Some(best.turn));
    }
    let mut upright: Option<(Turn, f32)> = None;
    for rival in rivals {
        let Some(log_odds) = judge(&rival.chip, &rival.face)? else {
            return Ok(Some(unjudged(looks, best)));
        };
        let sum = rival.face.score + JUDGE_WEIGHT * log_odds.clamp(JUDGE_RANGE[0], JUDGE_RANGE[1]);
        if upright.is_none_or(|(_, most)| sum > most) {
            upright = Some((rival.turn, sum));
        }
    }
    Ok(upright.map(|(turn, _)| turn))
}

/// Without a judge: turned only if that is clearly better.
fn unjudged(looks: &[Look], best: &Look) -> Turn {
    let stays =
        looks.iter().any(|look| look.turn == Turn::None && look.face.score + TURN_MARGIN >= best.face.score);
    if stays { Turn::None } else { best.turn }
}

/// `first`, then `second`.
fn both(first: Turn, second: Turn) -> Turn {
    let degrees = (first.degrees() + second.degrees()) % 360;
    TURNS.into_iter().find(|turn| turn.degrees() == degrees).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::yunet::tests::detection;

    /// What is decided from scores, each with the log-odds of the judge; also how often the judge was asked.
    fn decided(looks: &[(Turn, f32, f32)], judged: bool) -> (Option<Turn>, usize) {
        let seen: Vec<Look> = looks
            .iter()
            .map(|(turn, score, _)| Look {
                turn: *turn,
                chip: RgbImage::filled(Size::square(1), [0; 3]).expect("one pixel"),
                face: detection(*score, [0.0, 0.0, 1.0, 1.0]),
            })
            .collect();
        let mut n_asked = 0;
        let mut judge = |_: &RgbImage, face: &Detection| {
            n_asked += 1;
            let log_odds = looks.iter().find(|(_, score, _)| *score == face.score).map(|(_, _, odds)| *odds);
            Ok(log_odds.filter(|_| judged))
        };
        let turn = decide(&seen, &mut judge).expect("no runtime");
        (turn, n_asked)
    }

    #[test]
    fn a_clear_score_decides_alone() {
        let looks = [(Turn::None, 0.7406, 3.7), (Turn::Cw90, 0.6488, -5.7), (Turn::Cw180, 0.9325, 21.8)];
        assert_eq!(decided(&looks, true), (Some(Turn::Cw180), 0));
    }

    #[test]
    fn scores_that_are_near_each_other_are_decided_by_who_knows_faces() {
        // Measured: a photo that stands upright, one that is upside down, and the margins that were wrong.
        let upright = [(Turn::None, 0.8494, 12.5), (Turn::Cw180, 0.8532, -12.4)];
        assert_eq!(decided(&upright, true), (Some(Turn::None), 2));
        let upside_down =
            [(Turn::None, 0.658, -21.3), (Turn::Cw270, 0.8078, -13.7), (Turn::Cw180, 0.7634, 10.0)];
        assert_eq!(decided(&upside_down, true), (Some(Turn::Cw180), 2));
        let near = [(Turn::None, 0.9002, 1.4), (Turn::Cw180, 0.9193, 20.7)];
        assert_eq!(decided(&near, true), (Some(Turn::Cw180), 2));
    }

    #[test]
    fn without_a_judge_a_photo_is_turned_only_if_that_is_clearly_better() {
        assert_eq!(
            decided(&[(Turn::None, 0.9002, 0.0), (Turn::Cw180, 0.9193, 0.0)], false).0,
            Some(Turn::None)
        );
        assert_eq!(decided(&[(Turn::None, 0.89, 0.0), (Turn::Cw180, 0.92, 0.0)], false).0, Some(Turn::Cw180));
    }

    #[test]
    fn nobody_who_convinces_is_nobody() {
        assert_eq!(decided(&[], true), (None, 0));
        assert_eq!(decided(&[(Turn::None, 0.79, 20.0), (Turn::Cw90, 0.78, 20.0)], true), (None, 0));
    }

    #[test]
    fn turns_add_up() {
        assert_eq!(both(Turn::Cw90, Turn::Cw180), Turn::Cw270);
        assert_eq!(both(Turn::Cw270, Turn::Cw90), Turn::None);
        assert_eq!(both(Turn::Cw180, Turn::None), Turn::Cw180);
    }
}
