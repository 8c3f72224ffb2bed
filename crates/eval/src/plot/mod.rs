//! Drawings of results as SVG, which any browser shows; text is left to its fonts.
//!
//! Protocols say what there is to see; nothing here computes.

mod draw;

use crate::metrics::{Errors, ReliabilityBin};

pub use draw::{PlotError, draw};

/// One drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Name of its file, without ending.
    pub name: String,
    /// What stands above it.
    pub title: String,
    /// What is drawn.
    pub drawing: Drawing,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// Two error rates against each other, both axes logarithmic: a DET curve (ISO/IEC 19795-1).
    TradeOff(Chart),
    /// Shares of scores in bins.
    Histogram(Chart),
    /// Said against come true, with the diagonal where both are equal.
    Reliability(Chart),
    /// Lines over linear axes.
    Lines(Chart),
    /// Shares with their intervals, one below the other.
    Shares(Vec<ShareBar>),
}

/// One share of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareBar {
    /// What it is the share of.
    pub label: String,
    /// Whether it is of those that pass though they should not; else of those refused though they should pass.
    pub wrong_way: bool,
    /// 0 to 1.
    pub share: f64,
    /// Its interval.
    pub ends: [f64; 2],
}

/// Axes and curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Below the horizontal axis.
    pub x: String,
    /// Beside the vertical axis.
    pub y: String,
    /// The curves, in the order of the legend.
    pub curves: Vec<Curve>,
}

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its name in the legend.
    pub name: String,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// Bins of a score histogram.
const N_BINS: usize = 50;

impl Plot {
    /// The trade-off of both errors for each named curve; `x` and `y` name the errors on negative and positive samples.
    pub(crate) fn trade_off(title: &str, [x, y]: [&str; 2], curves: Vec<(String, Vec<Errors>)>) -> Self {
        let curves = curves.into_iter().map(|(name, errors)| Curve {
            name,
            points: errors.iter().map(|at| (at.false_positive, at.false_negative)).collect(),
        });
        let chart = Chart { x: x.to_owned(), y: y.to_owned(), curves: curves.collect() };
        Self { name: "det".to_owned(), title: title.to_owned(), drawing: Drawing::TradeOff(chart) }
    }

    /// How the scores of each named class are spread over `low` to `high`.
    pub(crate) fn histogram(
        title: &str,
        x: &str,
        [low, high]: [f64; 2],
        classes: &[(String, Vec<f64>)],
    ) -> Self {
        let curves = classes.iter().map(|(name, scores)| Curve {
            name: format!("{name} ({})", scores.len()),
            points: shares(scores, low, high),
        });
        let chart = Chart { x: x.to_owned(), y: "share of the class".to_owned(), curves: curves.collect() };
        Self { name: "scores".to_owned(), title: title.to_owned(), drawing: Drawing::Histogram(chart) }
    }

    /// What was said against what came true.
    pub(crate) fn reliability(title: &str, bins: &[ReliabilityBin]) -> Self {
        let points = bins.iter().map(|bin| (bin.predicted, bin.observed)).collect();
        let chart = Chart {
            x: "predicted probability".to_owned(),
            y: "observed share".to_owned(),
            curves: vec![Curve { name: "observed".to_owned(), points }],
        };
        Self { name: "reliability".to_owned(), title: title.to_owned(), drawing: Drawing::Reliability(chart) }
    }
}

/// Lower edge and share of each bin.
fn shares(scores: &[f64], low: f64, high: f64) -> Vec<(f64, f64)> {
    let mut counts = [0_usize; N_BINS];
    for score in scores {
        let place = (score - low) / (high - low) * N_BINS as f64;
        counts[(place.max(0.0) as usize).min(N_BINS - 1)] += 1;
    }
    let edge = |bin: usize| low + (high - low) * bin as f64 / N_BINS as f64;
    let share = |count: usize| count as f64 / scores.len().max(1) as f64;
    counts.iter().enumerate().map(|(bin, count)| (edge(bin), share(*count))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_and_ends_belong_to_the_outer_bins() {
        let bins = shares(&[0.0, 1.0, 0.5, 2.0], 0.0, 1.0);
        assert_eq!((bins.len(), bins[0], bins[25].1, bins[49].1), (50, (0.0, 0.25), 0.25, 0.5));
    }
}
