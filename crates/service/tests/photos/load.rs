//! Under load: refused at once, given up in time, shut down in order, the same answer as alone.

use std::num::NonZeroUsize;
use std::time::Duration;

use faceward_service::{FaceOptions, InspectRequest, ServiceError, Settings};

use crate::fixture::{BIDEN, OBAMA, photo, service_with, settings};

fn inspect(name: &str) -> InspectRequest {
    InspectRequest { photo: photo(name), options: FaceOptions::default() }
}

fn with_slots(n_slots: usize) -> Settings {
    let mut settings = settings();
    settings.compute.max_requests = NonZeroUsize::new(n_slots).expect("a slot");
    settings
}

#[tokio::test]
async fn without_a_slot_nothing_is_computed() {
    let fixture = service_with(with_slots(1));
    let permit = fixture.service.admit().expect("the only slot");
    let refused = fixture.service.inspect(inspect(OBAMA)).await;
    assert!(
        matches!(refused, Err(ServiceError::Overloaded { retry_after }) if retry_after.as_secs() >= 1),
        "{refused:?}"
    );
    drop(permit);
    // It gives its slot back.
    assert!(fixture.service.inspect(inspect(OBAMA)).await.is_ok());
    assert!(fixture.service.inspect(inspect(OBAMA)).await.is_ok());
}

#[tokio::test]
async fn a_request_is_given_up_when_its_time_is_over() {
    let mut settings = settings();
    settings.compute.request_timeout = Duration::from_millis(1);
    let late = service_with(settings).service.inspect(inspect(OBAMA)).await;
    assert!(matches!(late, Err(ServiceError::TimedOut)), "{late:?}");
}

#[tokio::test]
async fn a_service_that_shuts_down_takes_nothing_new() {
    let fixture = service_with(settings());
    assert!(fixture.service.ready().await.is_ok());
    fixture.service.shutdown().await;
    assert!(matches!(fixture.service.ready().await, Err(ServiceError::ShuttingDown)));
    let refused = fixture.service.inspect(inspect(OBAMA)).await;
    assert!(matches!(refused, Err(ServiceError::ShuttingDown)), "{refused:?}");
}

#[tokio::test]
async fn what_was_accepted_before_a_shutdown_is_answered() {
    let fixture = service_with(settings());
    // Polled in this order: the request is let in before the shutdown begins.
    let (answer, ()) = tokio::join!(fixture.service.inspect(inspect(OBAMA)), fixture.service.shutdown());
    assert!(answer.is_ok(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_photos_give_the_same_answer_whatever_the_load() {
    let mut settings = with_slots(64);
    settings.compute.workers = NonZeroUsize::MIN.saturating_add(1);
    let fixture = service_with(settings);
    let alone = fixture.verify(photo(OBAMA), photo(BIDEN)).await.expect("two faces");
    let crowd: Vec<_> = (0..12)
        .map(|number| {
            let (service, swapped) = (fixture.service.clone(), number % 2 == 1);
            let (first, second) = if swapped { (BIDEN, OBAMA) } else { (OBAMA, BIDEN) };
            let options = FaceOptions::default();
            let request =
                faceward_service::VerifyRequest { first: photo(first), second: photo(second), options };
            tokio::spawn(async move { service.verify(request).await })
        })
        .collect();
    for answer in crowd {
        let answer = answer.await.expect("no panic").expect("two faces");
        assert_eq!(answer.comparison, alone.comparison);
    }
}
