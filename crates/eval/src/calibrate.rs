//! From a result to the threshold of an operating point that was asked for.

use crate::metrics::{TwoClassError, TwoClasses, share_below, share_from, threshold_accepting};
use crate::protocols::deepfake::DeepfakeReport;
use crate::protocols::pad::PadReport;
use crate::protocols::verification::VerificationReport;
use faceward_core::Cosine;
use faceward_models::calibration::similarity::SimilarityCalibration;

/// Digits of a threshold in a configuration.
const DIGITS: f64 = 1e4;
/// Errors that a sample must show before a rate is believed (ISO/IEC 19795-1 speaks of 30; the map needs 10 as well).
const MIN_ERRORS: f64 = 10.0;

/// The operating point that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OperatingPoint {
    /// At most this share of impostor comparisons match.
    Fmr(f64),
    /// At most this share of bona fide presentations, or of real photos, is turned away.
    Bpcer(f64),
    /// At most this share of each kind of attack, or of the fakes, passes.
    Apcer(f64),
}

/// A result that thresholds can be taken from.
#[derive(Clone, Debug)]
pub enum Outcomes {
    /// Of `eval verification`.
    Verification(Box<VerificationReport>),
    /// Of `eval pad`.
    Pad(Box<PadReport>),
    /// Of `eval deepfake`.
    Deepfake(Box<DeepfakeReport>),
}

/// A threshold and what it costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Key of the setting.
    pub setting: &'static str,
    /// Its value, 0 to 1, rounded so that the rate is kept.
    pub value: f64,
    /// What was measured there, a line each.
    pub says: Vec<String>,
}

/// Why there is no threshold.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// The text is no result of a protocol with thresholds.
    #[error("it is no result of `eval verification`, `eval pad` or `eval deepfake`")]
    NoResult(#[source] Option<serde_json::Error>),
    /// The operating point belongs to another protocol.
    #[error("{0}")]
    Mismatch(String),
    /// Too few samples.
    #[error("{samples} {of} cannot fix a rate of {rate:e}: at least {needed} are needed")]
    TooFew {
        /// Samples measured.
        samples: u64,
        /// Of what.
        of: &'static str,
        /// The rate.
        rate: f64,
        /// Samples needed.
        needed: u64,
    },
    /// A class is missing.
    #[error(transparent)]
    Scores(#[from] TwoClassError),
}

impl Outcomes {
    /// Reads the JSON of a result.
    ///
    /// # Errors
    /// It is another text.
    pub fn parse(json: &[u8]) -> Result<Self, CalibrateError> {
        let no_result = |error| CalibrateError::NoResult(Some(error));
        let value: serde_json::Value = serde_json::from_slice(json).map_err(no_result)?;
        match value.get("protocol").and_then(serde_json::Value::as_str) {
            Some("verification") => {
                serde_json::from_value(value).map(|r| Self::Verification(Box::new(r))).map_err(no_result)
            }
            Some("pad") => serde_json::from_value(value).map(|r| Self::Pad(Box::new(r))).map_err(no_result),
            Some("deepfake") => {
                serde_json::from_value(value).map(|r| Self::Deepfake(Box::new(r))).map_err(no_result)
            }
            _ => Err(CalibrateError::NoResult(None)),
        }
    }

    /// The threshold at `point`; similarities are those of `map`.
    ///
    /// # Errors
    /// The point belongs to another protocol, or the samples are too few for it.
    pub fn threshold(
        &self,
        point: OperatingPoint,
        map: &SimilarityCalibration,
    ) -> Result<Chosen, CalibrateError> {
        match self {
            Self::Verification(report) => similarity(report, point, map),
            Self::Pad(report) => {
                let kinds: Vec<(&str, &[f64])> =
                    report.attack_scores.iter().map(|(kind, s)| (kind.as_str(), s.as_slice())).collect();
                least_score(("liveness", "bona fide presentations"), &report.live_scores, &kinds, point)
            }
            Self::Deepfake(report) => {
                let fakes = [("fake", report.fake_scores.as_slice())];
                least_score(("deepfake", "real photos"), &report.real_scores, &fakes, point)
            }
        }
    }
}

fn similarity(
    report: &VerificationReport,
    point: OperatingPoint,
    map: &SimilarityCalibration,
) -> Result<Chosen, CalibrateError> {
    let OperatingPoint::Fmr(fmr) = point else {
        return Err(CalibrateError::Mismatch("a result of verification needs --fmr".to_owned()));
    };
    if report.model != map.model().as_str() {
        return Err(CalibrateError::Mismatch(format!(
            "the result is of the model `{}`, the similarity map in force of `{}`",
            report.model,
            map.model().as_str()
        )));
    }
    let at = report.anchors.iter().find(|(key, _)| key.parse() == Ok(fmr)).map(|(_, rate)| rate);
    let Some(at) = at else {
        let known: Vec<&str> = report.anchors.keys().map(String::as_str).collect();
        return Err(CalibrateError::Mismatch(format!("measured were the rates {}", known.join(", "))));
    };
    enough(report.n_impostor, "impostor pairs", fmr)?;
    let value = rounded_up(f64::from(map.similarity(Cosine(at.threshold)).0));
    let interval = at.ci.map(|[low, high]| format!(" ({:.2} to {:.2})", 100.0 * low, 100.0 * high));
    let says = vec![
        format!(
            "FMR {fmr:e} over {} impostor pairs, {} of them above it",
            report.n_impostor, at.n_false_matches
        ),
        format!(
            "FNMR {:.2} %{} over {} genuine pairs",
            100.0 * at.fnmr,
            interval.unwrap_or_default(),
            report.n_genuine
        ),
    ];
    Ok(Chosen { setting: "similarity", value, says })
}

/// The least score of `genuine` samples against each kind of others; all lists are sorted, lowest first.
fn least_score(
    (setting, genuine_are): (&'static str, &'static str),
    genuine: &[f64],
    kinds: &[(&str, &[f64])],
    point: OperatingPoint,
) -> Result<Chosen, CalibrateError> {
    let others = kinds.iter().flat_map(|(_, scores)| scores.iter()).map(|score| (false, *score));
    let classes = TwoClasses::new(genuine.iter().map(|score| (true, *score)).chain(others))?;
    let value = match point {
        OperatingPoint::Fmr(_) => {
            return Err(CalibrateError::Mismatch("only a result of verification has an FMR".to_owned()));
        }
        OperatingPoint::Bpcer(most) => {
            enough(genuine.len() as u64, genuine_are, most)?;
            rounded_down(classes.threshold_for_false_negatives(most))
        }
        OperatingPoint::Apcer(most) => {
            for (_, scores) in kinds {
                enough(scores.len() as u64, "attacks of a kind", most)?;
            }
            let each = kinds.iter().map(|(_, scores)| threshold_accepting(scores, most));
            rounded_up(each.fold(f64::NEG_INFINITY, f64::max))
        }
    };
    let turned_away = 100.0 * share_below(genuine, value);
    let mut says = vec![format!("{turned_away:.2} % of {} {genuine_are} turned away", genuine.len())];
    says.extend(kinds.iter().map(|(kind, scores)| {
        format!("{:.2} % of {} `{kind}` pass", 100.0 * share_from(scores, value), scores.len())
    }));
    Ok(Chosen { setting, value: value.clamp(0.0, 1.0), says })
}

/// Refuses a rate that would rest on a handful of errors.
fn enough(samples: u64, of: &'static str, rate: f64) -> Result<(), CalibrateError> {
    let needed = (MIN_ERRORS / rate - 1e-6).ceil() as u64;
    if samples < needed { Err(CalibrateError::TooFew { samples, of, rate, needed }) } else { Ok(()) }
}

/// Upwards, so that not more pass than was asked for.
fn rounded_up(value: f64) -> f64 {
    let rounded = (value * DIGITS).ceil() / DIGITS;
    // The product may have been rounded down: thresholds lie just above a score.
    if rounded < value { rounded + 1.0 / DIGITS } else { rounded }
}

/// Downwards, so that not more are turned away than was asked for.
fn rounded_down(value: f64) -> f64 {
    let rounded = (value * DIGITS).floor() / DIGITS;
    if rounded > value { rounded - 1.0 / DIGITS } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(n: u32) -> Vec<f64> {
        (0..n).map(|i| f64::from(i) / f64::from(n)).collect()
    }

    fn chosen(point: OperatingPoint) -> Result<Chosen, CalibrateError> {
        let (genuine, attacks) = (scores(1000), scores(200));
        least_score(("liveness", "bona fide presentations"), &genuine, &[("print", &attacks)], point)
    }

    #[test]
    fn the_threshold_keeps_the_rate_that_was_asked_for() {
        let kept = chosen(OperatingPoint::Bpcer(0.02)).expect("enough samples");
        assert_eq!((kept.setting, kept.value), ("liveness", 0.02));
        assert_eq!(kept.says[0], "2.00 % of 1000 bona fide presentations turned away");
        // Of 200 attacks ten may pass: those from .95 on.
        let kept = chosen(OperatingPoint::Apcer(0.05)).expect("enough samples");
        assert!(kept.value > 0.945 && kept.value <= 0.95, "{kept:?}");
        assert_eq!(kept.says[1], "5.00 % of 200 `print` pass");
    }

    #[test]
    fn a_rate_on_a_handful_of_errors_is_refused() {
        let error = chosen(OperatingPoint::Apcer(0.01)).expect_err("two of 200").to_string();
        assert_eq!(error, "200 attacks of a kind cannot fix a rate of 1e-2: at least 1000 are needed");
        assert!(matches!(chosen(OperatingPoint::Fmr(1e-4)), Err(CalibrateError::Mismatch(_))));
    }

    #[test]
    fn another_text_is_no_result() {
        for text in ["", "{}", r#"{"protocol": "landmarks"}"#, r#"{"protocol": "pad"}"#] {
            assert!(matches!(Outcomes::parse(text.as_bytes()), Err(CalibrateError::NoResult(_))), "{text}");
        }
    }
}
