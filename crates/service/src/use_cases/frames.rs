//! Several photos of one request through the compute threads.

use std::collections::VecDeque;

use bytes::Bytes;
use faceward_engine::{Analysis, Request};

use crate::analyses::{Admitted, Pending};
use crate::error::{PhotoField, ServiceError};
use crate::service::Service;

/// Photos of one request in the queue at once: as many as it has room for from every request.
const IN_FLIGHT: usize = 2;

impl Service {
    /// The analyses of `photos`, in their order. The next photo is queued when one is done, so that a request with many takes
    /// no more of the queue than any other.
    pub(crate) async fn analyses(
        &self,
        admitted: &Admitted,
        photos: Vec<(Bytes, PhotoField, Request)>,
    ) -> Result<Vec<Analysis>, ServiceError> {
        let mut analyses = Vec::with_capacity(photos.len());
        let mut pending: VecDeque<Pending> = VecDeque::with_capacity(IN_FLIGHT);
        for (photo, field, wanted) in photos {
            if pending.len() == IN_FLIGHT
                && let Some(first) = pending.pop_front()
            {
                analyses.push(first.analysis().await?.0);
            }
            pending.push_back(self.queue(admitted, photo, field, wanted)?);
        }
        for last in pending {
            analyses.push(last.analysis().await?.0);
        }
        Ok(analyses)
    }
}
