//! Verification sessions: somebody comes by a link, agrees, and shows a face. What is asked for, what was shown, and how it
//! lies in the store.

mod consent;
mod document;
mod event;
mod guided;
mod plan;
mod session;
mod settings;

pub use plan::{ComparedWith, EnrollPlan, SessionPlan};
pub use session::{Attempt, Session, SessionStep, StepName};
pub use settings::SessionSettings;

pub(crate) use consent::consent_of;
pub(crate) use event::{data_of, kind_of};
pub(crate) use guided::Guided;
