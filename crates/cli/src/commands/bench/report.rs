//! What a benchmark says, as JSON and as a table. Times are milliseconds of wall clock.

use std::time::Duration;

use serde::Serialize;

use crate::terminal;

/// The comparison of two photos.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Size of each encoded photo, bytes.
    pub(super) photo_bytes: [usize; 2],
    /// Runs of each measurement.
    pub(super) runs: usize,
    /// Inference runtime.
    pub(super) runtime: String,
    /// Medians of each step, both photos together, on one worker.
    pub(super) steps: Vec<Step>,
    /// Median of all steps.
    pub(super) engine_ms: f64,
    /// Median of the time inside networks.
    pub(super) networks_ms: f64,
    /// Median of a whole request over HTTP, one worker, one client.
    pub(super) request_ms: f64,
    /// 95th percentile of the same.
    pub(super) request_p95_ms: f64,
    /// What a request costs beyond the engine, as a share of the engine's time.
    pub(super) server_share: f64,
    /// What a request costs beyond the networks (decoding, resizing, measuring, HTTP), as a share of their time.
    pub(super) overhead_share: f64,
    /// Requests a second by number of workers, with two clients a worker.
    pub(super) throughput: Vec<Throughput>,
    /// Throughput of two workers as a multiple of one.
    pub(super) scaling: f64,
    /// Largest resident memory of the process, bytes; `null` where the system does not tell.
    pub(super) peak_resident_bytes: Option<u64>,
}

/// One step.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    /// Its stable name.
    pub(super) step: String,
    /// Median time.
    pub(super) total_ms: f64,
    /// Median of the part inside networks.
    pub(super) network_ms: f64,
}

/// One network.
#[derive(Debug, Serialize)]
pub(super) struct Network {
    /// Id in the manifest.
    pub(super) model: String,
    /// Runs for all photos.
    pub(super) runs: u32,
    /// Median time of all runs.
    pub(super) total_ms: f64,
}

/// Requests a second.
#[derive(Debug, Serialize)]
pub(super) struct Throughput {
    /// Compute threads.
    pub(super) workers: usize,
    /// Requests answered a second.
    pub(super) requests_per_second: f64,
}

impl Report {
    /// A table for people.
    pub(super) fn in_words(&self) -> String {
        let mut rows = step_rows(&self.steps);
        rows.push(vec!["engine, both photos".to_owned(), ms(self.engine_ms), ms(self.networks_ms)]);
        rows.push(vec![
            "request over HTTP".to_owned(),
            ms(self.request_ms),
            format!("p95 {}", ms(self.request_p95_ms)),
        ]);
        let mut text = terminal::columns(&rows);
        text += &format!(
            "\n\nserver on top of the engine: {:.1} %; everything on top of the networks: {:.1} %\n",
            100.0 * self.server_share,
            100.0 * self.overhead_share
        );
        for throughput in &self.throughput {
            let Throughput { workers, requests_per_second } = throughput;
            text += &format!("{workers} worker(s): {requests_per_second:.2} requests/s\n");
        }
        text += &format!("scaling {:.2}", self.scaling);
        if let Some(bytes) = self.peak_resident_bytes {
            text += &format!(", peak memory {} MB", bytes / 1_000_000);
        }
        text
    }
}

/// Everything about the face of one photo.
#[derive(Debug, Serialize)]
pub(super) struct AnalysisReport {
    /// Size of the encoded photo, bytes.
    pub(super) photo_bytes: usize,
    /// Runs of each measurement.
    pub(super) runs: usize,
    /// Inference runtime.
    pub(super) runtime: String,
    /// Medians of each step, on one worker.
    pub(super) steps: Vec<Step>,
    /// Medians of each network, on one worker.
    pub(super) networks: Vec<Network>,
    /// Median of all steps.
    pub(super) engine_ms: f64,
    /// Median of the time inside networks.
    pub(super) networks_ms: f64,
}

impl AnalysisReport {
    /// Two tables for people.
    pub(super) fn in_words(&self) -> String {
        let mut rows = step_rows(&self.steps);
        rows.push(vec!["in all".to_owned(), ms(self.engine_ms), ms(self.networks_ms)]);
        let mut networks = vec![["NETWORK", "RUNS", "MEDIAN MS"].map(str::to_owned).to_vec()];
        networks
            .extend(self.networks.iter().map(|n| vec![n.model.clone(), n.runs.to_string(), ms(n.total_ms)]));
        format!("{}\n\n{}", terminal::columns(&rows), terminal::columns(&networks))
    }
}

fn ms(value: f64) -> String {
    format!("{value:.2}")
}

/// A heading and a row for each step.
fn step_rows(steps: &[Step]) -> Vec<Vec<String>> {
    let mut rows = vec![["STEP", "MEDIAN MS", "IN NETWORKS"].map(str::to_owned).to_vec()];
    rows.extend(steps.iter().map(|step| vec![step.step.clone(), ms(step.total_ms), ms(step.network_ms)]));
    rows
}

/// The median of `times`, in milliseconds; 0 for none.
pub(super) fn median(times: impl Iterator<Item = Duration>) -> f64 {
    percentile(times, 0.5)
}

/// The value below which a `share` of `times` lies, in milliseconds; 0 for none.
pub(super) fn percentile(times: impl Iterator<Item = Duration>, share: f64) -> f64 {
    let mut sorted: Vec<Duration> = times.collect();
    sorted.sort_unstable();
    let at = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

/// Largest resident memory so far, as Linux tells it.
pub(super) fn peak_resident_bytes() -> Option<u64> {
    status_bytes("VmHWM:")
}

/// Resident memory at present, as Linux tells it.
pub(super) fn resident_bytes() -> Option<u64> {
    status_bytes("VmRSS:")
}

fn status_bytes(name: &str) -> Option<u64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        let times = [30, 10, 20].map(Duration::from_millis);
        assert!((median(times.into_iter()) - 20.0).abs() < 1e-9);
        assert!((percentile(times.into_iter(), 1.0) - 30.0).abs() < 1e-9);
        assert!(median(std::iter::empty()).abs() < 1e-9);
    }

    #[test]
    fn linux_tells_the_peak_memory() {
        assert_eq!(peak_resident_bytes().is_some(), cfg!(target_os = "linux"));
        assert!(resident_bytes() <= peak_resident_bytes());
    }
}
