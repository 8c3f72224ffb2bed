//! `docs/metrics.md`, written from the lists of metrics. A test holds the file to them.

use faceward_service::metrics::{self as service, Metric, MetricKind};

use crate::metrics;

const HEAD: &str = "\
# Metrics

`/metrics` answers in the Prometheus text format, also while the server starts. No label names a tenant, a subject or a
template. Histograms have buckets from 1 ms to 30 s; their names end in `_seconds`. A counter appears with its first event.

This page is generated from the lists in `crates/http` and `crates/service`; do not edit it. After a change there:
`cargo test -p faceward-http --lib -- --ignored write_the_metrics_page`.

| metric | kind | labels | meaning |
|---|---|---|---|
";

fn page() -> String {
    let rows = metrics::ALL.iter().chain(service::ALL).map(row);
    HEAD.to_owned() + &rows.collect::<String>()
}

fn row(metric: &Metric) -> String {
    let kind = match metric.kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Seconds => "histogram",
    };
    let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
    format!("| `{}` | {kind} | {} | {} |\n", metric.name, labels.join(", "), metric.meaning)
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");

#[test]
fn the_metrics_page_is_what_the_lists_say() {
    let written = fs_err::read_to_string(PAGE).expect("docs/metrics.md");
    assert_eq!(written, page(), "docs/metrics.md is stale: its first lines say how to write it anew");
}

#[test]
#[ignore = "writes docs/metrics.md"]
fn write_the_metrics_page() {
    fs_err::write(PAGE, page()).expect("docs/metrics.md");
}
