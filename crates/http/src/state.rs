//! What every handler shares.

use std::sync::Arc;
use std::time::Instant;

use faceward_service::Service;

use crate::history::History;
use crate::metrics::Metrics;
use crate::settings::{HttpSettings, SettingsInForce};
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
    /// Every setting in force, for operators to see.
    pub(crate) in_force: Option<Arc<dyn SettingsInForce>>,
    /// The last hour.
    pub(crate) history: History,
    /// When the server was ready.
    pub(crate) started: Instant,
}

impl AppState {
    /// `metrics` comes from [`Metrics::install`].
    #[must_use]
    pub fn new(service: Service, settings: HttpSettings, metrics: Metrics) -> Self {
        service.publish_metrics();
        let uploads = UploadRoom::new(settings.room_bytes());
        let (settings, in_force) = (Arc::new(settings), None);
        let history = History::default();
        Self { service, settings, metrics, uploads, in_force, history, started: Instant::now() }
    }

    /// Shows operators the last hour.
    #[must_use]
    pub fn remembering(self, history: History) -> Self {
        Self { history, ..self }
    }

    /// Shows operators the settings `in_force`, and lets them be read again.
    #[must_use]
    pub fn showing(self, in_force: Arc<dyn SettingsInForce>) -> Self {
        Self { in_force: Some(in_force), ..self }
    }
}
