//! What the page is told.

use faceward_service::{Advice, Session, SessionStep};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The secret of a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) token: String,
}

/// Whether the person agrees.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Word {
    pub(super) agrees: bool,
}

/// What a link leads to, for a browser that may not be the one that has opened it.
#[derive(Serialize)]
pub(super) struct Found {
    session_id: Uuid,
    state: &'static str,
    yours: bool,
}

impl Found {
    pub(super) fn of(session: &Session, yours: bool) -> Self {
        Self { session_id: session.id, state: session.state.name(), yours }
    }
}

/// A session, for the browser that has opened it.
#[derive(Serialize)]
pub(super) struct View {
    session_id: Uuid,
    state: &'static str,
    /// What comes next; `null`: nothing.
    step: Option<&'static str>,
    /// What the person is asked to agree to; only while that is what comes next.
    consent: Option<Text>,
    /// Seconds that are left.
    expires_in: i64,
    /// How often the person may still be judged.
    tries_left: usize,
    /// What was not good enough the last time; empty: nothing was judged yet, or it was.
    reasons: Vec<String>,
    /// What would help.
    advice: Option<&'static str>,
    /// Where the person goes now that it is over.
    return_url: Option<String>,
    /// Whether movements come after the photo.
    has_challenge: bool,
}

#[derive(Serialize)]
struct Text {
    version: String,
    text: String,
}

impl View {
    pub(super) fn of(session: &Session, most_tries: usize, advice: Option<Advice>) -> Self {
        let step = session.step();
        let last = session.attempts.last().map(|attempt| attempt.reasons.clone()).unwrap_or_default();
        let reasons = if session.reasons.is_empty() { last } else { session.reasons.clone() };
        let consent = (step == Some(SessionStep::Consent))
            .then(|| Text { version: session.consent.version.clone(), text: session.consent.text.clone() });
        Self {
            session_id: session.id,
            state: session.state.name(),
            step: step.map(SessionStep::name),
            consent,
            expires_in: (session.expires_at.as_second() - Timestamp::now().as_second()).max(0),
            tries_left: most_tries.saturating_sub(session.n_failed()),
            reasons,
            advice: advice.map(Advice::name),
            return_url: session
                .return_url
                .as_deref()
                .filter(|_| step.is_none())
                .map(|url| back(url, &session.id)),
            has_challenge: session.plan.challenge_steps.is_some(),
        }
    }
}

/// `url` with the id of the session, which is no secret: what came of it the app asks the server.
fn back(url: &str, session: &Uuid) -> String {
    let glue = if url.contains('?') { '&' } else { '?' };
    format!("{url}{glue}session_id={session}")
}

/// What would make a better photo.
#[derive(Serialize)]
pub(super) struct Guidance {
    pub(super) hint: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_told_which_session_comes_back() {
        let id = Uuid::from_u128(7);
        assert_eq!(back("https://a.example/x", &id), format!("https://a.example/x?session_id={id}"));
        assert_eq!(back("https://a.example/?y=1", &id), format!("https://a.example/?y=1&session_id={id}"));
    }
}
