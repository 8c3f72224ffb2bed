//! Identify: who of those enrolled does a photo show?

use std::num::NonZeroUsize;

use faceward_core::{AppId, Similarity};
use faceward_models::calibration::usability::Condition;
use faceward_store::Candidate;

use crate::audit::Trail;
use crate::error::{PhotoField, ServiceError};
use crate::report::{Identification, Match};
use crate::requests::IdentifyRequest;
use crate::ruled::Ruled;
use crate::service::Service;

impl Service {
    /// Searches the galleries of `app`; each subject counts by its best template. Nobody below the threshold is named.
    ///
    /// # Errors
    /// Threshold or limit out of range; the photo has not exactly one usable face; a requested check is unavailable
    /// or undecided; nobody is found, and a gallery that is named does not exist; overload, timeout.
    pub async fn identify(
        &self,
        app: &AppId,
        request: IdentifyRequest,
    ) -> Result<Identification, ServiceError> {
        let mut trail = self.trail("identify", Some(app));
        if let Some([only]) = request.galleries.as_deref() {
            trail.about(Some(only), None, None);
        }
        let result = async { self.ruled(Some(app)).await?.do_identify(*app, request).await }.await;
        if let Ok(found) = &result {
            note(&mut trail, found);
            trail.model(self.embedding_model());
        }
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_identify(
        &self,
        app: AppId,
        request: IdentifyRequest,
    ) -> Result<Identification, ServiceError> {
        let IdentifyRequest { photo, threshold, limit, galleries, options } = request;
        let threshold = checked_threshold(threshold, self.comparator().threshold())?;
        let limit = checked_limit(limit, self.settings().max_candidates)?;
        self.require(options.checks)?;
        self.require_gates(&self.settings().compare)?;
        let photo = photo.checked().map_err(|fault| fault.of(PhotoField::Only))?;
        let admitted = self.let_in("identify", 1)?;
        let wanted = self.wanted_of_probe(&options);
        let analysis = self.queue(&admitted, photo, PhotoField::Only, wanted)?.analysis().await?;
        let (face, probe) = self.admitted_face(analysis, PhotoField::Only, options.checks)?;
        let templates = &self.stores().templates;
        let found = templates.search(&app, galleries.as_deref(), &probe.embedding, limit).await?;
        if found.is_empty() {
            // Nobody is there. Only now is it asked whether there is a gallery at all: who finds somebody asks once.
            for gallery in galleries.iter().flatten() {
                templates.gallery(&app, gallery).await?;
            }
        }
        let matches: Vec<Match> =
            found.into_iter().map(|candidate| self.scored(candidate, probe.condition)).collect();
        let best_similarity = matches.first().map(|best| best.similarity);
        let candidates: Vec<Match> = matches.into_iter().filter(|m| m.similarity >= threshold).collect();
        Ok(Identification { best: candidates.first().cloned(), best_similarity, candidates, threshold, face })
    }

    fn scored(&self, candidate: Candidate, probe: Condition) -> Match {
        let Candidate { template, gallery, subject, name, cosine } = candidate;
        let similarity = self.comparator().similarity(cosine, probe);
        Match { template, gallery, subject, name, cosine, similarity }
    }
}

/// Whom the search came up with. Somebody below the threshold is named in the log no more than in the answer.
fn note(trail: &mut Trail, found: &Identification) {
    trail.face("", &found.face);
    if let Some(similarity) = found.best_similarity {
        trail.score("similarity", f64::from(similarity.0));
    }
    trail.score("threshold", f64::from(found.threshold.0));
    trail.verdict(if found.best.is_some() { "identified" } else { "not_identified" });
    if let Some(best) = &found.best {
        trail.about(Some(&best.gallery), Some(&best.subject), Some(&best.template));
    }
}

fn checked_threshold(asked: Option<Similarity>, configured: Similarity) -> Result<Similarity, ServiceError> {
    let threshold = asked.unwrap_or(configured);
    if (0.0..=1.0).contains(&threshold.0) {
        Ok(threshold)
    } else {
        Err(ServiceError::InvalidParameter { name: "threshold", expected: "a number from 0 to 1" })
    }
}

fn checked_limit(asked: Option<usize>, most: NonZeroUsize) -> Result<usize, ServiceError> {
    match asked.unwrap_or(1) {
        0 => Err(ServiceError::InvalidParameter { name: "limit", expected: "a whole number from 1 on" }),
        limit => Ok(limit.min(most.get())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_similarity() {
        let configured = Similarity(0.75);
        assert_eq!(checked_threshold(None, configured).ok(), Some(configured));
        assert_eq!(checked_threshold(Some(Similarity(0.9)), configured).ok(), Some(Similarity(0.9)));
        for bad in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
            assert!(checked_threshold(Some(Similarity(bad)), configured).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_limit_is_at_least_one_and_bounded_by_the_operator() {
        let most = NonZeroUsize::MIN.saturating_add(9);
        for (asked, expected) in [(None, Some(1)), (Some(3), Some(3)), (Some(500), Some(10)), (Some(0), None)]
        {
            assert_eq!(checked_limit(asked, most).ok(), expected, "{asked:?}");
        }
    }
}
