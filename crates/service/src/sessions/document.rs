//! What the store keeps sealed of a session: JSON. What an older version did not write is absent; what it cannot have written
//! is an error.

use std::num::NonZeroU32;

use faceward_core::{GalleryId, SubjectId, SubjectName, TemplateId};
use faceward_store::{Consent, SessionRecord, SessionState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::{ComparedWith, EnrollPlan, SessionPlan};
use super::session::{Attempt, Session, StepName};
use crate::error::{InternalError, ServiceError};
use crate::requests::Checks;
use crate::subject::SubjectRef;

/// The document.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    liveness: bool,
    deepfake: bool,
    challenge_steps: Option<usize>,
    reference: bool,
    subject: Option<Subject>,
    enroll: Option<Enroll>,
    consent_version: String,
    consent_text: String,
    opened_at: Option<i64>,
    agreed_at: Option<i64>,
    attempts: Vec<Judged>,
    reasons: Vec<String>,
    return_url: Option<String>,
    trx_id: Option<String>,
    /// Older versions did not count.
    #[serde(default)]
    n_photos: usize,
    selfie_fine: bool,
    challenge: Option<String>,
    finishing: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Subject {
    gallery: String,
    subject: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Enroll {
    gallery: String,
    subject: String,
    template: String,
    name: Option<String>,
    /// Older versions knew of none.
    #[serde(default)]
    expires_in: Option<NonZeroU32>,
}

/// Times are in microseconds since 1970.
#[derive(Debug, Serialize, Deserialize)]
struct Judged {
    at: i64,
    step: String,
    reasons: Vec<String>,
    liveness: Option<f64>,
    deepfake: Option<f64>,
    similarity: Option<f64>,
}

impl Session {
    /// As it lies in the store.
    pub(crate) fn record(&self) -> Result<SessionRecord, ServiceError> {
        Ok(SessionRecord {
            id: self.id,
            app: self.app,
            link: self.link,
            browser: self.browser,
            state: self.state,
            revision: self.revision,
            created_at: self.created_at,
            expires_at: self.expires_at,
            ended_at: self.ended_at,
            document: Document::of(self).written()?,
        })
    }

    /// As it comes from the store, at `now`.
    pub(crate) fn of_record(record: &SessionRecord, now: Timestamp) -> Result<Self, ServiceError> {
        let document = Document::read(&record.document)?;
        let (plan, consent) = (document.plan()?, document.consent());
        let mut session = Self::new(record.app, record.link, (plan, consent), record.expires_at);
        session.id = record.id;
        session.created_at = record.created_at;
        session.ended_at = record.ended_at;
        (session.browser, session.revision) = (record.browser, record.revision);
        document.fill(&mut session)?;
        // Everything is shown in time: what is left is for the server to do.
        let is_overdue = !record.state.has_ended() && record.expires_at <= now && !session.finishing;
        session.state = if is_overdue { SessionState::Expired } else { record.state };
        Ok(session)
    }
}

impl Document {
    fn of(session: &Session) -> Self {
        let SessionPlan { checks, challenge_steps, compared_with, enroll } = &session.plan;
        let subject = match compared_with {
            Some(ComparedWith::Subject(SubjectRef { gallery, subject })) => {
                Some(Subject { gallery: gallery.to_string(), subject: subject.to_string() })
            }
            Some(ComparedWith::Reference) | None => None,
        };
        let enroll =
            enroll.as_ref().map(|EnrollPlan { gallery, subject, template, name, expires_in }| Enroll {
                gallery: gallery.to_string(),
                subject: subject.to_string(),
                template: template.to_string(),
                name: name.as_ref().map(|name| name.as_str().to_owned()),
                expires_in: *expires_in,
            });
        Self {
            liveness: checks.liveness,
            deepfake: checks.deepfake,
            challenge_steps: *challenge_steps,
            reference: *compared_with == Some(ComparedWith::Reference),
            subject,
            enroll,
            consent_version: session.consent.version.clone(),
            consent_text: session.consent.text.clone(),
            opened_at: session.opened_at.map(Timestamp::as_microsecond),
            agreed_at: session.agreed_at.map(Timestamp::as_microsecond),
            attempts: session.attempts.iter().map(Judged::of).collect(),
            reasons: session.reasons.clone(),
            return_url: session.return_url.clone(),
            trx_id: session.trx_id.clone(),
            n_photos: session.n_photos,
            selfie_fine: session.selfie_fine,
            challenge: session.challenge.clone(),
            finishing: session.finishing,
        }
    }

    fn written(&self) -> Result<String, ServiceError> {
        serde_json::to_string(self).map_err(|_| damaged("it cannot be written"))
    }

    fn read(text: &str) -> Result<Self, ServiceError> {
        serde_json::from_str(text).map_err(|_| damaged("the document"))
    }

    fn plan(&self) -> Result<SessionPlan, ServiceError> {
        let subject = self.subject.as_ref().map(|Subject { gallery, subject }| {
            Ok::<_, ServiceError>(SubjectRef {
                gallery: GalleryId::stored(gallery)?,
                subject: SubjectId::stored(subject)?,
            })
        });
        let reference = self.reference.then_some(ComparedWith::Reference);
        let enroll = self.enroll.as_ref().map(Enroll::plan).transpose()?;
        Ok(SessionPlan {
            checks: Checks { liveness: self.liveness, deepfake: self.deepfake },
            challenge_steps: self.challenge_steps,
            compared_with: subject.transpose()?.map(ComparedWith::Subject).or(reference),
            enroll,
        })
    }

    fn consent(&self) -> Consent {
        Consent { version: self.consent_version.clone(), text: self.consent_text.clone() }
    }

    /// What has come of the session so far.
    fn fill(self, session: &mut Session) -> Result<(), ServiceError> {
        session.opened_at = self.opened_at.map(time).transpose()?;
        session.agreed_at = self.agreed_at.map(time).transpose()?;
        session.attempts = self.attempts.into_iter().map(Judged::attempt).collect::<Result<_, _>>()?;
        session.reasons = self.reasons;
        session.return_url = self.return_url;
        session.trx_id = self.trx_id;
        session.n_photos = self.n_photos;
        session.selfie_fine = self.selfie_fine;
        session.challenge = self.challenge;
        session.finishing = self.finishing;
        Ok(())
    }
}

impl Enroll {
    fn plan(&self) -> Result<EnrollPlan, ServiceError> {
        Ok(EnrollPlan {
            gallery: GalleryId::stored(&self.gallery)?,
            subject: SubjectId::stored(&self.subject)?,
            template: TemplateId::stored(&self.template)?,
            name: self.name.as_deref().map(SubjectName::stored).transpose()?,
            expires_in: self.expires_in,
        })
    }
}

impl Judged {
    fn of(attempt: &Attempt) -> Self {
        let Attempt { at, step, reasons, liveness, deepfake, similarity } = attempt;
        Self {
            at: at.as_microsecond(),
            step: step.name().to_owned(),
            reasons: reasons.clone(),
            liveness: *liveness,
            deepfake: *deepfake,
            similarity: *similarity,
        }
    }

    fn attempt(self) -> Result<Attempt, ServiceError> {
        Ok(Attempt {
            at: time(self.at)?,
            step: StepName::of_name(&self.step).ok_or_else(|| damaged("a step"))?,
            reasons: self.reasons,
            liveness: self.liveness,
            deepfake: self.deepfake,
            similarity: self.similarity,
        })
    }
}

fn time(micros: i64) -> Result<Timestamp, ServiceError> {
    Timestamp::from_microsecond(micros).map_err(|_| damaged("a time"))
}

fn damaged(what: &str) -> ServiceError {
    InternalError::Session(what.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use faceward_core::AppId;
    use faceward_store::KeyHash;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_session_comes_back_from_the_store_as_it_was() {
        let gallery = GalleryId::parse("default").expect("an id");
        let subject = SubjectId::parse("anna").expect("an id");
        let enroll = EnrollPlan {
            gallery: gallery.clone(),
            subject: subject.clone(),
            template: TemplateId::parse("t").expect("an id"),
            name: Some(SubjectName::parse("Anna").expect("a name")),
            expires_in: NonZeroU32::new(60),
        };
        let compared = [
            None,
            Some(ComparedWith::Reference),
            Some(ComparedWith::Subject(SubjectRef { gallery, subject })),
        ];
        for compared_with in compared {
            let checks = Checks { liveness: true, deepfake: false };
            let enroll = Some(enroll.clone());
            let plan = SessionPlan { checks, challenge_steps: Some(3), compared_with, enroll };
            let consent = Consent { version: "v1".to_owned(), text: "yes?".to_owned() };
            let (app, link) = (AppId(Uuid::from_u128(1)), KeyHash { sha256: [1; 32] });
            let now = Timestamp::from_microsecond(1_800_000_000_000_000).expect("a time");
            let mut session = Session::new(app, link, (plan, consent), now);
            session.state = SessionState::Consented;
            session.opened_at = Some(now);
            session.n_photos = 2;
            session.attempts = vec![Attempt {
                at: now,
                step: StepName::Selfie,
                reasons: vec!["not_live".to_owned()],
                liveness: Some(0.25),
                deepfake: None,
                similarity: Some(0.5),
            }];
            let record = session.record().expect("written");
            let before = now - jiff::SignedDuration::from_secs(1);
            let read = Session::of_record(&record, before).expect("read");
            assert_eq!(read.record().expect("written"), record);
            assert_eq!((read.n_photos, read.plan, read.attempts), (2, session.plan, session.attempts));
            let late = Session::of_record(&record, now).expect("read");
            assert_eq!((late.state, late.step()), (SessionState::Expired, None), "its time is over");
        }
    }
}
