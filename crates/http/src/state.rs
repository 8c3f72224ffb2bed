//! What every handler shares.

use std::sync::Arc;

use faceward_service::Service;
use tokio::sync::Semaphore;

use crate::metrics::Metrics;
use crate::settings::HttpSettings;

/// The service and the limits in front of it. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub(crate) service: Service,
    /// What the operator set.
    pub(crate) settings: Arc<HttpSettings>,
    /// Renders `/metrics`.
    pub(crate) metrics: Metrics,
    /// Room for request bodies, in units of [`UPLOAD_UNIT_BYTES`].
    pub(crate) uploads: Arc<Semaphore>,
}

/// One permit of [`AppState::uploads`], in bytes.
pub(crate) const UPLOAD_UNIT_BYTES: usize = 1024;

impl AppState {
    /// `metrics` comes from [`Metrics::install`].
    #[must_use]
    pub fn new(service: Service, settings: HttpSettings, metrics: Metrics) -> Self {
        service.publish_metrics();
        // The largest body has to fit, or it could never be sent.
        let uploads_bytes = settings.uploads_bytes.max(settings.body_bytes()).max(settings.json_bytes);
        let uploads = Arc::new(Semaphore::new(uploads_bytes.div_ceil(UPLOAD_UNIT_BYTES)));
        Self { service, settings: Arc::new(settings), metrics, uploads }
    }
}
