//! Verification sessions between the JSON of `/v1` and the use cases.

use std::time::Duration;

use axum::http::Uri;
use faceward_core::{GalleryId, SubjectId, SubjectName, TemplateId};
use faceward_service::{
    Checks, ComparedWith, EnrollPlan, NewSession, Photo, Session, SessionAttempt, SessionPlan, SubjectRef,
    is_trx_id,
};

use super::wire;
use crate::failure::Failure;
use crate::transaction::TransactionId;

/// The gallery of those who name none.
const DEFAULT_GALLERY: &str = "default";
/// Longest address that a person is sent to, in bytes.
const LONGEST_URL: usize = 2000;
const RETURN_URL: &str = "an https address without user and fragment (or http on localhost), of an origin of the app where it has any";

/// What is asked for. `configured_steps`: of a challenge that says nothing; `origins`: those of the app.
pub(crate) fn session_request(
    asked: wire::SessionRequest,
    reference: Photo,
    (configured_steps, origins): (usize, &[String]),
) -> Result<NewSession, Failure> {
    let wire::SessionRequest { checks, steps, verify, enroll, expires_in, return_url, trx_id } = asked;
    let checks = checks.unwrap_or_else(|| vec![wire::SessionCheck::Liveness]);
    let asks = |check| checks.contains(&check);
    let challenge = asks(wire::SessionCheck::Challenge);
    if steps.is_some() && !challenge {
        return Err(Failure::MissingParameter("checks: challenge"));
    }
    let compared_with = match (verify, reference.is_there()) {
        (Some(_), true) => {
            let expected = "left out where there is a reference photo";
            return Err(Failure::InvalidParameter { name: "verify".to_owned(), expected });
        }
        (Some(whom), false) => Some(ComparedWith::Subject(SubjectRef {
            gallery: gallery(whom.gallery.as_deref())?,
            subject: SubjectId::parse(&whom.subject)?,
        })),
        (None, true) => Some(ComparedWith::Reference),
        (None, false) => None,
    };
    let plan = SessionPlan {
        checks: Checks {
            liveness: asks(wire::SessionCheck::Liveness),
            deepfake: asks(wire::SessionCheck::Deepfake),
        },
        challenge_steps: challenge.then(|| steps.unwrap_or(configured_steps)),
        compared_with,
        enroll: enroll.as_ref().map(enroll_plan).transpose()?,
    };
    if trx_id.as_deref().is_some_and(|text| !is_trx_id(text)) {
        let expected = "1 to 120 characters, none of them a control character";
        return Err(Failure::InvalidParameter { name: "trx_id".to_owned(), expected });
    }
    if return_url.as_deref().is_some_and(|url| !may_return_to(url, origins)) {
        return Err(Failure::InvalidParameter { name: "return_url".to_owned(), expected: RETURN_URL });
    }
    Ok(NewSession { plan, reference, lifetime: expires_in.map(Duration::from_secs), return_url, trx_id })
}

fn gallery(name: Option<&str>) -> Result<GalleryId, Failure> {
    Ok(GalleryId::parse(name.unwrap_or(DEFAULT_GALLERY))?)
}

fn enroll_plan(whom: &wire::SessionEnroll) -> Result<EnrollPlan, Failure> {
    let template = whom.template_id.as_deref().map(TemplateId::parse).transpose()?;
    Ok(EnrollPlan {
        gallery: gallery(whom.gallery.as_deref())?,
        subject: SubjectId::parse(&whom.subject)?,
        template: template.unwrap_or_else(TemplateId::random),
        name: whom.name.as_deref().map(SubjectName::parse).transpose()?,
        expires_in: whom.expires_in,
    })
}

/// Whether a person may be sent to `url`: over TLS or to the same machine, and where the app names origins, to one of them.
fn may_return_to(url: &str, origins: &[String]) -> bool {
    let is_plain = url.len() <= LONGEST_URL
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#'));
    let Some(uri) = is_plain.then(|| url.parse::<Uri>().ok()).flatten() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&authority.host());
    let is_safe = scheme == "https" || (scheme == "http" && is_here);
    let origin = format!("{scheme}://{authority}");
    let is_theirs = origins.is_empty() || origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(&origin));
    is_safe && is_theirs && !authority.as_str().contains('@')
}

pub(crate) fn session_answer(
    session: &Session,
    link: Option<String>,
    transaction: TransactionId,
) -> wire::SessionAnswer {
    wire::SessionAnswer { transaction_id: transaction.0, session: wire_session(session), link }
}

pub(crate) fn wire_session(session: &Session) -> wire::Session {
    let SessionPlan { checks, challenge_steps, compared_with, enroll } = &session.plan;
    let listed = [
        (checks.liveness, wire::SessionCheck::Liveness),
        (checks.deepfake, wire::SessionCheck::Deepfake),
        (challenge_steps.is_some(), wire::SessionCheck::Challenge),
    ];
    let (verify, reference) = match compared_with {
        Some(ComparedWith::Subject(SubjectRef { gallery, subject })) => {
            let (subject, gallery) = (subject.to_string(), Some(gallery.to_string()));
            (Some(wire::SessionSubject { subject, gallery }), false)
        }
        Some(ComparedWith::Reference) => (None, true),
        None => (None, false),
    };
    wire::Session {
        session_id: session.id,
        state: session.state.name(),
        reasons: session.reasons.clone(),
        checks: listed.into_iter().filter_map(|(asked, check)| asked.then_some(check)).collect(),
        verify,
        reference,
        enroll: enroll.as_ref().map(|whom| wire::SessionTemplate {
            template_id: whom.template.to_string(),
            subject: whom.subject.to_string(),
            gallery: whom.gallery.to_string(),
        }),
        created_at: session.created_at.to_string(),
        expires_at: session.expires_at.to_string(),
        opened_at: session.opened_at.map(|at| at.to_string()),
        ended_at: session.ended_at.map(|at| at.to_string()),
        consent: session.agreed_at.map(|at| wire::SessionConsent {
            version: session.consent.version.clone(),
            agreed_at: at.to_string(),
        }),
        attempts: session.attempts.iter().map(attempt).collect(),
        return_url: session.return_url.clone(),
        trx_id: session.trx_id.clone(),
    }
}

fn attempt(attempt: &SessionAttempt) -> wire::SessionAttempt {
    let SessionAttempt { at, step, reasons, liveness, deepfake, similarity } = attempt;
    wire::SessionAttempt {
        at: at.to_string(),
        step: step.name(),
        passed: reasons.is_empty(),
        reasons: reasons.clone(),
        liveness: *liveness,
        deepfake: *deepfake,
        similarity: *similarity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_where_the_app_says_and_nowhere_else() {
        let any: &[String] = &[];
        let one = &["https://shop.example".to_owned()][..];
        for (url, origins, may) in [
            ("https://shop.example/done?order=7", any, true),
            ("https://shop.example/done?order=7", one, true),
            ("https://SHOP.example/", one, true),
            ("http://localhost:3000/done", any, true),
            ("http://127.0.0.1/", any, true),
            ("http://localhost:3000/done", one, false),
            ("https://evil.example/", one, false),
            ("https://shop.example.evil.example/", one, false),
            ("https://shop.example:8443/", one, false),
            ("http://shop.example/", any, false),
            ("https://user@shop.example/", any, false),
            ("https://shop.example/#x", any, false),
            ("https://shop.example\\@evil.example/", any, false),
            ("https://shop.example/a b", any, false),
            ("javascript:alert(1)", any, false),
            ("data:text/html,x", any, false),
            ("//evil.example/", any, false),
            ("/done", any, false),
            ("", any, false),
        ] {
            assert_eq!(may_return_to(url, origins), may, "{url} of {origins:?}");
        }
        assert!(!may_return_to(&format!("https://shop.example/{}", "a".repeat(2000)), any));
    }
}
