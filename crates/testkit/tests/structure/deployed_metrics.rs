//! The metrics that the dashboard and the alerts of `deploy/` ask for, and those that `docs/metrics.md` lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the names of a histogram's series end in.
const OF_HISTOGRAMS: [&str; 3] = ["_bucket", "_count", "_sum"];

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs_err::read_to_string(root.join(path)).expect("a file")
}

/// Metrics of the page by name, each with its kind: rows are ``| `name` | kind | ...``.
fn metrics_of(page: &str) -> BTreeMap<String, String> {
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
        let name = cells.next()?.trim_end_matches('`');
        Some((name.to_owned(), cells.next()?.to_owned()))
    });
    rows.collect()
}

/// Every word of `text` that is the name of a series of ours.
fn series_in(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("faceward_")).collect()
}

/// The series that Prometheus gets for a metric of this kind.
fn series_of(name: &str, kind: &str) -> BTreeSet<String> {
    match kind {
        "histogram" => OF_HISTOGRAMS.iter().map(|end| format!("{name}{end}")).collect(),
        _ => BTreeSet::from([name.to_owned()]),
    }
}

fn unknown_in<'a>(text: &'a str, page: &str) -> Vec<&'a str> {
    let known: BTreeSet<String> =
        metrics_of(page).iter().flat_map(|(name, kind)| series_of(name, kind)).collect();
    series_in(text).into_iter().filter(|series| !known.contains(*series)).collect()
}

#[test]
fn the_dashboard_and_the_alerts_name_only_metrics_that_exist() {
    let page = read("docs/metrics.md");
    for path in
        ["deploy/grafana/faceward.json", "deploy/prometheus/alerts.yml", "deploy/prometheus/alerts_test.yml"]
    {
        let text = read(path);
        assert!(series_in(&text).len() >= 8, "{path} names {:?}", series_in(&text));
        assert_eq!(unknown_in(&text, &page), [""; 0], "{path} names what docs/metrics.md does not list");
    }
}

#[test]
fn the_dashboard_shows_every_metric() {
    let dashboard = read("deploy/grafana/faceward.json");
    let shown = series_in(&dashboard);
    let page = read("docs/metrics.md");
    let is_shown =
        |name: &str, kind: &str| series_of(name, kind).iter().any(|series| shown.contains(series.as_str()));
    let metrics = metrics_of(&page);
    let missing: Vec<&String> =
        metrics.iter().filter(|(name, kind)| !is_shown(name, kind)).map(|(name, _)| name).collect();
    assert!(missing.is_empty(), "not on the dashboard: {missing:?}");
}

#[test]
fn a_histogram_has_three_series_and_a_counter_one() {
    let page =
        "| metric | kind |\n| `faceward_a_total` | counter | |\n| `faceward_b_seconds` | histogram | `x` |\n";
    let text =
        "rate(faceward_a_total{x=\"1\"}[5m]) / faceward_b_seconds_sum > faceward_b_seconds or faceward_a";
    assert_eq!(unknown_in(text, page), ["faceward_a", "faceward_b_seconds"]);
}
