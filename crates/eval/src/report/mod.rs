//! What every protocol hands back: a record for JSON, a text for people, drawings.

mod markdown;

use serde::{Deserialize, Serialize};

use crate::metrics::Interval;
use crate::observe::Failure;
use crate::plot::Plot;

pub(crate) use markdown::{MarkdownTable, number, percent, percent_between};

/// A result.
pub trait Report: Serialize {
    /// The figures as Markdown, without a heading.
    fn markdown(&self) -> String;
}

/// A result and its drawings.
#[derive(Clone, Debug)]
pub struct Measured<R> {
    /// The figures.
    pub report: R,
    /// Drawings of them.
    pub plots: Vec<Plot>,
}

/// A failure to acquire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedPhoto {
    /// Path below the root.
    pub path: String,
    /// Why it gave no result.
    pub reason: String,
}

impl From<&Failure> for FailedPhoto {
    fn from(failure: &Failure) -> Self {
        Self { path: failure.path.clone(), reason: failure.reason.clone() }
    }
}

/// An interval as it stands in JSON.
pub(crate) fn ends(interval: Option<Interval>) -> Option<[f64; 2]> {
    interval.map(Interval::ends)
}
