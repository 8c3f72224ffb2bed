//! The thread that keeps the snapshots of a folder in step with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::pace::Pace;
use super::write::{Pass, Snapshots};

/// A running thread. Dropping this ends it, after it has written what is left in the time that it has for that.
pub(crate) struct Keeper {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    asked: Mutex<bool>,
    told: Condvar,
}

impl Keeper {
    /// Starts it. `version` changes with every change of templates.
    pub(crate) fn start(snapshots: Snapshots, version: Arc<AtomicU64>, pace: Pace) -> std::io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let work = Work { snapshots, version, pace, stop: Arc::clone(&stop) };
        let thread = std::thread::Builder::new().name("snapshots".to_owned()).spawn(move || work.run())?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        *self.stop.asked.lock() = true;
        self.stop.told.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that writes snapshots has panicked");
        }
    }
}

impl Stop {
    /// Waits for `time`, or until it is time to stop: then true.
    fn within(&self, time: Duration) -> bool {
        let mut asked = self.asked.lock();
        if !*asked && !time.is_zero() {
            self.told.wait_for(&mut asked, time);
        }
        *asked
    }
}

struct Work {
    snapshots: Snapshots,
    version: Arc<AtomicU64>,
    pace: Pace,
    stop: Arc<Stop>,
}

/// Whether the last attempt failed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Well,
    Failing,
}

impl Work {
    fn run(self) {
        let (mut state, mut seen, mut settled) = (State::Well, None, false);
        loop {
            let version = self.version.load(Ordering::Acquire);
            // At the start, too, nothing has changed for a while.
            let quiet = seen.is_none_or(|seen| seen == version);
            if !(quiet && settled && state == State::Well) {
                let least = if quiet { self.pace.least } else { self.pace.least_busy };
                let rest = |took: Duration| !self.stop.within(took * self.pace.rest);
                state = self.pass(state, Pass { least, rest: &rest });
                settled = quiet;
            }
            seen = Some(version);
            if self.stop.within(self.pace.every) {
                break;
            }
        }
        let until = Instant::now() + self.pace.at_stop;
        self.pass(state, Pass { least: self.pace.least, rest: &|_| Instant::now() < until });
    }

    /// Goes once through all apps. A failure is told once, until all is well again.
    fn pass(&self, before: State, pass: Pass<'_>) -> State {
        let written = self.snapshots.write_all(&self.pace, pass);
        match (written.and_then(|_| self.snapshots.n_templates()), before) {
            (Ok(n_templates), before) => {
                metrics::gauge!(TEMPLATES).set(n_templates as f64);
                if before == State::Failing {
                    tracing::info!("snapshots are written again");
                }
                State::Well
            }
            (Err(error), before) => {
                metrics::counter!(FAILURES).increment(1);
                if before == State::Well {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "snapshots cannot be written: the next start will take longer");
                }
                State::Failing
            }
        }
    }
}

// Declared by the service.
const TEMPLATES: &str = "faceward_snapshot_templates";
const FAILURES: &str = "faceward_snapshot_failures_total";
