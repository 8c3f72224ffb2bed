//! One worker: a photo through the steps of its plan.

use crate::analysis::Analysis;
use crate::engine::AnalyzeError;
use crate::request::Request;

/// One thread's sessions and the steps built on them.
pub struct Worker {}

impl Worker {
    /// Analyses `photo`, the bytes of a JPEG or PNG.
    ///
    /// # Errors
    /// The bytes are no acceptable photo, or a network fails. A photo without a face is no error.
    pub fn analyze(&mut self, _photo: &[u8], _request: &Request) -> Result<Analysis, AnalyzeError> {
        todo!()
    }
}
