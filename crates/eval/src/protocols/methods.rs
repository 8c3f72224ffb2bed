//! What a check was measured on, method by method, at its default threshold. No photo is needed: the figures are those that the
//! recipes found on persons, scenes and photos that they had kept apart, and that came with the tables.

use faceward_models::calibration::evidence::{ErrorKind, Rate, evidence};
use faceward_models::calibration::similarity::SimilarityCalibration;
use serde::{Deserialize, Serialize};

use crate::metrics::wilson;
use crate::plot::{Drawing, Plot, ShareBar};
use crate::report::{MarkdownTable, Measured, Report, percent};

/// A check whose errors are known method by method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredCheck {
    /// Presentation attacks.
    Liveness,
    /// Swapped and generated faces.
    Deepfake,
    /// Pictures that no camera took.
    Photographed,
}

impl MeasuredCheck {
    const fn name(self) -> &'static str {
        match self {
            Self::Liveness => "liveness",
            Self::Deepfake => "deepfake",
            Self::Photographed => "photographed",
        }
    }
}

/// The result, as written to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodsReport {
    /// Always `methods`.
    pub protocol: String,
    /// The check.
    pub check: String,
    /// Ids of its models.
    pub models: Vec<String>,
    /// The threshold.
    pub threshold: f64,
    /// What passes though it should not, then what is refused though it should pass.
    pub rows: Vec<MethodRow>,
}

/// One share of wrong verdicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodRow {
    /// The attack, generator or kind of picture; `null`: genuine photos, and the share is of those refused.
    pub method: Option<String>,
    /// Set of photos.
    pub set: String,
    /// What the figure holds for.
    pub condition: Option<String>,
    /// Photos.
    pub n: u64,
    /// 0 to 1.
    pub share: f64,
    /// 95 % of it: over groups where the table has that, else as if photos were independent of each other.
    pub ci: [f64; 2],
}

/// What is known about `check`; `map` is the similarity map in force.
#[must_use]
pub fn measure(map: &SimilarityCalibration, check: MeasuredCheck) -> Measured<MethodsReport> {
    let known = evidence(map).remove(check.name());
    let rates = known.as_ref().map_or(&[][..], |known| known.rates.as_slice());
    let of = |error| rates.iter().filter(move |rate| rate.error == error).map(row);
    let report = MethodsReport {
        protocol: "methods".to_owned(),
        check: check.name().to_owned(),
        models: known.as_ref().map(|known| known.models.clone()).unwrap_or_default(),
        threshold: known.as_ref().map_or(f64::NAN, |known| known.at),
        rows: of(ErrorKind::AttackPassed).chain(of(ErrorKind::BonaFideRefused)).collect(),
    };
    let plots = vec![drawing(&report)];
    Measured { report, plots }
}

fn row(rate: &Rate) -> MethodRow {
    MethodRow {
        method: rate.method.clone(),
        set: rate.set.clone(),
        condition: rate.condition.clone(),
        n: rate.count,
        share: rate.share,
        ci: rate.interval.unwrap_or_else(|| wilson(rate.share, rate.count).ends()),
    }
}

fn drawing(report: &MethodsReport) -> Plot {
    let bar = |row: &MethodRow| ShareBar {
        label: label(row),
        wrong_way: row.method.is_some(),
        share: row.share,
        ends: row.ci,
    };
    Plot {
        name: format!("{}-methods", report.check),
        title: format!(
            "{} at {}: what passes (orange), genuine photos refused (blue)",
            report.check, report.threshold
        ),
        drawing: Drawing::Shares(report.rows.iter().map(bar).collect()),
    }
}

fn label(row: &MethodRow) -> String {
    let what = row.method.as_deref().unwrap_or("genuine");
    let condition = row.condition.as_ref().map(|condition| format!("; {condition}")).unwrap_or_default();
    format!("{what}, {}{condition} ({})", row.set, row.n)
}

impl Report for MethodsReport {
    fn markdown(&self) -> String {
        let mut text = format!("By {}, at {}.\n", self.models.join(", "), self.threshold);
        let mut table =
            MarkdownTable::new(&["method", "photos", "", "number", "passes, or is refused (95 %)"]);
        for row in &self.rows {
            let what = match &row.method {
                Some(method) => format!("**{method}** passes"),
                None => "genuine refused".to_owned(),
            };
            table.row([
                what,
                row.set.clone(),
                row.condition.clone().unwrap_or_default(),
                row.n.to_string(),
                percent(Some(row.share), Some(row.ci)),
            ]);
        }
        text += &table.finish();
        text += "\nWhat is not among the methods was not measured and may pass.\n";
        text
    }
}

#[cfg(test)]
mod tests {
    use faceward_models::calibration::similarity::similarity;

    use super::*;

    #[test]
    fn attacks_come_first_and_every_row_has_its_interval() {
        for check in [MeasuredCheck::Liveness, MeasuredCheck::Deepfake, MeasuredCheck::Photographed] {
            let Measured { report, plots } = measure(similarity(), check);
            let attacks = report.rows.iter().take_while(|row| row.method.is_some()).count();
            assert!(attacks > 0 && attacks < report.rows.len(), "{check:?}");
            assert!(report.rows[attacks..].iter().all(|row| row.method.is_none()), "{check:?}");
            for row in &report.rows {
                assert!(row.ci[0] <= row.share && row.share <= row.ci[1], "{row:?}");
            }
            assert_eq!(plots.len(), 1);
            assert!(report.markdown().contains("genuine refused"), "{check:?}");
        }
    }
}
