//! What is told of requests, and whom.

use faceward_settings::{Setting, number, switch, text};

/// Where traces go, and which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TelemetrySettings {
    /// Base address of a collector that takes OTLP over HTTP; `None`: no traces.
    pub(crate) otlp: Option<String>,
    /// Share of requests that are traced, 0 to 1.
    pub(crate) sampled: f64,
    /// Whether `traceparent` of a request says which trace it belongs to.
    pub(crate) accept_parents: bool,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { otlp: None, sampled: 1.0, accept_parents: false }
    }
}

impl TelemetrySettings {
    /// Every setting of traces.
    pub(crate) fn declared() -> [Setting<Self>; 3] {
        [
            Setting::new(
                "telemetry.otlp",
                "Collector of traces that takes OTLP over HTTP, as in `http://localhost:4318`; see docs/observing.md",
                |s: &mut Self| text(&mut s.otlp),
            )
            .by_default("no traces"),
            Setting::new("telemetry.sampled", "Share of requests that are traced", |s: &mut Self| {
                number(&mut s.sampled, 0.0..=1.0, "")
            }),
            Setting::new(
                "telemetry.accept_parents",
                "Whether a request's `traceparent` says which trace it belongs to, and whether that is sent",
                |s: &mut Self| switch(&mut s.accept_parents),
            ),
        ]
    }
}
