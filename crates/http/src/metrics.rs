//! The names of all HTTP metrics, and the recorder behind `/metrics`.
//!
//! No label names a tenant. Histograms have fixed buckets: their memory does not grow with the number of requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use faceward_service::metrics::{Metric, MetricKind};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = ALL[0].name;
const DURATION: &str = ALL[1].name;
const IN_FLIGHT: &str = ALL[2].name;

/// Every metric of the surface.
pub(crate) const ALL: [Metric; 3] = [
    Metric {
        name: "faceward_http_requests_total",
        kind: MetricKind::Counter,
        labels: &["route", "status", "code"],
        meaning: "HTTP requests, by the route's template, HTTP status and code of the failure (`ok` for none)",
    },
    Metric {
        name: "faceward_http_request_duration_seconds",
        kind: MetricKind::Seconds,
        labels: &["route"],
        meaning: "From an HTTP request's head to its answer, by route",
    },
    Metric {
        name: "faceward_http_requests_in_flight",
        kind: MetricKind::Gauge,
        labels: &[],
        meaning: "HTTP requests under way",
    },
];

/// Bucket bounds in seconds of every histogram whose name ends in `_seconds`.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Samples wait in memory until somebody scrapes. Nobody may: every so many requests they are folded in anyway.
const REQUESTS_PER_UPKEEP: u64 = 256;

/// The process's metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    n_requests: Arc<AtomicU64>,
}

impl Metrics {
    /// Makes the process's recorder. Once a process.
    ///
    /// # Errors
    /// A recorder is installed already.
    pub fn install() -> Result<Self, BuildError> {
        let seconds = metrics_exporter_prometheus::Matcher::Suffix("_seconds".to_owned());
        let handle =
            PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS)?.install_recorder()?;
        ALL.iter().for_each(Metric::describe);
        Ok(Self { handle, n_requests: Arc::default() })
    }

    /// Metrics of a recorder that is not the process's.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self { handle: PrometheusBuilder::new().build_recorder().handle(), n_requests: Arc::default() }
    }

    /// All metrics in the Prometheus text format.
    pub(crate) fn render(&self) -> String {
        self.handle.render()
    }

    pub(crate) fn request_began(&self) {
        gauge!(IN_FLIGHT).increment(1.0);
    }

    pub(crate) fn request_ended(&self, route: &str, status: u16, code: &'static str, duration: Duration) {
        gauge!(IN_FLIGHT).decrement(1.0);
        let route = route.to_owned();
        counter!(REQUESTS, "route" => route.clone(), "status" => status.to_string(), "code" => code)
            .increment(1);
        histogram!(DURATION, "route" => route).record(duration);
        if self.n_requests.fetch_add(1, Ordering::Relaxed) % REQUESTS_PER_UPKEEP == REQUESTS_PER_UPKEEP - 1 {
            self.handle.run_upkeep();
        }
    }
}
