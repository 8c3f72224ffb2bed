//! The thread that writes the audit log: whatever has come in meanwhile goes to disk in one transaction.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use faceward_gallery::{AuditEvent, Gallery, GalleryError};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::settings::AuditSettings;
use crate::metrics;

/// Records that may wait for the disk. A full queue makes requests wait, never the memory grow.
const QUEUE_LENGTH: usize = 4096;
/// Records of one transaction.
const MOST_AT_ONCE: usize = 512;

/// Why a record is not in the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRecorded {
    /// The log was closed.
    #[error("the audit log is closed")]
    Closed,
    /// The database failed.
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
    pub(crate) fn start(gallery: Arc<Gallery>, settings: AuditSettings) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE_LENGTH);
        let thread = std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || Writer { gallery, settings }.serve(&receiver))?;
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
    gallery: Arc<Gallery>,
    settings: AuditSettings,
}

impl Writer {
    /// Until every sender is gone and everything is written.
    fn serve(&self, entries: &Receiver<Entry>) {
        const DAY: Duration = Duration::from_secs(AuditSettings::DAY);
        self.purge();
        let mut last_purge = Instant::now();
        loop {
            match entries.recv_timeout(DAY.saturating_sub(last_purge.elapsed())) {
                Ok(first) => {
                    let more = entries.try_iter().take(MOST_AT_ONCE - 1);
                    self.write(std::iter::once(first).chain(more).collect());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if last_purge.elapsed() >= DAY {
                self.purge();
                last_purge = Instant::now();
            }
        }
    }

    fn write(&self, entries: Vec<Entry>) {
        let (events, waiting): (Vec<_>, Vec<_>) =
            entries.into_iter().map(|entry| (entry.event, entry.waiting)).unzip();
        let written = self.gallery.audit().append(&events).map_err(|error| failed(&error));
        if let Err(error) = &written {
            lost(events.len(), error);
        }
        for waiting in waiting.into_iter().flatten() {
            // Nobody to tell: the request was given up.
            drop(waiting.send(written.clone()));
        }
    }

    fn purge(&self) {
        let before = Timestamp::now().saturating_sub(self.settings.retention).unwrap_or(Timestamp::MIN);
        match self.gallery.audit().purge(before) {
            Ok(0) => {}
            Ok(n_purged) => tracing::info!(n_purged, %before, "purged audit records whose time was over"),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "audit records could not be purged"
                );
            }
        }
    }
}

fn failed(error: &GalleryError) -> NotRecorded {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    NotRecorded::Failed(format!("{error}{cause}"))
}

/// Tells the operator that records will never be in the log.
pub(super) fn lost(n_lost: usize, why: &NotRecorded) {
    metrics::audit_lost(n_lost);
    tracing::error!(n_lost, %why, "audit records are lost");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use faceward_gallery::{AuditFilter, AuditReader};
    use uuid::Uuid;

    use super::*;

    fn event(number: u128, age: Duration) -> AuditEvent {
        AuditEvent {
            at: Timestamp::now().saturating_sub(age).expect("a time"),
            transaction: Uuid::from_u128(number),
            trx_id: None,
            surface: "test".into(),
            app: None,
            action: "verify".into(),
            gallery: None,
            subject: None,
            template: None,
            outcome: "answered".into(),
            verdict: None,
            scores: BTreeMap::new(),
            reasons: Vec::new(),
            models: Vec::new(),
        }
    }

    fn recorded(folder: &tempfile::TempDir) -> Vec<u128> {
        let reader = AuditReader::open(folder.path()).expect("it opens").expect("a log");
        let records = reader.page(&AuditFilter::default(), 0, 100_000).expect("a page");
        records.iter().map(|record| record.event.transaction.as_u128()).collect()
    }

    fn start(folder: &tempfile::TempDir) -> Recorder {
        let gallery = Arc::new(Gallery::open(folder.path()).expect("the gallery opens"));
        Recorder::start(gallery, AuditSettings { retention: Duration::from_secs(60) }).expect("a thread")
    }

    #[tokio::test]
    async fn more_records_than_the_queue_holds_are_all_written_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = start(&folder);
        let count = 2 * QUEUE_LENGTH as u128;
        for number in 0..count {
            recorder.record(event(number, Duration::ZERO)).await.expect("handed over");
        }
        recorder.record_durably(event(count, Duration::ZERO)).await.expect("on disk");
        assert!(recorded(&folder).into_iter().eq(0..=count), "those before it are on disk as well");
    }

    #[tokio::test]
    async fn closing_writes_what_was_handed_over_and_takes_nothing_more() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = start(&folder);
        recorder.record(event(1, Duration::ZERO)).await.expect("handed over");
        recorder.record_now(event(2, Duration::ZERO));
        recorder.close();
        assert_eq!(recorded(&folder), [1, 2]);
        assert_eq!(recorder.record_durably(event(3, Duration::ZERO)).await, Err(NotRecorded::Closed));
        drop(recorder);
        assert!(Gallery::open(folder.path()).is_ok(), "the folder is free");
    }

    #[tokio::test]
    async fn a_start_purges_what_is_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = start(&folder);
        for (number, age) in [(1, 61), (2, 3600), (3, 30)] {
            recorder.record_durably(event(number, Duration::from_secs(age))).await.expect("on disk");
        }
        drop(recorder);
        drop(start(&folder));
        assert_eq!(recorded(&folder), [3]);
    }
}
