//! Progress bars on standard error; nothing where that is no terminal.

use std::sync::Mutex;

use faceward_http::{Phase, Startup};
use faceward_models::{FetchEvent, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::interrupt::Stopped;

/// A bar over `n_items` things of one kind, such as `photos`.
pub(crate) fn counting(n_items: usize, unit: &str) -> ProgressBar {
    let style = format!("{{bar:30}} {{pos}}/{{len}} {unit} {{per_sec}}, {{eta}} left");
    let bar = ProgressBar::new(n_items as u64);
    match ProgressStyle::with_template(&style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Draws a fetch of models, which ends when somebody is told to stop.
pub(crate) struct FetchBar {
    state: Mutex<State>,
    startup: Option<Startup>,
    stopped: Stopped,
}

impl FetchBar {
    /// A bar of a command.
    pub(crate) fn new(stopped: Stopped) -> Self {
        Self { state: Mutex::default(), startup: None, stopped }
    }

    /// A bar of a server that is starting: whoever asks the server is told as well.
    pub(crate) fn telling(startup: Startup, stopped: Stopped) -> Self {
        Self { state: Mutex::default(), startup: Some(startup), stopped }
    }
}

#[derive(Default)]
struct State {
    bar: Option<ProgressBar>,
    /// Bytes of the archives that are done.
    done: u64,
    /// Bytes of the archive being downloaded.
    current: u64,
    /// Bytes of all archives together.
    total: u64,
    phase: Option<Phase>,
}

impl Progress for FetchBar {
    fn report(&self, event: FetchEvent<'_>) {
        // A poisoned lock means that drawing panicked once; the fetch itself must go on.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.take(event);
        if let (Some(startup), Some(phase)) = (&self.startup, state.phase) {
            startup.report(phase);
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.is_set()
    }
}

impl State {
    fn take(&mut self, event: FetchEvent<'_>) {
        match event {
            FetchEvent::Waiting => {
                self.phase = Some(Phase::WaitingForFetch);
                crate::terminal::note("waiting for another fetch into the same folder");
            }
            FetchEvent::Started { packages, bytes } => {
                let megabytes = bytes / 1_000_000;
                (self.total, self.phase) =
                    (bytes, Some(Phase::Fetching { received_bytes: 0, total_bytes: bytes }));
                crate::terminal::note(&format!("fetching {packages} packages, {megabytes} MB, once"));
                self.bar = Some(ProgressBar::new(bytes).with_style(fetch_style()));
            }
            FetchEvent::Downloading { package, bytes } => {
                self.current = bytes;
                self.say(package.to_owned());
            }
            FetchEvent::Received { bytes } => self.at(self.done + bytes),
            FetchEvent::Unpacked { package } => {
                self.done += self.current;
                self.at(self.done);
                self.say(format!("{package} verified"));
            }
            FetchEvent::Repairing { name } => {
                self.phase = Some(Phase::Preparing);
                self.say(format!("preparing {name}"));
            }
            FetchEvent::Finished => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                    crate::terminal::note("models are ready");
                }
            }
        }
    }

    fn say(&self, message: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(message);
        }
    }

    fn at(&mut self, bytes: u64) {
        self.phase = Some(Phase::Fetching { received_bytes: bytes, total_bytes: self.total });
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }
}

fn fetch_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
