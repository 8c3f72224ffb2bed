//! How far a server's memory is, and waiting for it.

use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::PostgresError;

/// How old an answer from memory may be: a change that was acknowledged by any server is in every answer that begins this
/// much later, on all of them.
pub const FRESH: Duration = Duration::from_secs(1);

/// Told by whoever follows the log.
pub(crate) struct Progress {
    now: watch::Sender<State>,
    asked: Notify,
}

#[derive(Clone, Copy)]
struct State {
    /// The newest entry in memory.
    applied: i64,
    /// Everything that was committed before then is in memory.
    as_of: Option<Instant>,
    /// Whether the last attempt to reach the database failed.
    lost: bool,
}

impl Default for Progress {
    fn default() -> Self {
        let state = State { applied: 0, as_of: None, lost: false };
        Self { now: watch::Sender::new(state), asked: Notify::new() }
    }
}

/// For whoever follows.
impl Progress {
    /// The memory is as the database was at `begun`, with `applied` as the newest entry.
    pub(super) fn caught_up(&self, applied: i64, begun: Instant) {
        self.now.send_replace(State { applied, as_of: Some(begun), lost: false });
    }

    /// There is more, but this far it is.
    pub(super) fn applied(&self, applied: i64) {
        self.now.send_modify(|state| state.applied = applied);
    }

    /// The database cannot be reached.
    pub(super) fn lost(&self) {
        self.now.send_modify(|state| state.lost = true);
    }

    /// Resolves when somebody wants the memory to be newer.
    pub(super) async fn asked_for(&self) {
        self.asked.notified().await;
    }
}

/// For whoever answers from memory.
impl Progress {
    /// Waits until the memory is at most [`FRESH`] old, for at most `patience`, and not at all for a database that cannot be
    /// reached.
    pub(crate) async fn fresh(&self, patience: Duration) -> Result<(), PostgresError> {
        let fresh = |state: &State| state.as_of.is_some_and(|as_of| as_of.elapsed() <= FRESH);
        if !self.now.borrow().lost && fresh(&self.now.borrow()) {
            return Ok(());
        }
        self.until(patience, fresh).await
    }

    /// Waits until the entry `sequence` is in memory, in the same way.
    pub(crate) async fn seen(&self, sequence: i64, patience: Duration) -> Result<(), PostgresError> {
        self.until(patience, |state| state.applied >= sequence).await
    }

    async fn until(&self, patience: Duration, holds: impl Fn(&State) -> bool) -> Result<(), PostgresError> {
        let mut told = self.now.subscribe();
        let waiting = async {
            loop {
                let state = *told.borrow_and_update();
                if state.lost {
                    return Err(PostgresError::Behind);
                }
                if holds(&state) {
                    return Ok(());
                }
                self.asked.notify_one();
                // The sender is in `self`.
                if told.changed().await.is_err() {
                    return Err(PostgresError::Behind);
                }
            }
        };
        tokio::time::timeout(patience, waiting).await.unwrap_or(Err(PostgresError::Behind))
    }

    /// How old the memory is at most; `None` before it was filled.
    pub(crate) fn lag(&self) -> Option<Duration> {
        self.now.borrow().as_of.map(|as_of| as_of.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn what_is_old_or_lost_gives_no_answer() {
        let progress = Progress::default();
        assert!(progress.fresh(PATIENCE).await.is_err(), "nothing was read yet");
        progress.caught_up(7, Instant::now());
        assert!(progress.fresh(PATIENCE).await.is_ok());
        assert!(progress.seen(7, PATIENCE).await.is_ok() && progress.seen(8, PATIENCE).await.is_err());
        progress.lost();
        assert!(progress.fresh(PATIENCE).await.is_err() && progress.seen(7, PATIENCE).await.is_err());
        let old = Instant::now().checked_sub(FRESH * 2).expect("a machine that runs for longer");
        progress.caught_up(7, old);
        assert!(progress.fresh(PATIENCE).await.is_err(), "nobody has looked for two seconds");
    }

    #[tokio::test]
    async fn who_waits_is_told_and_asks_for_it() {
        let progress = std::sync::Arc::new(Progress::default());
        let waiting = std::sync::Arc::clone(&progress);
        let waiter = tokio::spawn(async move { waiting.seen(3, Duration::from_secs(60)).await.is_ok() });
        progress.asked_for().await;
        progress.applied(2);
        progress.asked_for().await;
        progress.caught_up(3, Instant::now());
        assert!(waiter.await.expect("no panic"));
    }
}
