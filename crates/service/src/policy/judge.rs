//! Scores to verdicts: each value of an answer against its threshold.

use faceward_core::{Embedding, Outcome};
use faceward_engine::quality::Quality;
use faceward_engine::{Attributes, FaceAnalysis, PhotoInfo};
use faceward_models::calibration::thresholds::{Rule, Thresholds};

use crate::report::{FaceReport, Judged, QualityReport};
use crate::settings::{Demography, Settings};

/// The face with its verdicts, and its embedding apart: a report carries none.
pub(crate) fn report(
    mut face: FaceAnalysis,
    photo: PhotoInfo,
    n_detected: usize,
    settings: &Settings,
) -> (FaceReport, Outcome<Embedding>) {
    let embedding = std::mem::replace(&mut face.embedding, Outcome::NotRequested);
    restrict(&mut face.attributes, settings.demography);
    let liveness = face.liveness.as_ref().map(|liveness| liveness.score);
    let report = FaceReport {
        photo,
        n_detected,
        liveness: judge(&liveness, settings.thresholds.liveness),
        deepfake: judge(&face.deepfake, settings.thresholds.deepfake),
        quality: judge_quality(&face.quality, &settings.thresholds),
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

fn judge_quality(quality: &Outcome<Quality>, thresholds: &Thresholds) -> QualityReport {
    let measure = |pick: fn(&Quality) -> &Outcome<f32>, rule: Rule| match quality {
        Outcome::Value(quality) => judge(pick(quality), rule),
        Outcome::NotRequested => Outcome::NotRequested,
        Outcome::Unavailable => Outcome::Unavailable,
        Outcome::Failed(reason) => Outcome::Failed(reason.clone()),
    };
    QualityReport {
        uniformity: measure(|q| &q.uniformity, thresholds.uniformity),
        exposure: measure(|q| &q.exposure, thresholds.exposure),
        contrast: measure(|q| &q.contrast, thresholds.contrast),
        flare: measure(|q| &q.flare, thresholds.flare),
        blur: measure(|q| &q.blur, thresholds.blur),
        macroblocks: measure(|q| &q.macroblocks, thresholds.macroblocks),
        distortion: measure(|q| &q.distortion, thresholds.distortion),
        occlusion: measure(|q| &q.occlusion, thresholds.occlusion),
        emotion: measure(|q| &q.emotion, thresholds.emotion),
        left_eye_closed: measure(|q| &q.left_eye_closed, thresholds.left_eye_closed),
        right_eye_closed: measure(|q| &q.right_eye_closed, thresholds.right_eye_closed),
        crfiqa: measure(|q| &q.crfiqa, thresholds.crfiqa),
    }
}

/// Takes out the guesses that the operator switched off. They become unavailable where they were asked for.
fn restrict(attributes: &mut Attributes, demography: Demography) {
    if !demography.enabled {
        switch_off(&mut attributes.male);
        switch_off(&mut attributes.age);
    }
    if !demography.enabled || !demography.race {
        switch_off(&mut attributes.race);
    }
}

fn switch_off<T>(outcome: &mut Outcome<T>) {
    if !matches!(outcome, Outcome::NotRequested) {
        *outcome = Outcome::Unavailable;
    }
}

#[cfg(test)]
mod tests {
    use faceward_engine::Race;

    use super::*;

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
        let report = judge_quality(&Outcome::Failed("why".to_owned()), &Settings::default().thresholds);
        for (name, outcome) in report.measures() {
            assert_eq!(*outcome, Outcome::Failed("why".to_owned()), "{name}");
        }
    }

    fn guessed() -> Attributes {
        Attributes {
            male: Outcome::Value(0.9),
            age: Outcome::Value(30.0),
            race: Outcome::Value(Race::Other),
            neutral: Outcome::Value(0.5),
            ..Attributes::NOT_REQUESTED
        }
    }

    #[test]
    fn demography_can_be_switched_off_as_a_whole_or_in_part() {
        let mut attributes = guessed();
        restrict(&mut attributes, Demography { enabled: true, race: false });
        assert_eq!(attributes, Attributes { race: Outcome::Unavailable, ..guessed() });
        restrict(&mut attributes, Demography { enabled: false, race: true });
        let (male, age, race) = (Outcome::Unavailable, Outcome::Unavailable, Outcome::Unavailable);
        assert_eq!(attributes, Attributes { male, age, race, ..guessed() });
    }

    #[test]
    fn what_nobody_asked_for_stays_unasked() {
        let mut attributes = Attributes::NOT_REQUESTED;
        restrict(&mut attributes, Demography { enabled: false, race: false });
        assert_eq!(attributes, Attributes::NOT_REQUESTED);
    }
}
