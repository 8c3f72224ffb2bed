//! Every metric of the service: its name, its labels, the one function that records it.
//!
//! Counted for the operator's graphs. No tenant, subject or template ever becomes a label.

use std::time::Duration;

use ::metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use faceward_engine::Analysis;

/// What a metric counts or measures, for the recorder and for `docs/metrics.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: MetricKind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it means, one sentence without the full stop.
    pub meaning: &'static str,
}

/// The kinds of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows.
    Counter,
    /// A level.
    Gauge,
    /// A histogram of seconds.
    Seconds,
}

impl Metric {
    /// Tells the installed recorder what the metric means.
    pub fn describe(&self) {
        match self.kind {
            MetricKind::Counter => describe_counter!(self.name, self.meaning),
            MetricKind::Gauge => describe_gauge!(self.name, self.meaning),
            MetricKind::Seconds => describe_histogram!(self.name, Unit::Seconds, self.meaning),
        }
    }
}

/// A constant for the name of each metric, and the list of them all.
macro_rules! metric_list {
    ($($constant:ident = $name:literal, $kind:ident, [$($label:literal),*], $meaning:literal;)+) => {
        $(#[doc = $meaning] pub const $constant: &str = $name;)+
        /// Every metric of the service.
        pub const ALL: &[Metric] = &[
            $(Metric { name: $name, kind: MetricKind::$kind, labels: &[$($label),*], meaning: $meaning },)+
        ];
    };
}

metric_list! {
    REQUESTS = "faceward_requests_total", Counter, ["use_case", "outcome"], "Requests, by use case and outcome";
    REQUEST_SECONDS = "faceward_request_duration_seconds", Seconds, ["use_case"], "Duration of a request, by use case";
    STEP_SECONDS = "faceward_step_duration_seconds", Seconds, ["step"], "Duration of one step of an analysis";
    QUEUE_SECONDS = "faceward_queue_wait_seconds", Seconds, [], "Time that a job waited for a compute thread";
    QUEUE_LENGTH = "faceward_queue_length", Gauge, [], "Jobs waiting for a compute thread";
    SLOTS_TAKEN = "faceward_slots_taken", Gauge, [], "Requests inside the service, computing or waiting";
    SLOTS_LIMIT = "faceward_slots_limit", Gauge, [], "How many requests may be inside the service: `max_requests`";
    OVERLOADS = "faceward_overloads_total", Counter, [], "Requests refused because every slot was taken, or because they would have waited too long";
    NETWORK_RUNS = "faceward_network_runs_total", Counter, ["model"], "Runs of a network, by model";
    JOBS_SKIPPED = "faceward_jobs_skipped_total", Counter, [], "Jobs not computed because their caller had hung up";
    AUDIT_LOST = "faceward_audit_records_lost_total", Counter, [], "Audit records that could not be written; alert on it";
    STORE_LAG = "faceward_store_lag_seconds", Gauge, [], "How old what this server knows of its database is; with the store in a database only";
    SNAPSHOT_TEMPLATES = "faceward_snapshot_templates", Gauge, [], "Templates that the next start reads from snapshots; with the store in a data folder only";
    SNAPSHOT_FAILURES = "faceward_snapshot_failures_total", Counter, [], "Attempts to write snapshots that failed; the next start takes longer";
    WEBHOOK_ATTEMPTS = "faceward_webhook_attempts_total", Counter, ["outcome"], "Attempts to deliver an event to a webhook, by outcome";
    WEBHOOK_BACKLOG = "faceward_webhook_backlog_events", Gauge, [], "Events of webhooks that wait to be delivered, in the whole store";
    WEBHOOK_OLDEST = "faceward_webhook_oldest_event_seconds", Gauge, [], "Age of the oldest event that waits to be delivered; 0: none waits";
    SESSIONS = "faceward_sessions_total", Counter, ["state"], "Verification sessions that ended, by how";
    JOBS_PANICKED = "faceward_jobs_panicked_total", Counter, [], "Jobs that panicked: a fault of ours";
}

/// Tells the installed recorder what each metric means.
pub(crate) fn describe() {
    ALL.iter().for_each(Metric::describe);
}

pub(crate) fn request(use_case: &'static str, outcome: &'static str, duration: Duration) {
    counter!(REQUESTS, "use_case" => use_case, "outcome" => outcome).increment(1);
    histogram!(REQUEST_SECONDS, "use_case" => use_case).record(duration.as_secs_f64());
}

pub(crate) fn analysis(analysis: &Analysis, queued: Duration) {
    histogram!(QUEUE_SECONDS).record(queued.as_secs_f64());
    for timing in &analysis.timings {
        histogram!(STEP_SECONDS, "step" => timing.step).record(timing.duration.as_secs_f64());
    }
    for network in &analysis.networks {
        counter!(NETWORK_RUNS, "model" => network.model).increment(u64::from(network.runs));
    }
}

pub(crate) fn queue_length(length: usize) {
    gauge!(QUEUE_LENGTH).set(length as f64);
}

pub(crate) fn slots_taken(n_taken: usize) {
    gauge!(SLOTS_TAKEN).set(n_taken as f64);
}

pub(crate) fn slots_limit(limit: usize) {
    gauge!(SLOTS_LIMIT).set(limit as f64);
}

pub(crate) fn overloaded() {
    counter!(OVERLOADS).increment(1);
}

pub(crate) fn job_skipped() {
    counter!(JOBS_SKIPPED).increment(1);
}

pub(crate) fn audit_lost(n_lost: usize) {
    counter!(AUDIT_LOST).increment(n_lost as u64);
}

/// An attempt to deliver an event ended.
pub fn webhook_attempt(outcome: &'static str) {
    counter!(WEBHOOK_ATTEMPTS, "outcome" => outcome).increment(1);
}

/// So many events wait, the oldest for so long.
pub fn webhook_backlog(n_events: usize, oldest: Duration) {
    gauge!(WEBHOOK_BACKLOG).set(n_events as f64);
    gauge!(WEBHOOK_OLDEST).set(oldest.as_secs_f64());
}

pub(crate) fn session_ended(state: &'static str) {
    counter!(SESSIONS, "state" => state).increment(1);
}

pub(crate) fn job_panicked() {
    counter!(JOBS_PANICKED).increment(1);
}
