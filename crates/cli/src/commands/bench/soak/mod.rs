//! `faceward bench soak`: whether a server stays as it is when it is asked for a long time.

mod traffic;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use faceward_http::Metrics;
use parking_lot::Mutex;
use serde::Serialize;

use super::client::{Connection, Exchange};
use super::fixtures;
use super::report::{percentile, resident_bytes};
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
/// Two clients for each worker compare, enroll, identify, analyze, delete and read in turn; who is refused asks again after a second.
/// Times are those of the comparisons. Ends with 1 if memory has grown by more than 3 % since the warm-up, or files stay open.
#[derive(Debug, Args)]
pub(crate) struct Soak {
    /// How long, in minutes
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::MIN.saturating_add(9), conflicts_with = "requests")]
    minutes: NonZeroU32,
    /// How long, in requests
    #[arg(long, value_name = "N")]
    requests: Option<NonZeroUsize>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How long is waited until it is looked again whether a part is over.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a client waits that the server was too busy for; `Retry-After` is no shorter.
const PAUSE: Duration = Duration::from_secs(1);

/// What a part of the run lasts.
#[derive(Clone, Copy)]
enum Length {
    Time(Duration),
    Requests(usize),
}

/// What was seen in one part of the run.
#[derive(Clone, Debug, Serialize)]
struct Part {
    /// Requests answered since the start.
    requests: usize,
    /// Resident memory at its end, bytes; where the system tells.
    resident_bytes: Option<u64>,
    /// Open files and connections at its end; where the system tells.
    open_files: Option<usize>,
    /// Median time of a comparison, milliseconds; `null` if none was answered.
    p50_ms: Option<f64>,
    /// 99th percentile of the same, milliseconds.
    p99_ms: Option<f64>,
}

/// What came of it all.
#[derive(Debug, Serialize)]
struct Report {
    parts: Vec<Part>,
    /// Requests answered, by what they asked.
    kinds: BTreeMap<&'static str, usize>,
    /// Times that the server was too busy.
    refused: usize,
    /// Growth since the warm-up, as a share; where the system tells.
    memory_growth: Option<f64>,
    /// More open files than after the warm-up; where the system tells.
    files_growth: Option<i64>,
    /// Growth of the median time since the warm-up, as a share; where comparisons were answered in both.
    time_growth: Option<f64>,
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
        let photos = [&photos[0], &photos[1], &photos[2]].map(Vec::as_slice);
        let rounds: Vec<_> = (0..2 * workers.get())
            .map(|client| traffic::round(server.credentials(), photos, client))
            .collect();
        let seen = soak(server.address(), &rounds, self.part());
        server.stop();
        let report = Report::of(seen?);
        if self.json {
            terminal::json(&report)?;
        } else {
            terminal::line(&report.in_words())?;
        }
        Ok(Exit::answer(report.is_flat()))
    }

    fn part(&self) -> Length {
        let time = Length::Time(Duration::from_secs(60) * self.minutes.get() / PARTS);
        self.requests.map_or(time, |n| Length::Requests(n.get().div_ceil(PARTS as usize)))
    }
}

/// What was seen in all.
#[derive(Default)]
struct Seen {
    parts: Vec<Part>,
    kinds: BTreeMap<&'static str, usize>,
    refused: usize,
}

/// What clients have seen since somebody looked.
#[derive(Default)]
struct Counts {
    answered: BTreeMap<&'static str, usize>,
    refused: usize,
    /// Times of what is watched.
    times: Vec<Duration>,
}

/// Has a client ask each of `rounds` over and over until all parts, of `length` each, are over.
fn soak(address: SocketAddr, rounds: &[Vec<Exchange>], length: Length) -> Result<Seen, Failure> {
    let (over, counts) = (AtomicBool::new(false), Mutex::new(Counts::default()));
    thread::scope(|scope| {
        let clients: Vec<_> = rounds
            .iter()
            .map(|round| {
                let (over, counts) = (&over, &counts);
                scope.spawn(move || {
                    let asked = ask(address, round, over, counts);
                    // Without this client the others measure something else.
                    over.store(true, Ordering::Relaxed);
                    asked
                })
            })
            .collect();
        let seen = watch(length, &over, &counts);
        over.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().unwrap_or_else(|_| Err(Failure::from(anyhow::anyhow!("a client thread died"))))?;
        }
        Ok(seen)
    })
}

/// Asks until it is `over`.
fn ask(
    address: SocketAddr,
    round: &[Exchange],
    over: &AtomicBool,
    counts: &Mutex<Counts>,
) -> Result<(), Failure> {
    let mut connection = Connection::open(address)?;
    for request in round.iter().cycle() {
        // Asked again until it is answered: what follows in the round builds on it.
        loop {
            if over.load(Ordering::Relaxed) {
                return Ok(());
            }
            let start = Instant::now();
            let answered = connection.is_answered(request)?;
            counts.lock().note(request.kind, answered.then(|| start.elapsed()));
            if answered {
                break;
            }
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

impl Counts {
    /// A request that was answered after some time, or refused.
    fn note(&mut self, kind: &'static str, answered: Option<Duration>) {
        let Some(time) = answered else {
            self.refused += 1;
            return;
        };
        *self.answered.entry(kind).or_default() += 1;
        if kind == traffic::WATCHED {
            self.times.push(time);
        }
    }

    /// The time in milliseconds below which this share of what is watched was answered.
    fn time(&self, share: f64) -> Option<f64> {
        (!self.times.is_empty()).then(|| percentile(self.times.iter().copied(), share))
    }

    fn n_answered(&self) -> usize {
        self.answered.values().sum()
    }
}

/// What is seen at the end of each part, until all are over or a client gave up.
fn watch(length: Length, over: &AtomicBool, counts: &Mutex<Counts>) -> Seen {
    let mut seen = Seen::default();
    for _ in 0..PARTS {
        let start = Instant::now();
        let goes_on = || match length {
            Length::Time(time) => start.elapsed() < time,
            Length::Requests(n) => counts.lock().n_answered() < n,
        };
        while goes_on() && !over.load(Ordering::Relaxed) {
            thread::sleep(GLANCE);
        }
        seen.end_part(&std::mem::take(&mut *counts.lock()));
    }
    seen
}

impl Seen {
    fn end_part(&mut self, counts: &Counts) {
        for (kind, n) in &counts.answered {
            *self.kinds.entry(kind).or_default() += n;
        }
        self.refused += counts.refused;
        self.parts.push(Part {
            requests: self.kinds.values().sum(),
            resident_bytes: resident_bytes(),
            open_files: open_files(),
            p50_ms: counts.time(0.5),
            p99_ms: counts.time(0.99),
        });
    }
}

/// Open files and connections of this process, as Linux tells it.
fn open_files() -> Option<usize> {
    Some(fs_err::read_dir("/proc/self/fd").ok()?.count())
}

impl Report {
    fn of(Seen { parts, kinds, refused }: Seen) -> Self {
        let (warm, last) = (parts.get(1), parts.last());
        let both = |of: fn(&Part) -> Option<f64>| warm.and_then(of).zip(last.and_then(of));
        let growth = |(from, to): (f64, f64)| to / from - 1.0;
        let files = both(|part| part.open_files.map(|n| n as f64));
        Self {
            memory_growth: both(|part| part.resident_bytes.map(|bytes| bytes as f64)).map(growth),
            files_growth: files.map(|(from, to)| (to - from) as i64),
            time_growth: both(|part| part.p50_ms).map(growth),
            parts,
            kinds,
            refused,
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
                or_dash(part.p50_ms.map(|ms| format!("{ms:.1}"))),
                or_dash(part.p99_ms.map(|ms| format!("{ms:.1}"))),
            ]
        });
        let table = terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>());
        let percent = |growth: Option<f64>| or_dash(growth.map(|share| format!("{:+.1}", 100.0 * share)));
        let kinds: Vec<_> = self.kinds.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        format!(
            "{table}\n\nanswered: {}; refused {}\nsince the warm-up: memory {} %, open files {}, median time {} %",
            kinds.join(", "),
            self.refused,
            percent(self.memory_growth),
            or_dash(self.files_growth.map(|more| format!("{more:+}"))),
            percent(self.time_growth)
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
            p50_ms: Some(10.0),
            p99_ms: Some(20.0),
        };
        Report::of(Seen { parts: parts.iter().map(part).collect(), ..Seen::default() })
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
        let part = Part { requests: 9, resident_bytes: None, open_files: None, p50_ms: None, p99_ms: None };
        let report = Report::of(Seen { parts: vec![part; 3], ..Seen::default() });
        assert!(
            report.is_flat() && report.in_words().contains("memory - %, open files -, median time - %"),
            "{}",
            report.in_words()
        );
    }
}
