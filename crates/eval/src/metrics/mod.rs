//! Arithmetic over scores and labels. No photo, no file, no engine.
//!
//! FMR(t): share of impostor scores at or above t. FNMR(t): share of genuine scores below t (ISO/IEC 19795-1). APCER(t):
//! share of presentation attacks of one kind at or above t; BPCER(t): share of bona fide presentations below t (ISO/IEC
//! 30107-3), where a higher score means more likely bona fide.

mod bootstrap;
mod classes;
mod curve;
mod discard;
mod folds;
mod groups;
mod histogram;
mod operating_point;
mod points;
mod random;
mod rank;
mod reliability;
mod replicates;
mod scores;
mod search;
mod two_classes;
mod wilson;

pub use bootstrap::{Asked, Interval, Intervals, bootstrap};
pub use classes::{Confusion, mean};
pub use curve::{CurvePoint, det_curve, equal_error_rate};
pub use discard::{DiscardPoint, JudgedPair, discard_curve, mean_along};
pub use folds::{FoldAccuracy, FoldCounts, Weighting, fold_accuracy};
pub use groups::{Groups, N_REPLICATES};
pub use histogram::Histogram;
pub use operating_point::{OperatingPoint, fnmr_at, operating_point};
pub use points::{NormalisedError, normalised_error};
pub use random::SplitMix64;
pub use rank::spearman;
pub use reliability::{ReliabilityBin, calibration_error, reliability};
pub use scores::{ComparisonScores, Genuine, Impostor, ImpostorDesign, Strongest};
pub use search::{MatedSearch, SearchPoint, fnir_at, rank_one, search_point};
pub use two_classes::{Errors, TwoClassError, TwoClasses, share_below, share_from, threshold_accepting};
pub use wilson::wilson;
