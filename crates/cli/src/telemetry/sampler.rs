//! Which traces are begun.

use opentelemetry::trace::{Link, SpanKind, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SamplingResult, ShouldSample};

/// Traces begin with a request or with a call of a webhook. What looks after itself in the background begins none.
#[derive(Clone, Debug)]
pub(super) struct OfWorth(Sampler);

impl OfWorth {
    /// A `share` of them, 0 to 1.
    pub(super) const fn share(share: f64) -> Self {
        Self(Sampler::TraceIdRatioBased(share))
    }
}

impl ShouldSample for OfWorth {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        match kind {
            SpanKind::Server | SpanKind::Client => {
                self.0.should_sample(parent, trace, name, kind, attributes, links)
            }
            SpanKind::Internal | SpanKind::Producer | SpanKind::Consumer => SamplingResult {
                decision: SamplingDecision::Drop,
                attributes: Vec::new(),
                trace_state: TraceState::default(),
            },
        }
    }
}
