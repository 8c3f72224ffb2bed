//! What every handler shares.

use std::sync::Arc;

use faceward_service::Service;

use crate::metrics::Metrics;
use crate::settings::HttpSettings;
use crate::upload_room::UploadRoom;

/// The service and the limits in front of it. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub(crate) service: Service,
    /// What the operator set.
    pub(crate) settings: Arc<HttpSettings>,
    /// Renders `/metrics`.
    pub(crate) metrics: Metrics,
    /// Room for request bodies.
    pub(crate) uploads: UploadRoom,
}

impl AppState {
    /// `metrics` comes from [`Metrics::install`].
    #[must_use]
    pub fn new(service: Service, settings: HttpSettings, metrics: Metrics) -> Self {
        service.publish_metrics();
        let uploads = UploadRoom::new(settings.room_bytes());
        Self { service, settings: Arc::new(settings), metrics, uploads }
    }
}
