//! From what the engine found to what the operator decides on: one face or not, fine or not, same or not.
//!
//! Pure functions of an analysis and the settings. The engine knows scores, only this module knows thresholds.

mod checks;
mod comparison;
mod condition;
mod faces;
mod gates;
mod judge;
mod sequence;
mod stills;

pub use comparison::NotCalibrated;
pub use sequence::{Likeness, Motion, SequenceReason, SequenceVerdict, Still};

pub(crate) use checks::decided_as_requested;
pub(crate) use comparison::Comparator;
pub(crate) use condition::{Comparable, check_photographed, check_usable, condition_of};
pub(crate) use faces::the_face;
pub(crate) use gates::{admit_probe, admit_reference, gate_outputs, is_answered};
pub(crate) use judge::report;
pub(crate) use sequence::{ExaminedFrame, Facts, Rules, judge as judge_sequence};
pub(crate) use stills::same_still;
