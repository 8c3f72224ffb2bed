//! The scheduler with workers that only count: overload, hang-up, timeout, drain, panic.
//!
//! Jobs wait on gates that the test opens: nothing here depends on how fast the machine is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use tokio::time::Instant;

use super::*;

/// A worker that knows its number; workers are numbered in the order in which they are made.
struct Numbered(usize);

struct Fixture {
    scheduler: Scheduler<Numbered>,
    n_made: Arc<AtomicUsize>,
}

const LONG: Duration = Duration::from_secs(60);

fn at_least_one(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("more than 0")
}

/// One photo of somebody who waits.
const ONE: Demand = Demand { kind: "test", n_photos: 1, urgency: Urgency::Interactive };

/// Patience without end: what is refused is refused for want of a slot.
fn limits(max_requests: usize) -> Limits {
    Limits { max_requests: at_least_one(max_requests), wait: LONG * 1000 }
}

fn start(n_threads: usize, max_requests: usize) -> Fixture {
    start_with(n_threads, limits(max_requests))
}

fn start_with(n_threads: usize, limits: Limits) -> Fixture {
    let n_made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_made);
    let make_worker = move || Ok(Numbered(counter.fetch_add(1, Ordering::SeqCst)));
    let scheduler = Scheduler::start(at_least_one(n_threads), limits, make_worker);
    Fixture { scheduler: scheduler.expect("workers are made"), n_made }
}

impl Fixture {
    fn admit(&self) -> Permit {
        self.scheduler.admit(ONE).expect("a free slot")
    }

    fn submit<T: Send + 'static>(&self, work: impl FnOnce(&mut Numbered) -> T + Send + 'static) -> Ticket<T> {
        self.scheduler.submit(&self.admit(), |worker, _| work(worker)).expect("an open queue")
    }

    /// Occupies a thread until the returned gate is dropped; returns when the thread is occupied.
    fn occupy(&self) -> (mpsc::Sender<()>, Ticket<()>) {
        let (gate, opened) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let ticket = self.submit(move |_worker| {
            begin.send(()).expect("the test waits");
            // An error here is the gate being dropped: that opens it.
            assert!(opened.recv().is_err());
        });
        begun.recv().expect("the job begins");
        (gate, ticket)
    }
}

async fn result<T>(ticket: Ticket<T>) -> Result<T, JobError> {
    ticket.before(Instant::now() + LONG).await.map(|done| done.value)
}

#[tokio::test]
async fn work_is_done_and_answered() {
    let fixture = start(2, 8);
    let tickets: Vec<_> = (0..8).map(|number| fixture.submit(move |_worker| number * number)).collect();
    for (number, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(result(ticket).await, Ok(number * number));
    }
    assert_eq!(fixture.n_made.load(Ordering::SeqCst), 2, "one worker a thread");
}

#[tokio::test]
async fn both_jobs_of_a_request_run_at_once_on_two_threads() {
    let fixture = start(2, 1);
    let permit = fixture.admit();
    let (to_second, from_first) = mpsc::channel();
    let (to_first, from_second) = mpsc::channel();
    // Each waits for the other: one thread alone would wait for ever.
    let first = fixture.scheduler.submit(&permit, move |_, _| {
        to_second.send(1).expect("the other job listens");
        from_second.recv().expect("the other job speaks")
    });
    let second = fixture.scheduler.submit(&permit, move |_, _| {
        to_first.send(2).expect("the other job listens");
        from_first.recv().expect("the other job speaks")
    });
    assert_eq!(result(first.expect("queued")).await, Ok(2));
    assert_eq!(result(second.expect("queued")).await, Ok(1));
}

#[tokio::test]
async fn without_a_slot_a_request_is_refused_at_once() {
    let fixture = start(1, 2);
    let (first, second) = (fixture.admit(), fixture.admit());
    let Err(NotAdmitted::Overloaded { retry_after }) = fixture.scheduler.admit(ONE) else {
        panic!("the third of two slots");
    };
    assert!(retry_after >= Duration::from_secs(1));
    drop(first);
    drop(fixture.admit());
    drop(second);
}

#[tokio::test]
async fn who_would_wait_too_long_is_refused_though_there_are_slots() {
    let fixture = start_with(1, Limits { wait: Duration::from_millis(1), ..limits(64) });
    let (gate, occupied) = fixture.occupy();
    let Err(NotAdmitted::Overloaded { retry_after }) = fixture.scheduler.admit(ONE) else {
        panic!("the only thread is busy");
    };
    assert_eq!(
        retry_after,
        Duration::from_secs(1),
        "a photo that was never measured takes a quarter of that"
    );
    drop(gate);
    assert_eq!(result(occupied).await, Ok(()));
    assert!(fixture.scheduler.admit(ONE).is_ok());
}

#[tokio::test]
async fn photos_that_are_announced_count_until_their_request_leaves() {
    let fixture = start_with(1, Limits { wait: Duration::from_millis(1), ..limits(64) });
    let announced = fixture.scheduler.admit(Demand { n_photos: 2, ..ONE }).expect("nobody is inside");
    assert!(matches!(fixture.scheduler.admit(ONE), Err(NotAdmitted::Overloaded { .. })));
    drop(announced);
    assert!(fixture.scheduler.admit(ONE).is_ok());
}

#[tokio::test]
async fn work_can_ask_whether_anybody_still_waits() {
    let fixture = start(1, 4);
    let (begin, begun) = mpsc::channel();
    let (gate, opened) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    let work = move |_: &mut Numbered, meanwhile: Meanwhile<'_>| {
        begin.send((meanwhile.wanted)()).expect("the test waits");
        assert!(opened.recv().is_err());
        tell.send((meanwhile.wanted)()).expect("the test waits");
    };
    let ticket = fixture.scheduler.submit(&fixture.admit(), work).expect("an open queue");
    assert_eq!(begun.recv(), Ok(true));
    drop(ticket);
    drop(gate);
    assert_eq!(told.recv(), Ok(false));
}

#[tokio::test]
async fn a_slot_is_kept_while_its_job_runs_even_if_the_caller_is_gone() {
    let fixture = start(1, 1);
    let (gate, ticket) = fixture.occupy();
    drop(ticket);
    assert!(matches!(fixture.scheduler.admit(ONE), Err(NotAdmitted::Overloaded { .. })));
    drop(gate);
    fixture.scheduler.slots.all_free().await;
    assert!(fixture.scheduler.admit(ONE).is_ok());
}

#[tokio::test]
async fn who_hung_up_is_not_computed() {
    let fixture = start(1, 4);
    let (gate, occupied) = fixture.occupy();
    let n_run = Arc::new(AtomicUsize::new(0));
    let count = |ran: &Arc<AtomicUsize>| {
        let ran = Arc::clone(ran);
        move |_: &mut Numbered| ran.fetch_add(1, Ordering::SeqCst)
    };
    let gone = fixture.submit(count(&n_run));
    let patient = fixture.submit(count(&n_run));
    drop(gone);
    drop(gate);
    assert_eq!(result(occupied).await, Ok(()));
    assert_eq!(result(patient).await, Ok(0), "the job of the caller that hung up came first and was skipped");
    assert_eq!(n_run.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_job_that_is_late_is_given_up_and_skipped() {
    let fixture = start(1, 4);
    let (gate, occupied) = fixture.occupy();
    let n_run = Arc::new(AtomicUsize::new(0));
    let ran = Arc::clone(&n_run);
    let late = fixture.submit(move |_| ran.fetch_add(1, Ordering::SeqCst));
    assert_eq!(late.before(Instant::now()).await.err(), Some(JobError::TimedOut));
    drop(gate);
    assert_eq!(result(occupied).await, Ok(()));
    fixture.scheduler.slots.all_free().await;
    assert_eq!(n_run.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_panic_costs_one_job_and_its_worker() {
    let fixture = start(1, 4);
    assert_eq!(result(fixture.submit(|worker| worker.0)).await, Ok(0));
    let panicking = fixture.submit(|_worker| panic!("on purpose"));
    assert_eq!(result::<()>(panicking).await, Err(JobError::Panicked));
    assert_eq!(result(fixture.submit(|worker| worker.0)).await, Ok(1), "a new worker on the same thread");
}

#[tokio::test]
async fn a_thread_that_gets_no_new_worker_says_so_and_tries_again() {
    let made = AtomicUsize::new(0);
    let make_worker = move || match made.fetch_add(1, Ordering::SeqCst) {
        1 => Err("out of memory".to_owned()),
        number => Ok(Numbered(number)),
    };
    let one = at_least_one(1);
    let scheduler = Scheduler::start(one, limits(4), make_worker).expect("the first worker is made");
    let fixture = Fixture { scheduler, n_made: Arc::default() };
    assert_eq!(result(fixture.submit::<()>(|_| panic!("on purpose"))).await, Err(JobError::Panicked));
    let refused = result(fixture.submit(|worker| worker.0)).await;
    assert_eq!(refused, Err(JobError::NoWorker("out of memory".to_owned())));
    assert_eq!(result(fixture.submit(|worker| worker.0)).await, Ok(2));
}

#[tokio::test]
async fn without_a_worker_there_is_no_scheduler() {
    let started = Scheduler::<Numbered>::start(at_least_one(2), limits(1), || Err("no model".to_owned()));
    assert!(matches!(started, Err(SchedulerError::Worker(reason)) if reason == "no model"));
}

#[tokio::test]
async fn stopping_refuses_newcomers_and_finishes_who_is_inside() {
    let fixture = Arc::new(start(1, 4));
    let (gate, occupied) = fixture.occupy();
    let inside = fixture.admit();
    let queued = fixture.submit(|_| "queued");
    let stopping = tokio::spawn({
        let fixture = Arc::clone(&fixture);
        async move { fixture.scheduler.stop(LONG).await }
    });
    while fixture.scheduler.is_open() {
        tokio::task::yield_now().await;
    }
    assert_eq!(fixture.scheduler.admit(ONE).err(), Some(NotAdmitted::Stopping));
    let last =
        fixture.scheduler.submit(&inside, |_, _| "admitted before").expect("who is inside may still submit");
    drop((gate, inside));
    assert_eq!(result(occupied).await, Ok(()));
    assert_eq!(result(queued).await, Ok("queued"));
    assert_eq!(result(last).await, Ok("admitted before"));
    assert_eq!(stopping.await.expect("no panic"), 0, "everybody was answered");
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let fixture = start(1, 4);
    let idle = fixture.admit();
    assert_eq!(fixture.scheduler.stop(Duration::from_millis(1)).await, 1, "one request never finished");
    assert_eq!(fixture.scheduler.submit(&idle, |_, _| ()).err(), Some(JobError::Stopped));
    assert_eq!(fixture.scheduler.stop(Duration::from_millis(1)).await, 1, "stopping twice does no harm");
}

#[tokio::test]
async fn what_is_queued_when_patience_ends_is_told_so() {
    let fixture = start(1, 4);
    let (gate, occupied) = fixture.occupy();
    let queued = fixture.submit(|_| ());
    fixture.scheduler.slots.close();
    fixture.scheduler.refuse_queued();
    assert_eq!(result(queued).await, Err(JobError::Stopped));
    drop(gate);
    assert_eq!(result(occupied).await, Ok(()));
}

#[tokio::test]
async fn a_scheduler_that_is_dropped_ends_its_threads() {
    let fixture = start(1, 4);
    let threads = std::mem::take(&mut *fixture.scheduler.threads.lock());
    drop(fixture);
    for thread in threads {
        assert!(thread.join().is_ok());
    }
}

#[tokio::test]
async fn work_borrows_the_core_of_a_thread_that_waits_and_gives_it_back() {
    let fixture = start(2, 8);
    let borrow = |meanwhile: Meanwhile<'_>| {
        // The other thread may still be on its way to wait.
        let core = std::iter::repeat_with(|| (meanwhile.spare_core)()).find(Option::is_some).flatten();
        (core.is_some(), (meanwhile.spare_core)().is_some())
    };
    for _ in 0..2 {
        let ticket = fixture.scheduler.submit(&fixture.admit(), move |_, meanwhile| borrow(meanwhile));
        assert_eq!(result(ticket.expect("an open queue")).await, Ok((true, false)));
    }
    let (gate, occupied) = fixture.occupy();
    let alone = fixture.scheduler.submit(&fixture.admit(), |_, meanwhile| (meanwhile.spare_core)().is_some());
    assert_eq!(result(alone.expect("an open queue")).await, Ok(false));
    drop(gate);
    assert_eq!(result(occupied).await, Ok(()));
}
