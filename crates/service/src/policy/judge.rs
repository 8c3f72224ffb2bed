//! Scores to verdicts: each value of an answer against its threshold.

use faceward_core::{Embedding, Outcome, QualityValues};
use faceward_engine::{FaceAnalysis, PhotoInfo};
use faceward_models::calibration::thresholds::Rule;

use crate::report::{FaceReport, Judged};
use crate::settings::Settings;

/// From which score on a face was photographed: the table of the network puts its threshold there.
const PHOTOGRAPHED: Rule = Rule::AtLeast(0.5);

/// The face with its verdicts, and its embedding apart: a report carries none.
pub(crate) fn report(
    mut face: FaceAnalysis,
    photo: PhotoInfo,
    n_detected: usize,
    settings: &Settings,
) -> (FaceReport, Outcome<Embedding>) {
    let embedding = std::mem::replace(&mut face.embedding, Outcome::NotRequested);
    let thresholds = &settings.thresholds;
    let liveness = face.liveness.as_ref().map(|liveness| liveness.score);
    let genuine = face.genuine.as_ref().map(|genuine| genuine.score);
    let photographed = judge(&face.photographed, PHOTOGRAPHED);
    // A picture that no camera took of a face is neither live nor genuine, whatever those networks make of it.
    let photograph = photographed.value().is_none_or(|judged| judged.fine);
    let judged = |score: &Outcome<f32>, rule| {
        if let (Outcome::Value(_), Outcome::Failed(reason)) = (score, &photographed) {
            // Where that could not be told, the check could not decide.
            return Outcome::Failed(reason.clone());
        }
        judge(score, rule).map(|judged| Judged { fine: judged.fine && photograph, ..judged })
    };
    let report = FaceReport {
        photo,
        n_detected,
        liveness: judged(&liveness, thresholds.liveness),
        genuine: judged(&genuine, thresholds.deepfake),
        photographed,
        quality: QualityValues::from_fn(|key| judge(&face.quality[key], thresholds.quality[key])),
        face,
    };
    (report, embedding)
}

fn judge(score: &Outcome<f32>, rule: Rule) -> Outcome<Judged> {
    score.as_ref().map(|score| {
        // Through the shortest decimal: the score that the answer shows is the one that is judged.
        let score = shortest(*score);
        Judged { score, fine: rule.accepts(score) }
    })
}

/// The double nearest to the shortest decimal that names `value`: `0.85_f32` becomes 0.85, not 0.8500000238.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use faceward_core::{FivePoints, PixelRect, Point, QualityKey, Turn};
    use faceward_engine::image::PhotoFormat;
    use faceward_engine::{Forgery, Genuineness, LITTLE_CONTEXT, Liveness, NEAR_EDGE};

    use super::*;
    use crate::report::Advice;

    #[test]
    fn the_score_that_is_shown_is_the_one_that_is_judged() {
        let rows =
            [(0.85_f32, 0.85, true), (0.849_999_9, 0.849_999_9, false), (1.0, 1.0, true), (0.0, 0.0, false)];
        for (score, shown, fine) in rows {
            let judged = judge(&Outcome::Value(score), Rule::AtLeast(0.85));
            assert_eq!(judged, Outcome::Value(Judged { score: shown, fine }), "{score}");
        }
    }

    #[test]
    fn a_score_that_is_no_number_is_not_fine() {
        let judged = judge(&Outcome::Value(f32::NAN), Rule::AtMost(0.5));
        assert!(judged.value().is_some_and(|judged| !judged.fine));
    }

    #[test]
    fn absence_keeps_its_reason() {
        let rule = Rule::AtLeast(0.5);
        assert_eq!(judge(&Outcome::Unavailable, rule), Outcome::Unavailable);
        assert_eq!(judge(&Outcome::NotRequested, rule), Outcome::NotRequested);
        assert_eq!(judge(&Outcome::Failed("why".to_owned()), rule), Outcome::Failed("why".to_owned()));
    }

    #[test]
    fn a_drawing_is_neither_live_nor_genuine() {
        let somewhere = Point::new(0.0, 0.0);
        let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let photo = PhotoInfo { format: PhotoFormat::Png, width: 1, height: 1, turned: Turn::None };
        for (photographed, fine) in
            [(Outcome::Value(0.5), true), (Outcome::Unavailable, true), (Outcome::Value(0.49), false)]
        {
            let mut face = FaceAnalysis::detected(rect, 1.0, FivePoints::from_array([somewhere; 5]));
            face.liveness = Outcome::Value(Liveness { score: 0.99, raw: Vec::new(), reasons: Vec::new() });
            face.genuine =
                Outcome::Value(Genuineness { score: 0.99, suspected: Forgery::Swap, reasons: Vec::new() });
            face.photographed = photographed;
            let (report, _no_embedding) = report(face, photo, 1, &Settings::default());
            let expected = Outcome::Value(Judged { score: 0.99, fine });
            assert_eq!((&report.liveness, &report.genuine), (&expected, &expected));
        }
        let mut face = FaceAnalysis::detected(rect, 1.0, FivePoints::from_array([somewhere; 5]));
        face.liveness = Outcome::Value(Liveness { score: 0.99, raw: Vec::new(), reasons: Vec::new() });
        face.photographed = Outcome::Failed("no number".to_owned());
        let (report, _no_embedding) = report(face, photo, 1, &Settings::default());
        assert_eq!(report.liveness, Outcome::Failed("no number".to_owned()), "undecided, never passed");
        assert_eq!(report.genuine, Outcome::NotRequested);
    }

    #[test]
    fn who_is_too_close_is_told_to_step_back_and_a_forgery_has_its_name_unless_it_is_no_photograph() {
        let said = |score: f32, photographed: f32, [live, genuine]: [Option<&'static str>; 2]| {
            let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
            let points = FivePoints::from_array([Point::new(0.0, 0.0); 5]);
            let photo = PhotoInfo { format: PhotoFormat::Png, width: 1, height: 1, turned: Turn::None };
            let mut face = FaceAnalysis::detected(rect, 1.0, points);
            let reasons = live.into_iter().collect();
            face.liveness = Outcome::Value(Liveness { score, raw: Vec::new(), reasons });
            let reasons = genuine.into_iter().collect();
            face.genuine = Outcome::Value(Genuineness { score, suspected: Forgery::Generated, reasons });
            face.photographed = Outcome::Value(photographed);
            let (report, _no_embedding) = report(face, photo, 1, &Settings::default());
            assert_eq!(report.advice(), report.liveness_advice().or(report.deepfake_advice()));
            (report.liveness_advice(), report.deepfake_advice(), report.suspected())
        };
        let (close, near) = (Some(LITTLE_CONTEXT), Some(NEAR_EDGE));
        let (advice, suspected) = (Some(Advice::StepBack), Some(Forgery::Generated));
        assert_eq!(said(0.5, 0.9, [close, None]), (advice, None, suspected));
        assert_eq!(said(0.5, 0.9, [None, near]), (None, advice, suspected));
        assert_eq!(said(0.5, 0.9, [None, None]), (None, None, suspected));
        assert_eq!(said(0.95, 0.9, [close, near]), (None, None, None));
        assert_eq!(said(0.5, 0.1, [close, near]), (None, None, None));
    }

    #[test]
    fn every_measure_is_judged_by_its_own_rule() {
        let somewhere = Point::new(0.0, 0.0);
        let rect = PixelRect { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };
        let mut face = FaceAnalysis::detected(rect, 1.0, FivePoints::from_array([somewhere; 5]));
        let mut settings = Settings::default();
        for key in QualityKey::ALL {
            face.quality[key] = Outcome::Value(key as usize as f32 / 64.0);
            settings.thresholds.quality[key] = Rule::AtMost(f64::from(key as u32 % 2));
        }
        let photo = PhotoInfo { format: PhotoFormat::Png, width: 1, height: 1, turned: Turn::None };
        let (report, _no_embedding) = report(face, photo, 1, &settings);
        for (place, (key, outcome)) in report.quality.iter().enumerate() {
            let score = place as f64 / 64.0;
            let fine = place % 2 == 1 || score <= 0.0;
            assert_eq!(*outcome, Outcome::Value(Judged { score, fine }), "{}", key.name());
        }
    }
}
