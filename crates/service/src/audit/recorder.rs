//! The thread that writes the audit log: whatever has come in meanwhile goes to disk in one transaction.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use faceward_store::{AuditEvent, AuditSink, Purged, StoreError, Traces};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::settings::AuditSettings;
use crate::error::with_cause;
use crate::metrics;

/// Records that may wait for the disk. A full queue makes requests wait, never the memory grow.
const QUEUE_LENGTH: usize = 4096;
/// Records of one transaction.
const MOST_AT_ONCE: usize = 512;
/// Records that are purged at a time: those that wait are written in between.
const PURGED_AT_ONCE: usize = 1000;
/// From the end of one purge to the next.
const BETWEEN_PURGES: Duration = Duration::from_secs(AuditSettings::DAY);
/// The same where a purge failed or left traces.
const BEFORE_ANOTHER_TRY: Duration = Duration::from_secs(60);

/// Why a record is not in the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRecorded {
    /// The log was closed.
    #[error("the audit log is closed")]
    Closed,
    /// The store cannot be reached.
    #[error("the audit log cannot be reached: {0}")]
    Unreachable(String),
    /// The store failed.
    #[error("the audit log cannot be written: {0}")]
    Failed(String),
}

/// A record on its way, and who waits for it.
struct Entry {
    event: AuditEvent,
    waiting: Option<oneshot::Sender<Result<(), NotRecorded>>>,
}

/// The writing thread.
pub(crate) struct Recorder {
    sender: Mutex<Option<SyncSender<Entry>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    /// Starts the thread, whose first act is a purge.
    pub(crate) fn start(sink: Arc<dyn AuditSink>, settings: AuditSettings) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE_LENGTH);
        // Its own: what was handed over is written even where the one of the requests has ended.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let writer = Writer { sink, settings, n_purged: 0, next_purge: Some(Instant::now()) };
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || runtime.block_on(writer.serve(&receiver)))?;
        Ok(Self { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Hands `event` over; waits only while the queue is full.
    pub(crate) async fn record(&self, event: AuditEvent) -> Result<(), NotRecorded> {
        self.send(Entry { event, waiting: None }).await
    }

    /// Hands `event` over without ever waiting, for those who cannot.
    pub(crate) fn record_now(&self, event: AuditEvent) {
        let Some(sender) = self.sender.lock().clone() else { return lost(1, &NotRecorded::Closed) };
        if sender.try_send(Entry { event, waiting: None }).is_err() {
            lost(1, &NotRecorded::Failed("too many records are waiting".to_owned()));
        }
    }

    /// Hands `event` over and returns once it is on disk.
    pub(crate) async fn record_durably(&self, event: AuditEvent) -> Result<(), NotRecorded> {
        let (waiting, written) = oneshot::channel();
        self.send(Entry { event, waiting: Some(waiting) }).await?;
        written.await.unwrap_or(Err(NotRecorded::Closed))
    }

    async fn send(&self, entry: Entry) -> Result<(), NotRecorded> {
        let sender = self.sender.lock().clone().ok_or(NotRecorded::Closed)?;
        match sender.try_send(entry) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(_)) => Err(NotRecorded::Closed),
            Err(TrySendError::Full(entry)) => {
                let sent = tokio::task::spawn_blocking(move || sender.send(entry).is_ok()).await;
                if matches!(sent, Ok(true)) { Ok(()) } else { Err(NotRecorded::Closed) }
            }
        }
    }

    /// Writes what has been handed over, then ends. Blocks.
    pub(crate) fn close(&self) {
        drop(self.sender.lock().take());
        let thread = self.thread.lock().take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the audit thread ended by a panic");
        }
    }
}

impl Drop for Recorder {
    /// The folder is free for others only after its log is written.
    fn drop(&mut self) {
        self.close();
    }
}

struct Writer {
    sink: Arc<dyn AuditSink>,
    settings: AuditSettings,
    /// Records that this purge has deleted so far.
    n_purged: usize,
    /// When the next step of a purge is due; `None`: the clock ends before.
    next_purge: Option<Instant>,
}

impl Writer {
    /// Until every sender is gone and everything is written. Nobody else uses its runtime, so it may block.
    async fn serve(mut self, entries: &Receiver<Entry>) {
        loop {
            // A step at a time, and whoever came meanwhile is served before the next one.
            if self.next_purge.is_some_and(|due| due <= Instant::now()) {
                let pause = self.purge().await;
                self.next_purge = Instant::now().checked_add(pause);
            }
            let wait = self.next_purge.map(|due| due.saturating_duration_since(Instant::now()));
            match entries.recv_timeout(wait.unwrap_or(BETWEEN_PURGES)) {
                Ok(first) => {
                    let more = entries.try_iter().take(MOST_AT_ONCE - 1);
                    self.write(std::iter::once(first).chain(more).collect()).await;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    async fn write(&self, entries: Vec<Entry>) {
        let (events, waiting): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|entry| (entry.event, entry.waiting)).unzip();
        let written = self.sink.append(&events).await.map_err(|error| failed(&error));
        if let Err(error) = &written {
            lost(events.len(), error);
        }
        for waiting in waiting.into_iter().flatten() {
            // Nobody to tell: the request was given up.
            drop(waiting.send(written.clone()));
        }
    }

    /// One step of a purge; gives the time until the next one.
    async fn purge(&mut self) -> Duration {
        let before = Timestamp::now().saturating_sub(self.settings.retention).unwrap_or(Timestamp::MIN);
        let Purged { n_records, more, traces } = match self.sink.purge(before, PURGED_AT_ONCE).await {
            Ok(purged) => purged,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "audit records could not be purged");
                return BEFORE_ANOTHER_TRY;
            }
        };
        self.n_purged += n_records;
        if more {
            return Duration::ZERO;
        }
        let n_purged = std::mem::take(&mut self.n_purged);
        if n_purged > 0 {
            tracing::info!(n_purged, %before, "purged audit records whose time was over");
        }
        match traces {
            Traces::Wiped | Traces::Fading => BETWEEN_PURGES,
            Traces::Left => {
                tracing::warn!("a reader keeps traces of purged audit records on disk; they are wiped soon");
                BEFORE_ANOTHER_TRY
            }
        }
    }
}

fn failed(error: &StoreError) -> NotRecorded {
    let why = with_cause(error);
    if matches!(error, StoreError::Unreachable(_)) {
        NotRecorded::Unreachable(why)
    } else {
        NotRecorded::Failed(why)
    }
}

/// Tells the operator that records will never be in the log.
pub(super) fn lost(n_lost: usize, why: &NotRecorded) {
    metrics::audit_lost(n_lost);
    tracing::error!(n_lost, %why, "audit records are lost");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use faceward_conformance::Memory;
    use faceward_store::{AuditFilter, AuditRecord, Pending, Reachable};
    use uuid::Uuid;

    use super::*;

    fn event(number: u128, age: Duration) -> AuditEvent {
        AuditEvent {
            at: Timestamp::now().saturating_sub(age).expect("a time"),
            transaction: Uuid::from_u128(number),
            trx_id: None,
            surface: "test".into(),
            app: None,
            operator: None,
            action: "verify".into(),
            gallery: None,
            subject: None,
            template: None,
            outcome: "answered".into(),
            verdict: None,
            scores: BTreeMap::new(),
            reasons: Vec::new(),
            models: Vec::new(),
            deletion: None,
        }
    }

    async fn recorded(sink: &dyn AuditSink) -> Vec<u128> {
        let records = sink.page(&AuditFilter::default(), 0, 100_000).await.expect("a page");
        records.iter().map(|record| record.event.transaction.as_u128()).collect()
    }

    fn start(sink: &Arc<dyn AuditSink>) -> Recorder {
        let settings = AuditSettings { retention: Duration::from_secs(60) };
        Recorder::start(Arc::clone(sink), settings).expect("a thread")
    }

    fn memory() -> Arc<dyn AuditSink> {
        Arc::new(Memory::default())
    }

    #[tokio::test]
    async fn more_records_than_the_queue_holds_are_all_written_in_order() {
        let sink = memory();
        let recorder = start(&sink);
        let count = 2 * QUEUE_LENGTH as u128;
        for number in 0..count {
            recorder.record(event(number, Duration::ZERO)).await.expect("handed over");
        }
        recorder.record_durably(event(count, Duration::ZERO)).await.expect("on disk");
        assert!(recorded(&*sink).await.into_iter().eq(0..=count), "those before it are on disk as well");
    }

    #[tokio::test]
    async fn closing_writes_what_was_handed_over_and_takes_nothing_more() {
        let sink = memory();
        let recorder = start(&sink);
        recorder.record(event(1, Duration::ZERO)).await.expect("handed over");
        recorder.record_now(event(2, Duration::ZERO));
        recorder.close();
        assert_eq!(recorded(&*sink).await, [1, 2]);
        assert_eq!(recorder.record_durably(event(3, Duration::ZERO)).await, Err(NotRecorded::Closed));
        drop(recorder);
        assert_eq!(Arc::strong_count(&sink), 1, "the store is free");
    }

    #[tokio::test]
    async fn a_start_purges_what_is_over() {
        let sink = memory();
        let recorder = start(&sink);
        for (number, age) in [(1, 61), (2, 3600), (3, 30)] {
            recorder.record_durably(event(number, Duration::from_secs(age))).await.expect("on disk");
        }
        drop(recorder);
        drop(start(&sink));
        assert_eq!(recorded(&*sink).await, [3]);
    }

    /// Notes what is done to it, and purges a step whenever it is let.
    struct Slow {
        let_go: tokio::sync::Semaphore,
        done: Mutex<Vec<&'static str>>,
    }

    impl Reachable for Slow {
        fn reach(&self) -> Pending<'_, ()> {
            Box::pin(async { Ok(()) })
        }
    }

    impl AuditSink for Slow {
        fn append<'a>(&'a self, _events: &'a [AuditEvent]) -> Pending<'a, ()> {
            Box::pin(async move {
                self.done.lock().push("append");
                Ok(())
            })
        }

        fn purge(&self, _before: Timestamp, limit: usize) -> Pending<'_, Purged> {
            Box::pin(async move {
                self.let_go.acquire().await.expect("open").forget();
                let mut done = self.done.lock();
                done.push("purge");
                let more = done.iter().filter(|what| **what == "purge").count() < 4;
                Ok(Purged { n_records: limit, more, traces: Traces::Wiped })
            })
        }

        fn page<'a>(&'a self, _: &'a AuditFilter, _: i64, _: usize) -> Pending<'a, Vec<AuditRecord>> {
            Box::pin(async move { Ok(Vec::new()) })
        }

        fn newest<'a>(
            &'a self,
            _: &'a AuditFilter,
            _: Option<i64>,
            _: usize,
        ) -> Pending<'a, Vec<AuditRecord>> {
            Box::pin(async move { Ok(Vec::new()) })
        }
    }

    #[tokio::test]
    async fn a_large_purge_lets_those_who_wait_in_after_every_step() {
        let (let_go, done) = (tokio::sync::Semaphore::new(0), Mutex::default());
        let slow = Arc::new(Slow { let_go, done });
        let sink: Arc<dyn AuditSink> = Arc::<Slow>::clone(&slow);
        let recorder = start(&sink);
        for number in 0..4 {
            // Handed over while a step is at work: it is written before the next one.
            let waiting = recorder.record_durably(event(number, Duration::ZERO));
            let step = async { slow.let_go.add_permits(1) };
            let (written, ()) = tokio::join!(waiting, step);
            written.expect("on disk");
        }
        recorder.close();
        assert_eq!(*slow.done.lock(), ["purge", "append"].repeat(4));
    }
}
