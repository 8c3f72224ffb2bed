//! What an app is told of a session that has ended.

use faceward_store::SessionState;
use serde_json::{Value, json};

use super::plan::EnrollPlan;
use super::session::Session;

/// The kind of the event; `None`: it has not ended.
pub(crate) const fn kind_of(state: SessionState) -> Option<&'static str> {
    match state {
        SessionState::Created | SessionState::Opened | SessionState::Consented => None,
        SessionState::Passed => Some("session.completed"),
        SessionState::Failed => Some("session.failed"),
        SessionState::Declined => Some("session.declined"),
        SessionState::Expired => Some("session.expired"),
        SessionState::Cancelled => Some("session.cancelled"),
    }
}

/// What it says: enough to know which session it is and how it ended. The rest is asked for.
pub(crate) fn data_of(session: &Session) -> Value {
    let enrolled = session.plan.enroll.as_ref().filter(|_| session.state == SessionState::Passed);
    json!({
        "session_id": session.id.to_string(),
        "state": session.state.name(),
        "reasons": session.reasons,
        "trx_id": session.trx_id,
        "ended_at": session.ended_at.map(|at| at.to_string()),
        "enrolled": enrolled.map(|EnrollPlan { gallery, subject, template, .. }| json!({
            "template_id": template.to_string(),
            "subject": subject.to_string(),
            "gallery": gallery.to_string(),
        })),
    })
}
