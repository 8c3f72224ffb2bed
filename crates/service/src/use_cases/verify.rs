//! Verify: do two photos show one person?

use crate::error::{InternalError, PhotoField, ServiceError};
use crate::photo::first_fault_of_pair;
use crate::report::Verification;
use crate::requests::VerifyRequest;
use crate::ruled::Ruled;
use crate::service::Service;

impl Service {
    /// Compares the faces of two photos, each computed on a thread of its own.
    ///
    /// # Errors
    /// A photo has not exactly one usable face (where both have not: the first one's error); a requested check is
    /// unavailable or undecided; overload, timeout.
    pub async fn verify(&self, request: VerifyRequest) -> Result<Verification, ServiceError> {
        let mut trail = self.trail("verify", None);
        let result = async { self.ruled(None).await?.do_verify(request).await }.await;
        if let Ok(found) = &result {
            trail.face("first_", &found.first);
            trail.face("second_", &found.second);
            trail.comparison(&found.comparison, self.embedding_model());
        }
        trail.end(result).await
    }
}

impl Ruled {
    async fn do_verify(&self, request: VerifyRequest) -> Result<Verification, ServiceError> {
        let VerifyRequest { first, second, options } = request;
        self.require(options.checks)?;
        self.require_gates(&self.settings().compare)?;
        if let Some((field, fault)) = first_fault_of_pair(&first, &second) {
            return Err(fault.of(field));
        }
        let [first, second] = [(first, PhotoField::First), (second, PhotoField::Second)]
            .map(|(photo, field)| photo.checked().map_err(|fault| fault.of(field)));
        let (first, second) = (first?, second?);
        // Both are treated alike: verify(a, b) = verify(b, a), and a photo is the same as itself.
        let wanted = self.wanted_of_probe(&options);
        let admitted = self.let_in("verify", 2)?;
        let first = self.queue(&admitted, first, PhotoField::First, wanted)?;
        let second = self.queue(&admitted, second, PhotoField::Second, wanted)?;
        let first = first.analysis().await?;
        let (first, reference) = self.admitted_face(first, PhotoField::First, options.checks)?;
        let second = second.analysis().await?;
        let (second, probe) = self.admitted_face(second, PhotoField::Second, options.checks)?;
        let comparison =
            self.comparator().compare(&reference, &probe).map_err(InternalError::Incomparable)?;
        Ok(Verification { first, second, comparison })
    }
}
