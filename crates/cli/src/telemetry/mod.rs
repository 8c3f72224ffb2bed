//! Traces of requests for an OpenTelemetry collector, if the configuration names one.
//!
//! Spans of traces are of level DEBUG, those of log lines of level INFO: neither shows in the other. They carry ids, routes, steps
//! and times; never a photo, an embedding, a key, a token, a name or a query.

mod collector;
mod sampler;

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::global::set_text_map_propagator;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::filter_fn;

use crate::config::TelemetrySettings;
use crate::exit::{Exit, Failure};
use crate::logging::Beside;
use collector::Collector;
use sampler::OfWorth;

/// How long the end of the process waits for spans to be sent.
const LAST_SPANS: Duration = Duration::from_secs(5);

/// Sends what it is told until it is dropped; waits then for what is left, but not for long.
pub(crate) struct Traces(SdkTracerProvider);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_SPANS) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

/// A layer that tells the collector of `settings`, and what sends; nothing without one.
///
/// # Errors
/// The address of the collector is none, or the system trusts no certificates.
pub(crate) fn traces(settings: &TelemetrySettings) -> Result<Option<(Beside, Traces)>, Failure> {
    let Some(url) = &settings.otlp else { return Ok(None) };
    let collector = Collector::at(url)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(collector.endpoint())
        .with_protocol(Protocol::HttpBinary)
        .with_http_client(collector)
        .build()
        .map_err(|error| Failure::new(Exit::Failed, error))?;
    let resource = Resource::builder()
        .with_service_name("faceward")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.build())
        .with_sampler(Sampler::ParentBased(Box::new(OfWorth::share(settings.sampled))))
        // On a thread of its own; what does not fit its queue is dropped, and no request waits.
        .with_batch_exporter(exporter)
        .build();
    if settings.accept_parents {
        set_text_map_propagator(TraceContextPropagator::new());
    }
    Ok(Some((told(&provider), Traces(provider))))
}

/// What tells the collector.
fn told(provider: &SdkTracerProvider) -> Beside {
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("faceward"))
        // Where in the source, and on which thread, says nothing about a request.
        .with_location(false)
        .with_threads(false);
    layer.with_filter(filter_fn(is_of_traces)).boxed()
}

fn is_of_traces(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && *metadata.level() == Level::DEBUG && metadata.target().starts_with("faceward")
}
