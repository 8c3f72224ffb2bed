//! A client that leaves, at every stage: what it began is either not done, and the log says so, or done, and the log
//! says so.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use faceward_embedded::AuditReader;
use faceward_service::AuditFilter;

use crate::fixture::{BIDEN, Fixture, OBAMA, photo, service, template};

/// Waits for `work`, but leaves after `n_polls` looks at it; `None`: left.
async fn leaving_after<T>(n_polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut n_left = n_polls;
    poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if n_left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            n_left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// How every `action` ended, in the order of the log, once the service has ended.
async fn ends(fixture: &Fixture, action: &str) -> Vec<String> {
    fixture.service.shutdown().await;
    let reader = AuditReader::open(fixture.folder.path()).expect("it opens").expect("a log");
    let records = reader.page(&AuditFilter::default(), 0, 1000).expect("a page");
    let events = records.into_iter().map(|record| record.event);
    events.filter(|event| event.action == action).map(|event| event.outcome.into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_enrolment_is_done_and_recorded_or_neither() {
    for n_polls in 1..100 {
        let fixture = service();
        let stayed = leaving_after(n_polls, fixture.enroll(photo(OBAMA), "anna")).await;
        // Slots and changes have to be given back, or this would wait for them.
        let log = ends(&fixture, "enroll").await;
        let is_kept = fixture.service.get_template(&fixture.app, &template("anna")).await.is_ok();
        let expected: &[&str] = if is_kept { &["begun", "answered"] } else { &["hung_up"] };
        assert_eq!(log, expected, "left after {n_polls} looks");
        if stayed.is_some() {
            assert!(n_polls > 2 && is_kept, "{n_polls}");
            return;
        }
    }
    unreachable!("nobody waits for a hundred steps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_is_done_and_recorded_or_neither() {
    for n_polls in 1..100 {
        let fixture = service();
        fixture.enroll(photo(OBAMA), "anna").await.expect("one face");
        let stayed =
            leaving_after(n_polls, fixture.service.delete_template(&fixture.app, &template("anna"))).await;
        let log = ends(&fixture, "delete_template").await;
        let is_kept = fixture.service.get_template(&fixture.app, &template("anna")).await.is_ok();
        let expected: &[&str] = if is_kept { &["hung_up"] } else { &["begun", "answered"] };
        assert_eq!(log, expected, "left after {n_polls} looks");
        if stayed.is_some() {
            assert!(n_polls > 1 && !is_kept, "{n_polls}");
            return;
        }
    }
    unreachable!("nobody waits for a hundred steps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comparison_that_is_left_gives_its_slot_back_and_hurts_nobody() {
    let fixture = service();
    let whole = fixture.verify(photo(OBAMA), photo(BIDEN)).await.expect("two faces");
    for n_polls in 1..100 {
        let stayed = leaving_after(n_polls, fixture.verify(photo(OBAMA), photo(BIDEN))).await;
        if let Some(again) = stayed {
            assert_eq!(again.expect("two faces").comparison, whole.comparison);
            break;
        }
    }
    let log = ends(&fixture, "verify").await;
    let (last, left) = log.split_last().expect("records");
    assert_eq!((last.as_str(), left[0].as_str()), ("answered", "answered"));
    assert!(!left[1..].is_empty() && left[1..].iter().all(|outcome| outcome == "hung_up"), "{log:?}");
}
