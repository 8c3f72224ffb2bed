//! Arithmetic over comparison scores. No photo, no file, no engine.
//!
//! FMR(t): share of impostor scores at or above t. FNMR(t): share of genuine scores below t (ISO/IEC 19795-1).

mod bootstrap;
mod curve;
mod folds;
mod histogram;
mod operating_point;
mod random;
mod scores;

pub use bootstrap::{Interval, Intervals, bootstrap};
pub use curve::{CurvePoint, det_curve, equal_error_rate};
pub use folds::{FoldAccuracy, FoldCounts, Weighting, fold_accuracy};
pub use histogram::Histogram;
pub use operating_point::{OperatingPoint, fnmr_at, operating_point};
pub use random::SplitMix64;
pub use scores::{ComparisonScores, Genuine, Impostor, ImpostorDesign, Strongest};
