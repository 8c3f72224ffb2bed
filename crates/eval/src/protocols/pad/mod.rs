//! Presentation attack detection (ISO/IEC 30107-3): do prints, screens and masks pass, and are people turned away?
//!
//! A photo passes when its liveness score is at or above the threshold. Reported for each kind of attack on its own: an
//! average over kinds would let a system shine on the easy ones. `figures` holds the rates, `report` what is handed back.

mod figures;
mod report;

use faceward_engine::Engine;
use faceward_models::calibration::thresholds::Rule;

use super::acquired::{acquire, demand, value};
use crate::OnDone;
use crate::error::EvalError;
use crate::index::Table;
use crate::observe::{FaceRecord, ObserveOptions, observe_all};
use crate::photos::PhotoSource;
use crate::report::Measured;

pub use report::{PadReport, SweepPoint};

use report::report;

/// The name of attacks that the index does not name.
const UNNAMED: &str = "unnamed";

/// Labelled photos.
#[derive(Clone, Debug, PartialEq)]
pub struct PadIndex {
    /// Paths relative to the root.
    pub paths: Vec<String>,
    /// The kind of attack on each photo; `None` for a bona fide presentation.
    pub attacks: Vec<Option<String>>,
    /// Photos that are not independent of each other share a number.
    pub groups: Vec<u32>,
}

impl PadIndex {
    /// Reads `path,label[,attack][,group]`; `label` is live or spoof. Intervals are over the first of the columns
    /// `group` and `identity` that is there.
    ///
    /// # Errors
    /// A column is missing, a cell is empty or not understood, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", "label"])?;
        let kind = table.column("attack");
        let attacks = table.rows.iter().map(|row| match row.cell(1)? {
            "live" => Ok(None),
            "spoof" => Ok(Some(kind.and_then(|kind| row.optional(kind)).unwrap_or(UNNAMED).to_owned())),
            other => Err(row.error(format!("`label` is `{other}`, not live or spoof"))),
        });
        let attacks = attacks.collect::<Result<_, EvalError>>()?;
        Ok(Self { paths: table.paths()?, attacks, groups: table.groups(&["group", "identity"]) })
    }
}

/// The least score that passes by `rule`.
///
/// # Errors
/// The rule is not "at least": liveness has no other meaning.
pub fn least_score(rule: Rule) -> Result<f64, EvalError> {
    match rule {
        Rule::AtLeast(least) => Ok(least),
        Rule::AtMost(_) | Rule::Within(..) => {
            Err(EvalError::Unusable("the threshold of the configuration is not a least score".to_owned()))
        }
    }
}

/// Scores the photos of `index` and reports at `threshold`.
///
/// # Errors
/// A photo is missing, there is no model for liveness, or one of the two classes has no score.
pub fn measure(
    engine: &Engine,
    photos: &PhotoSource,
    (index, threshold): (&PadIndex, f64),
    options: &ObserveOptions,
    on_done: OnDone<'_>,
) -> Result<Measured<PadReport>, EvalError> {
    let has_liveness = |face: &FaceRecord| demand(&face.liveness, "liveness");
    let observed = observe_all(engine, photos, &index.paths, options, (&has_liveness, on_done))?;
    let acquired = acquire(&index.paths, &observed, |face| {
        Ok((f64::from(value(&face.liveness)?), face.liveness_reasons.clone()))
    });
    report(index, threshold, &acquired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocols::acquired::Acquired;

    fn index() -> PadIndex {
        let csv = b"path,label,attack,group\na,live,,p1\nb,live,,p2\nc,spoof,print,p1\nd,spoof,print,p2\n\
            e,spoof,replay,p1\nf,spoof,,p2\ng,live,,p3\n";
        PadIndex::parse(csv).expect("a fine index")
    }

    /// Scores of a to g.
    fn measured(scores: [Option<f64>; 7]) -> Result<PadReport, EvalError> {
        let values = scores.map(|score| Some((score?, vec!["little_context".to_owned()]))).to_vec();
        let failures = (0..values.iter().filter(|value| value.is_none()).count())
            .map(|nth| crate::observe::Failure { path: nth.to_string(), reason: "no face".to_owned() })
            .collect();
        report(&index(), 0.5, &Acquired { values, failures }).map(|measured| measured.report)
    }

    #[test]
    fn an_index_names_attacks_and_groups() {
        let index = index();
        assert_eq!(index.attacks[2].as_deref(), Some("print"));
        assert_eq!((index.attacks[5].as_deref(), index.attacks[0].as_deref()), (Some("unnamed"), None));
        assert_eq!(index.groups, [0, 1, 0, 1, 0, 1, 2]);
        let error = PadIndex::parse(b"path,label\na,real\n").expect_err("no such label");
        assert!(error.to_string().contains("not live or spoof"), "{error}");
    }

    #[test]
    fn every_attack_has_its_own_rate_and_the_worst_one_counts() {
        // live .9 .4 .8, print .6 .1, replay .95, unnamed .2
        let scores = [0.9, 0.4, 0.6, 0.1, 0.95, 0.2, 0.8].map(Some);
        let report = measured(scores).expect("both classes");
        assert_eq!(report.apcer.values().copied().collect::<Vec<_>>(), [0.5, 1.0, 0.0]);
        assert_eq!(report.apcer_max, 1.0);
        assert!((report.bpcer - 1.0 / 3.0).abs() < 1e-12);
        // To keep the replay at .95 out, the threshold lies above it: everybody is turned away.
        assert_eq!((report.threshold_at_apcer, report.bpcer_at_apcer), (0.95_f64.next_up(), 1.0));
        // To keep everybody in, the threshold is .4.
        assert_eq!((report.threshold_at_bpcer, report.apcer_at_bpcer["print"]), (0.4, 0.5));
        // Of 3 x 4 pairs, .9 beats 3, .4 beats 2, .8 beats 3.
        assert!((report.auc - 8.0 / 12.0).abs() < 1e-12);
        assert_eq!(report.reasons["little_context"], 7);
        assert_eq!(report.sweep.len(), 101);
    }

    #[test]
    fn failures_are_counted_and_in_no_rate() {
        let report = measured([None, Some(0.9), Some(0.1), None, Some(0.2), Some(0.3), Some(0.8)]);
        let report = report.expect("both classes");
        assert_eq!((report.failures, report.failures_live, report.n_live), (2, 1, 2));
        assert_eq!((report.auc, report.bpcer, report.apcer_max), (1.0, 0.0, 0.0));
        assert_eq!(report.n_attacks["print"], 1);
    }

    #[test]
    fn one_class_is_refused() {
        let only_live = [Some(0.9), Some(0.8), None, None, None, None, Some(0.7)];
        assert!(matches!(measured(only_live), Err(EvalError::Unusable(_))));
    }
}
