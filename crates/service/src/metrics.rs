//! Every metric of the service: its name, its labels, the one function that records it.
//!
//! Counted for the operator's graphs. No tenant, subject or template ever becomes a label.

use std::time::Duration;

use ::metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use faceward_engine::Analysis;

/// Requests by use case and outcome.
pub const REQUESTS: &str = "faceward_requests_total";
/// Seconds of a whole request, by use case.
pub const REQUEST_SECONDS: &str = "faceward_request_duration_seconds";
/// Seconds of one analysis step.
pub const STEP_SECONDS: &str = "faceward_step_duration_seconds";
/// Seconds that a job waited for a compute thread.
pub const QUEUE_SECONDS: &str = "faceward_queue_wait_seconds";
/// Jobs waiting for a compute thread.
pub const QUEUE_LENGTH: &str = "faceward_queue_length";
/// Requests inside the service, computing or waiting.
pub const SLOTS_TAKEN: &str = "faceward_slots_taken";
/// How many requests may be inside.
pub const SLOTS_LIMIT: &str = "faceward_slots_limit";
/// Requests that were refused because every slot was taken.
pub const OVERLOADS: &str = "faceward_overloads_total";
/// Runs of each network.
pub const NETWORK_RUNS: &str = "faceward_network_runs_total";
/// Jobs that were not computed because their caller had hung up.
pub const JOBS_SKIPPED: &str = "faceward_jobs_skipped_total";
/// Audit records that could not be written.
pub const AUDIT_LOST: &str = "faceward_audit_records_lost_total";
/// Jobs that panicked.
pub const JOBS_PANICKED: &str = "faceward_jobs_panicked_total";

/// Upper bounds of the histograms' buckets, in seconds: steps of a factor of about 2.5 from 1 ms to 30 s.
pub const SECONDS_BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Tells the installed recorder what each metric means.
pub(crate) fn describe() {
    describe_counter!(REQUESTS, "Requests by use case and outcome");
    describe_histogram!(REQUEST_SECONDS, Unit::Seconds, "Duration of a request by use case");
    describe_histogram!(STEP_SECONDS, Unit::Seconds, "Duration of one step of an analysis");
    describe_histogram!(QUEUE_SECONDS, Unit::Seconds, "Time that a job waited for a compute thread");
    describe_gauge!(QUEUE_LENGTH, "Jobs waiting for a compute thread");
    describe_gauge!(SLOTS_TAKEN, "Requests inside the service, computing or waiting");
    describe_gauge!(SLOTS_LIMIT, "How many requests may be inside the service");
    describe_counter!(OVERLOADS, "Requests refused because every slot was taken");
    describe_counter!(NETWORK_RUNS, "Runs of a network by model");
    describe_counter!(JOBS_SKIPPED, "Jobs not computed because their caller had hung up");
    describe_counter!(AUDIT_LOST, "Audit records that could not be written");
    describe_counter!(JOBS_PANICKED, "Jobs that panicked");
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

pub(crate) fn job_panicked() {
    counter!(JOBS_PANICKED).increment(1);
}
