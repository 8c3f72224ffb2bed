//! A client that leaves, at every stage: what it began is either not done, and the log says so, or done, and the log
//! says so.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use faceward_core::TemplateId;
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

/// How every `action` ended, in the order of the log, with the template that it was about, once the service has ended.
async fn ends(fixture: &Fixture, action: &str) -> Vec<(Option<TemplateId>, String)> {
    fixture.service.shutdown().await;
    let reader = AuditReader::open(fixture.folder.path()).expect("it opens").expect("a log");
    let records = reader.page(&AuditFilter::default(), 0, 10_000).expect("a page");
    let events = records.into_iter().map(|record| record.event).filter(|event| event.action == action);
    events.map(|event| (event.template, event.outcome.into_owned())).collect()
}

/// Nobody waits for so many steps.
const MOST_POLLS: usize = 100;

fn numbered(n_polls: usize) -> String {
    format!("anna-{n_polls}")
}

/// Holds the log of `action` on the template of everybody who left, and of the last one, who stayed, to what became of it.
async fn check(fixture: &Fixture, action: &str, n_clients: usize, done_if_kept: bool) {
    let log = ends(fixture, action).await;
    for n_polls in 1..=n_clients {
        let id = template(&numbered(n_polls));
        let ends = log.iter().filter(|(of, _)| of.as_ref() == Some(&id)).map(|(_, end)| end.as_str());
        let is_kept = fixture.service.get_template(&fixture.app, &id).await.is_ok();
        let is_done = is_kept == done_if_kept;
        let expected: &[&str] = if is_done { &["begun", "answered"] } else { &["hung_up"] };
        assert_eq!(ends.collect::<Vec<_>>(), expected, "left after {n_polls} looks");
        assert!(is_done || n_polls < n_clients, "who stays sees it done");
    }
    assert!(n_clients > 1, "somebody left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_enrolment_is_done_and_recorded_or_neither() {
    let fixture = service();
    for n_polls in 1..MOST_POLLS {
        let id = numbered(n_polls);
        if leaving_after(n_polls, fixture.enroll(photo(OBAMA), &id)).await.is_some() {
            assert!(n_polls > 2, "{n_polls}");
            return check(&fixture, "enroll", n_polls, true).await;
        }
    }
    unreachable!("an enrolment ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_is_done_and_recorded_or_neither() {
    let fixture = service();
    for n_polls in 1..MOST_POLLS {
        let id = numbered(n_polls);
        fixture.enroll(photo(OBAMA), &id).await.expect("one face");
        let id = template(&id);
        let deleting = fixture.service.delete_template(&fixture.app, &id);
        if leaving_after(n_polls, deleting).await.is_some() {
            return check(&fixture, "delete_template", n_polls, false).await;
        }
    }
    unreachable!("a deletion ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comparison_that_is_left_gives_its_slot_back_and_hurts_nobody() {
    let fixture = service();
    let whole = fixture.verify(photo(OBAMA), photo(BIDEN)).await.expect("two faces");
    for n_polls in 1..MOST_POLLS {
        let stayed = leaving_after(n_polls, fixture.verify(photo(OBAMA), photo(BIDEN))).await;
        if let Some(again) = stayed {
            assert_eq!(again.expect("two faces").comparison, whole.comparison);
            break;
        }
    }
    let log: Vec<String> = ends(&fixture, "verify").await.into_iter().map(|(_, end)| end).collect();
    let (last, left) = log.split_last().expect("records");
    assert_eq!((last.as_str(), left[0].as_str()), ("answered", "answered"));
    assert!(!left[1..].is_empty() && left[1..].iter().all(|outcome| outcome == "hung_up"), "{log:?}");
}
