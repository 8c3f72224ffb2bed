//! Who asks: the app, the API, the request. Travels with the task that serves the request.
//!
//! Ambient rather than a parameter of every use case: a route that forgot to pass it on would leave anonymous records.

use std::sync::{Arc, OnceLock};

use faceward_core::{AppId, OperatorName};
use uuid::Uuid;

use crate::scheduler::Urgency;

/// Longest transaction id of a client that is kept, in characters.
const MAX_TRX_ID_CHARS: usize = 120;

tokio::task_local! {
    static CURRENT: Origin;
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The API that was called: `ooto`, `v1` and the like; `local` for the command line.
    pub surface: &'static str,
    /// Our id of the request.
    pub transaction: Uuid,
    /// The app, if it is known.
    pub app: Option<AppId>,
    /// The operator, if one acts.
    pub operator: Option<OperatorName>,
    /// Whether somebody waits before a screen.
    pub urgency: Urgency,
    trx_id: Arc<OnceLock<String>>,
}

impl Origin {
    /// A request that came in over `surface`.
    #[must_use]
    pub fn new(surface: &'static str, transaction: Uuid, app: Option<AppId>) -> Self {
        let urgency = Urgency::Interactive;
        Self { surface, transaction, app, operator: None, urgency, trx_id: Arc::default() }
    }

    /// The same in no hurry, or in one.
    #[must_use]
    pub fn with_urgency(self, urgency: Urgency) -> Self {
        Self { urgency, ..self }
    }

    /// The same on behalf of `app`: under its terms, and recorded as its doing.
    #[must_use]
    pub fn on_behalf_of(self, app: AppId) -> Self {
        Self { app: Some(app), ..self }
    }

    /// The same, done by an operator.
    #[must_use]
    pub fn by(self, operator: OperatorName) -> Self {
        Self { operator: Some(operator), ..self }
    }

    /// Runs `work` on behalf of this origin: every use case in it is recorded as its doing.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// The origin of what is done now. Outside of any scope: this process itself.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_else(|_| Self::new("local", Uuid::new_v4(), None))
    }

    pub(super) fn trx_id(&self) -> Option<&str> {
        self.trx_id.get().map(String::as_str)
    }
}

/// Whether `text` may be kept as the client's own id of something: 1 to 120 characters, none of them a control character.
#[must_use]
pub fn is_trx_id(text: &str) -> bool {
    (1..=MAX_TRX_ID_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Notes the client's own id of the request that is being served, for its records. The first one counts; control
/// characters and what is beyond 120 characters are left out.
pub fn note_trx_id(text: &str) {
    let cleaned: String = text.chars().filter(|c| !c.is_control()).take(MAX_TRX_ID_CHARS).collect();
    if !cleaned.is_empty() {
        // Outside of a scope there is no request to note it for.
        let _noted = CURRENT.try_with(|origin| origin.trx_id.set(cleaned));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_origin_is_that_of_the_scope_and_outside_of_any_the_process() {
        assert_eq!((Origin::current().surface, Origin::current().app), ("local", None));
        let origin = Origin::new("v1", Uuid::from_u128(7), Some(AppId(Uuid::from_u128(1))));
        let seen = origin
            .scope(async {
                note_trx_id("a\u{1b}b");
                note_trx_id("the second one");
                Origin::current()
            })
            .await;
        assert_eq!((seen.surface, seen.transaction), ("v1", Uuid::from_u128(7)));
        assert_eq!((seen.app, seen.trx_id()), (Some(AppId(Uuid::from_u128(1))), Some("ab")));
        note_trx_id("nobody is served");
        assert_eq!(Origin::current().trx_id(), None);
    }

    #[tokio::test]
    async fn a_clients_id_is_cut_to_a_bounded_length() {
        let noted = Origin::new("v1", Uuid::nil(), None)
            .scope(async {
                note_trx_id(&"ä".repeat(5000));
                Origin::current().trx_id().map(|text| text.chars().count())
            })
            .await;
        assert_eq!(noted, Some(120));
    }
}
