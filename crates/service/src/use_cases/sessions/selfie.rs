//! The selfie of a session: checked, compared, and kept as a face only where a challenge or an enrolment needs it.
//!
//! A photo that cannot be judged (no face, several, too small, too poor, undecided) is an error and costs no try: another one
//! may be taken. A verdict against the person costs one. Whatever comes of them, a session takes so many photos.

use faceward_core::Embedding;
use jiff::Timestamp;

use super::create::gates_of;
use super::play::{note, waits_for};
use crate::error::{PhotoFault, PhotoField, ServiceError};
use crate::photo::Photo;
use crate::policy::{Comparable, admit_reference, check_usable, gate_outputs};
use crate::report::{Advice, FaceReport};
use crate::requests::FaceOptions;
use crate::ruled::Ruled;
use crate::service::Service;
use crate::sessions::{Attempt, ComparedWith, Session, SessionStep, StepName};
use crate::settings::Gates;
use crate::use_cases::wanted::comparable_request;

/// The face is not the one that the session compares with.
const NOT_THE_PERSON: &str = "not_the_person";

/// What a selfie shows.
struct Seen {
    session: Session,
    attempt: Attempt,
    face: Option<Embedding>,
    advice: Option<Advice>,
}

impl Service {
    /// Judges a selfie. Gives the session as it then is, and what would help where the selfie was not good enough.
    ///
    /// # Errors
    /// The photo cannot be judged; the session waits for something else or is over; overload, timeout.
    pub async fn session_selfie(
        &self,
        session: Session,
        photo: Photo,
    ) -> Result<(Session, Option<Advice>), ServiceError> {
        let mut trail = self.trail("session_selfie", Some(&session.app));
        if let Some(ComparedWith::Subject(whom)) = &session.plan.compared_with {
            trail.about(Some(&whom.gallery), Some(&whom.subject), None);
        }
        if self.is_spent(&session, SessionStep::Selfie) {
            return self.end_spent(trail, session).await;
        }
        let seen = async { self.ruled(Some(&session.app)).await?.see(session, photo).await }.await;
        let Seen { session, attempt, face, advice } = match seen {
            Ok(seen) => seen,
            Err(error) => return trail.end(Err(error)).await,
        };
        note(&mut trail, &attempt);
        trail.model(self.embedding_model());
        let service = self.clone();
        let session = self.change(trail, async move { service.after(session, attempt, face).await }).await?;
        Ok((session, advice))
    }
}

impl Ruled {
    async fn see(&self, session: Session, photo: Photo) -> Result<Seen, ServiceError> {
        const FIELD: PhotoField = PhotoField::Only;
        waits_for(&session, SessionStep::Selfie)?;
        let photo = photo.checked().map_err(|fault| fault.of(FIELD))?;
        let admitted = self.let_in("session_selfie", 1)?;
        let session = self.count_photo(session).await?;
        let references = self.faces_to_compare(&session).await?;
        let (checks, enrolls) = (session.plan.checks, session.plan.enroll.is_some());
        let gates = gates_of(self.settings(), enrolls, references.is_some());
        // It may become a reference: computed as one.
        let mut wanted = comparable_request(&FaceOptions { checks, ..FaceOptions::default() }, true);
        for gates in &gates {
            wanted.outputs = wanted.outputs.and(gate_outputs(gates));
        }
        let analysis = self.queue(&admitted, photo, FIELD, wanted)?.analysis().await?;
        let recognised = match self.recognised_face(analysis, FIELD, checks) {
            Err(ServiceError::Photo { fault: fault @ PhotoFault::NotPhotographed, .. }) => {
                let attempt = Attempt { reasons: vec![fault.name().to_owned()], ..blank() };
                return Ok(Seen { session, attempt, face: None, advice: None });
            }
            recognised => recognised?,
        };
        let (report, face) = recognised;
        check_usable(face.condition).map_err(|fault| fault.of(FIELD))?;
        let attempt = self.judged(&report, &face, references.as_deref())?;
        for gates in gates.iter().filter(|_| attempt.reasons.is_empty()) {
            // Liveness was judged: what is left is the quality.
            admit_reference(&report, &Gates { require_live: false, ..*gates })?;
        }
        Ok(Seen { session, attempt, face: Some(face.embedding), advice: report.advice() })
    }

    fn judged(
        &self,
        report: &FaceReport,
        face: &Comparable,
        references: Option<&[Embedding]>,
    ) -> Result<Attempt, ServiceError> {
        let mut attempt = blank();
        // What was not asked for has no value; what was asked for and not decided was refused before.
        let checks = [(&report.liveness, "not_live"), (&report.genuine, "not_genuine")];
        for (outcome, reason) in checks {
            if outcome.value().is_some_and(|judged| !judged.fine) {
                attempt.reasons.push(reason.to_owned());
            }
        }
        attempt.liveness = report.liveness.value().map(|judged| judged.score);
        attempt.deepfake = report.genuine.value().map(|judged| judged.score);
        if let Some(references) = references {
            let comparison = self.best_of(references, face)?;
            attempt.similarity = Some(f64::from(comparison.similarity.0));
            if !comparison.same {
                attempt.reasons.push(NOT_THE_PERSON.to_owned());
            }
        }
        Ok(attempt)
    }

    /// The faces of whom it has to be; `None`: anybody's will do.
    async fn faces_to_compare(&self, session: &Session) -> Result<Option<Vec<Embedding>>, ServiceError> {
        match &session.plan.compared_with {
            None => Ok(None),
            Some(ComparedWith::Subject(whom)) => {
                Ok(Some(self.references(session.app, whom).await?.embeddings))
            }
            Some(ComparedWith::Reference) => {
                let faces = self.stores().sessions.session_faces(&session.app, &session.id).await?;
                // They go with the end of the session, which somebody may have brought about a moment ago.
                Ok(Some(vec![faces.reference.ok_or(ServiceError::SessionOver)?]))
            }
        }
    }
}

fn blank() -> Attempt {
    Attempt {
        at: Timestamp::now(),
        step: StepName::Selfie,
        reasons: Vec::new(),
        liveness: None,
        deepfake: None,
        similarity: None,
    }
}
