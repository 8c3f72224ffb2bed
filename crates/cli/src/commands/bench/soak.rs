//! `faceward bench soak`: whether a server stays as it is when it is asked for a long time.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use faceward_http::Metrics;
use parking_lot::Mutex;
use serde::Serialize;

use super::client::{Connection, Credentials, analyze_request, verify_request};
use super::fixtures;
use super::report::{median, percentile, resident_bytes};
use super::server::Server;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{setup, terminal};

/// Parts into which the time is cut. The first is the warm-up.
const PARTS: u32 = 20;
/// Growth of memory from the second part to the last up to which a server counts as flat.
const FLAT: f64 = 0.03;

/// Ask a server in this process for a long time, and tell whether memory, open files and times stay as they are
///
/// Comparisons and whole analyses in turn, two clients for each worker; one that is refused asks again after a second. Ends with 1 if memory has grown by more than 3 % since
/// the warm-up, or files stay open.
#[derive(Debug, Args)]
pub(crate) struct Soak {
    /// How long, in minutes
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::MIN.saturating_add(9))]
    minutes: NonZeroU32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How long a client waits that the server was too busy for; `Retry-After` is no shorter.
const PAUSE: Duration = Duration::from_secs(1);

/// What was seen in one part of the time.
#[derive(Clone, Debug, Serialize)]
struct Part {
    /// Requests answered since the start.
    requests: usize,
    /// Resident memory at its end, bytes; where the system tells.
    resident_bytes: Option<u64>,
    /// Open files and connections at its end; where the system tells.
    open_files: Option<usize>,
    /// Median time of a request, milliseconds.
    p50_ms: f64,
    /// 99th percentile, milliseconds.
    p99_ms: f64,
}

/// What came of it all.
#[derive(Debug, Serialize)]
struct Report {
    parts: Vec<Part>,
    /// Growth since the warm-up, as a share; where the system tells.
    memory_growth: Option<f64>,
    /// More open files than after the warm-up; where the system tells.
    files_growth: Option<i64>,
    /// Growth of the median time since the warm-up, as a share.
    time_growth: f64,
}

impl Soak {
    /// Measures.
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let names = fixtures(context, ["obama.jpg", "obama2.jpg", "biden.jpg"])?;
        let read = |path| fs_err::read(path).map_err(|error| Failure::new(Exit::PhotoRefused, error));
        let photos = names.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let metrics = Metrics::install().map_err(|error| Failure::new(Exit::Failed, error))?;
        let engine = setup::engine(&context.config, &context.environment)?;
        let workers = context.config.service.compute.workers;
        let server = Server::start(&context.config, &metrics, engine, workers)?;
        let requests = requests(server.credentials(), &photos);
        let length = Duration::from_secs(60) * self.minutes.get() / PARTS;
        let parts = soak(server.address(), &requests, 2 * workers.get(), length);
        server.stop();
        let report = Report::of(parts?);
        if self.json {
            terminal::json(&report)?;
        } else {
            terminal::line(&report.in_words())?;
        }
        Ok(Exit::answer(report.is_flat()))
    }
}

/// What is asked, in turn.
fn requests(credentials: &Credentials, photos: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let pairs =
        photos.windows(2).map(|pair| verify_request(credentials, &[pair[0].clone(), pair[1].clone()]));
    let alone = photos.iter().map(|photo| analyze_request(credentials, photo));
    pairs.chain(alone).collect()
}

/// Has `n_clients` ask until all parts, of `length` each, are over.
fn soak(
    address: SocketAddr,
    requests: &[Vec<u8>],
    n_clients: usize,
    length: Duration,
) -> Result<Vec<Part>, Failure> {
    let (over, times) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        let clients: Vec<_> = (0..n_clients)
            .map(|first| {
                let (over, times) = (&over, &times);
                scope.spawn(move || {
                    let asked = ask(address, requests.iter().cycle().skip(first), over, times);
                    // Without this client the others measure something else.
                    over.store(true, Ordering::Relaxed);
                    asked
                })
            })
            .collect();
        let parts = watch(length, &over, &times);
        over.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().unwrap_or_else(|_| Err(Failure::from(anyhow::anyhow!("a client thread died"))))?;
        }
        Ok(parts)
    })
}

/// Asks until it is `over`.
fn ask<'a>(
    address: SocketAddr,
    requests: impl Iterator<Item = &'a Vec<u8>>,
    over: &AtomicBool,
    times: &Mutex<Vec<Duration>>,
) -> Result<(), Failure> {
    let mut connection = Connection::open(address)?;
    for request in requests {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let start = Instant::now();
        if connection.is_answered(request)? {
            times.lock().push(start.elapsed());
        } else {
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// What is seen at the end of each part, until all are over or a client gave up.
fn watch(length: Duration, over: &AtomicBool, times: &Mutex<Vec<Duration>>) -> Vec<Part> {
    let (mut parts, mut n_requests) = (Vec::new(), 0);
    for _ in 0..PARTS {
        let end = Instant::now() + length;
        while Instant::now() < end && !over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(100).min(length));
        }
        let seen = std::mem::take(&mut *times.lock());
        n_requests += seen.len();
        parts.push(Part {
            requests: n_requests,
            resident_bytes: resident_bytes(),
            open_files: open_files(),
            p50_ms: median(seen.iter().copied()),
            p99_ms: percentile(seen.iter().copied(), 0.99),
        });
    }
    parts
}

/// Open files and connections of this process, as Linux tells it.
fn open_files() -> Option<usize> {
    Some(fs_err::read_dir("/proc/self/fd").ok()?.count())
}

impl Report {
    fn of(parts: Vec<Part>) -> Self {
        let (warm, last) = (parts.get(1), parts.last());
        let both = |of: fn(&Part) -> Option<f64>| warm.and_then(of).zip(last.and_then(of));
        let growth = |(from, to): (f64, f64)| to / from - 1.0;
        let files = both(|part| part.open_files.map(|n| n as f64));
        Self {
            memory_growth: both(|part| part.resident_bytes.map(|bytes| bytes as f64)).map(growth),
            files_growth: files.map(|(from, to)| (to - from) as i64),
            time_growth: both(|part| Some(part.p50_ms)).map_or(0.0, growth),
            parts,
        }
    }

    /// Whether nothing has grown; what the system does not tell counts as flat.
    fn is_flat(&self) -> bool {
        self.memory_growth.is_none_or(|growth| growth <= FLAT)
            && self.files_growth.is_none_or(|more| more <= 0)
    }

    fn in_words(&self) -> String {
        let head = ["REQUESTS", "MEMORY MB", "OPEN FILES", "P50 MS", "P99 MS"].map(str::to_owned).to_vec();
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let rows = self.parts.iter().map(|part| {
            vec![
                part.requests.to_string(),
                or_dash(part.resident_bytes.map(|bytes| (bytes / 1_000_000).to_string())),
                or_dash(part.open_files.map(|n| n.to_string())),
                format!("{:.1}", part.p50_ms),
                format!("{:.1}", part.p99_ms),
            ]
        });
        let table = terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
        format!(
            "{table}\n\nsince the warm-up: memory {} %, open files {}, median time {:+.1} %",
            or_dash(self.memory_growth.map(|growth| format!("{:+.1}", 100.0 * growth))),
            or_dash(self.files_growth.map(|more| format!("{more:+}"))),
            100.0 * self.time_growth
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(parts: &[(u64, usize)]) -> Report {
        let part = |&(resident, files): &(u64, usize)| Part {
            requests: 1,
            resident_bytes: Some(resident),
            open_files: Some(files),
            p50_ms: 10.0,
            p99_ms: 20.0,
        };
        Report::of(parts.iter().map(part).collect())
    }

    #[test]
    fn growth_is_counted_from_the_end_of_the_warm_up() {
        let flat = report(&[(500, 3), (1000, 20), (1050, 25), (1029, 20)]);
        assert!((flat.memory_growth.expect("told") - 0.029).abs() < 1e-9 && flat.is_flat());
        assert!(!report(&[(500, 3), (1000, 20), (1031, 20)]).is_flat(), "memory");
        assert!(!report(&[(500, 3), (1000, 20), (1000, 21)]).is_flat(), "files");
    }

    #[test]
    fn what_the_system_does_not_tell_is_a_dash() {
        let part = Part { requests: 9, resident_bytes: None, open_files: None, p50_ms: 1.0, p99_ms: 2.0 };
        let report = Report::of(vec![part; 3]);
        assert!(report.is_flat() && report.in_words().contains("memory - %"), "{}", report.in_words());
    }
}
