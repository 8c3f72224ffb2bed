//! Whether anything happens on a connection: how many requests are under way, and since when none is.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// What one connection does.
pub(super) struct Activity(watch::Sender<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    /// Requests whose answer is not ready. They have time limits of their own.
    n_computing: usize,
    /// Answers that are ready and not wholly taken.
    n_answering: usize,
    /// When the last of these numbers changed.
    since: Instant,
}

/// Why nothing is to be waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quiet {
    /// No request is under way.
    Idle,
    /// Answers are ready, and the client does not read them.
    AnswerUnread,
}

impl Default for Activity {
    fn default() -> Self {
        Self(watch::Sender::new(State { n_computing: 0, n_answering: 0, since: Instant::now() }))
    }
}

impl Activity {
    /// A request has come in.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.change(|state| state.n_computing += 1);
        UnderWay { activity: Arc::clone(self), is_answering: false }
    }

    /// Resolves once there has been no request for `idle`, or only answers that have been ready for `unread`. Counted from
    /// the later of now and the last change.
    pub(super) async fn quiet_for(&self, idle: Duration, unread: Duration) -> Quiet {
        let began = Instant::now();
        let mut changes = self.0.subscribe();
        loop {
            let state = *changes.borrow_and_update();
            let since = state.since.max(began);
            let patience = match (state.n_computing, state.n_answering) {
                (0, 0) => Some((idle, Quiet::Idle)),
                (0, _) => Some((unread, Quiet::AnswerUnread)),
                (_, _) => None,
            };
            let end = async {
                match patience {
                    Some((patience, quiet)) => {
                        sleep(patience.saturating_sub(since.elapsed())).await;
                        quiet
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // The sender is `self`: it cannot be gone.
                _ = changes.changed() => {}
                quiet = end => return quiet,
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        self.0.send_modify(|state| {
            change(state);
            state.since = Instant::now();
        });
    }
}

/// A request, from its head until its answer has been taken or its client has left.
pub(super) struct UnderWay {
    activity: Arc<Activity>,
    is_answering: bool,
}

impl UnderWay {
    /// The answer is ready; it is under way until `body` is gone.
    pub(super) fn answering(mut self, body: Body) -> Answering {
        self.is_answering = true;
        self.activity.change(|state| {
            state.n_computing -= 1;
            state.n_answering += 1;
        });
        Answering { body, _under_way: self }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let is_answering = self.is_answering;
        self.activity.change(|state| {
            let counter = if is_answering { &mut state.n_answering } else { &mut state.n_computing };
            *counter -= 1;
        });
    }
}

/// The body of an answer.
pub(super) struct Answering {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_secs(30);
    const UNREAD: Duration = Duration::from_secs(60);

    async fn quiet_after(activity: &Activity) -> (Quiet, Duration) {
        let began = Instant::now();
        (activity.quiet_for(IDLE, UNREAD).await, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_request_it_is_quiet_after_the_idle_time() {
        let activity = Activity::default();
        assert_eq!(quiet_after(&activity).await, (Quiet::Idle, IDLE));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_may_take_as_long_as_it_takes_and_its_answer_has_a_limit() {
        let activity = Arc::new(Activity::default());
        let computing = activity.begin();
        let long = tokio::time::timeout(Duration::from_secs(3600), activity.quiet_for(IDLE, UNREAD));
        assert!(long.await.is_err());
        let answering = computing.answering(Body::from("x"));
        assert_eq!(quiet_after(&activity).await, (Quiet::AnswerUnread, UNREAD));
        drop(answering);
        assert_eq!(quiet_after(&activity).await, (Quiet::Idle, IDLE));
    }

    #[tokio::test(start_paused = true)]
    async fn each_request_begins_the_idle_time_anew() {
        let activity = Arc::new(Activity::default());
        let busy = {
            let activity = Arc::clone(&activity);
            async move {
                for _ in 0..10 {
                    tokio::time::sleep(Duration::from_secs(29)).await;
                    drop(activity.begin());
                }
            }
        };
        let (quiet, ()) = tokio::join!(quiet_after(&activity), busy);
        assert_eq!(quiet, (Quiet::Idle, Duration::from_secs(290) + IDLE));
    }
}
