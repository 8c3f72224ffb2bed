//! Verification sessions, for operators.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A page of sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSessions {
    /// The sessions, the last one first, each as `session` of `GET /v1/sessions/{session_id}`.
    pub(crate) sessions: Vec<Value>,
    /// What to ask with for those before them; `null`: there are none.
    #[schema(required)]
    pub(crate) next: Option<String>,
}
