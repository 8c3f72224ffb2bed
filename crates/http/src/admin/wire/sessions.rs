//! Verification sessions, for operators.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A page of sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminSessions {
    /// The sessions, the last one first, each as `session` of `GET /v1/sessions/{session_id}`.
    pub(crate) sessions: Vec<Value>,
    /// What to ask with for those before them; `null`: there are none.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// A new session.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminNewSession {
    /// Id of this request.
    pub(crate) transaction_id: Uuid,
    /// The session, as `session` of `GET /v1/sessions/{session_id}`.
    pub(crate) session: Value,
    /// The link to send to the person. Secret, good for one browser; only in the answer that made it.
    pub(crate) link: String,
    /// The link as a QR code: its modules, a string a row from the top, `1` dark and `0` light, without the margin of four
    /// light modules. `null`: the link is too long for one.
    #[schema(required)]
    pub(crate) qr: Option<Vec<String>>,
}
