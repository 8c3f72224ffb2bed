//! Crowds, in simulated time: whoever is let in is answered within twice the patience, beside what it takes alone.
//!
//! Virtual threads take from the backlog and hold what they take for as long as the scene says. Nothing is timed.

use super::*;

const N_THREADS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(1);

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A photo of the client with this number in the list of requests.
struct Photo {
    request: usize,
}

impl Abandonable for Photo {
    fn is_abandoned(&self) -> bool {
        false
    }
}

/// What a photo of a kind takes at a time.
type Takes = fn(&'static str, Duration) -> Duration;

/// Somebody who asks, again and again until the scene ends: at once after an answer, when told to after a refusal.
#[derive(Clone, Copy)]
struct Client {
    kind: &'static str,
    n_photos: usize,
    urgency: Urgency,
    /// When it comes first, and how long it pauses between an answer and its next request.
    comes: Duration,
    pause: Duration,
}

#[derive(Clone, Copy)]
enum Event {
    Comes(usize),
    Done { number: u64, request: usize },
}

struct Request {
    client: usize,
    came: Duration,
    n_left: usize,
    /// What its photos took, all together, and the slowest of them.
    work: Duration,
    slowest: Duration,
}

struct World<'a> {
    start: Instant,
    clients: &'a [Client],
    takes: Takes,
    ends: Duration,
    backlog: Backlog<Photo>,
    events: BTreeMap<(Duration, usize), Event>,
    n_events: usize,
    n_idle: usize,
    requests: Vec<Request>,
    answered: Vec<Answered>,
    n_refused: usize,
    busy: Duration,
}

/// A request that was let in.
struct Answered {
    client: usize,
    /// From its coming to its answer, less what it would take alone.
    waited: Duration,
}

/// What came of a scene.
struct Outcome {
    answered: Vec<Answered>,
    n_refused: usize,
    /// Time that all threads worked.
    busy: Duration,
}

fn play(clients: &[Client], takes: Takes, ends: Duration) -> Outcome {
    let n_threads = NonZeroUsize::new(N_THREADS).expect("threads");
    let mut world = World {
        start: Instant::now(),
        clients,
        takes,
        ends,
        backlog: Backlog::new(n_threads, PATIENCE),
        events: BTreeMap::new(),
        n_events: 0,
        n_idle: N_THREADS,
        requests: Vec::new(),
        answered: Vec::new(),
        n_refused: 0,
        busy: Duration::ZERO,
    };
    for (client, Client { comes, .. }) in clients.iter().enumerate() {
        world.at(*comes, Event::Comes(client));
    }
    while let Some(((now, _), event)) = world.events.pop_first() {
        world.happens(now, event);
    }
    assert!(world.requests.iter().all(|request| request.n_left == 0), "everybody let in is answered");
    let World { answered, n_refused, busy, .. } = world;
    Outcome { answered, n_refused, busy }
}

impl World<'_> {
    fn at(&mut self, time: Duration, event: Event) {
        self.n_events += 1;
        self.events.insert((time, self.n_events), event);
    }

    fn happens(&mut self, now: Duration, event: Event) {
        match event {
            Event::Comes(client) if now < self.ends => self.comes(client, now),
            Event::Comes(_) => {}
            Event::Done { number, request } => self.done(number, request, now),
        }
        while self.n_idle > 0
            && let Some(Begun { item, number }) = self.backlog.begin(self.start + now)
        {
            self.n_idle -= 1;
            let request = &mut self.requests[item.request];
            let takes = (self.takes)(self.clients[request.client].kind, now);
            request.work += takes;
            request.slowest = request.slowest.max(takes);
            self.busy += takes;
            self.at(now + takes, Event::Done { number, request: item.request });
        }
    }

    fn comes(&mut self, client: usize, now: Duration) {
        let Client { kind, n_photos, urgency, .. } = self.clients[client];
        match self.backlog.admit(Demand { kind, n_photos, urgency }, self.start + now) {
            Ok(place) => {
                let request = self.requests.len();
                self.requests.push(Request {
                    client,
                    came: now,
                    n_left: n_photos,
                    work: Duration::ZERO,
                    slowest: Duration::ZERO,
                });
                for index in 0..n_photos {
                    self.backlog.push(&place, index, Photo { request });
                }
            }
            Err(retry_after) => {
                assert!(self.n_idle == 0, "refused while a thread is idle");
                self.n_refused += 1;
                self.at(now + retry_after.max(ms(1)), Event::Comes(client));
            }
        }
    }

    fn done(&mut self, number: u64, request: usize, now: Duration) {
        self.backlog.finish(number, self.start + now, true);
        self.n_idle += 1;
        let request = &mut self.requests[request];
        request.n_left -= 1;
        if request.n_left == 0 {
            let alone = request.slowest.max(request.work / N_THREADS as u32);
            let (client, took) = (request.client, now - request.came);
            self.answered.push(Answered { client, waited: took.saturating_sub(alone) });
            self.at(now + self.clients[client].pause, Event::Comes(client));
        }
    }
}

const ONE: Client = Client {
    kind: "verify",
    n_photos: 2,
    urgency: Urgency::Interactive,
    comes: Duration::ZERO,
    pause: Duration::ZERO,
};

/// A crowd of all sorts: comparisons, lists of 16, answers of 30 frames, batches.
fn all_sorts() -> Vec<Client> {
    let mut clients = Vec::new();
    for number in 0..60_u64 {
        let comes = ms(number * 37 % 400);
        clients.push(match number % 10 {
            0 => Client { kind: "list", n_photos: 16, comes, ..ONE },
            1 => Client { kind: "answer", n_photos: 30, comes, pause: ms(5_000), ..ONE },
            2 | 3 => Client { kind: "batch", n_photos: 1, urgency: Urgency::Bulk, comes, ..ONE },
            _ => Client { comes, ..ONE },
        });
    }
    clients
}

fn steady(kind: &'static str, _: Duration) -> Duration {
    match kind {
        "list" => ms(30),
        "answer" => ms(55),
        _ => ms(45),
    }
}

/// Some photos take five times as long, in no order that anybody could foresee.
fn uneven(kind: &'static str, now: Duration) -> Duration {
    let is_slow = now.as_millis() * 7919 % 97 < 10;
    if is_slow { steady(kind, now) * 5 } else { steady(kind, now) }
}

/// After ten seconds the machine is half as fast.
fn slowing(kind: &'static str, now: Duration) -> Duration {
    if now < ms(10_000) { steady(kind, now) } else { steady(kind, now) * 2 }
}

/// The longest that anybody waited.
fn longest(outcome: &Outcome) -> Duration {
    outcome.answered.iter().map(|answered| answered.waited).max().expect("somebody was answered")
}

#[test]
fn sixty_clients_at_once_are_answered_in_time_or_told_to_come_back() {
    let clients = [ONE; 60];
    let outcome = play(&clients, steady, ms(30_000));
    assert!(longest(&outcome) <= PATIENCE + ms(45), "those of one kind wait no longer than allowed");
    assert!(outcome.n_refused > 0, "sixty are more than fit");
    let full = 2 * (ms(30_000) - ms(45));
    assert!(outcome.busy >= full, "{:?}: refusing leaves no thread idle", outcome.busy);
}

#[test]
fn before_anything_was_measured_few_are_let_in_and_soon_more() {
    let clients = [Client { pause: ms(60_000), ..ONE }; 60];
    let outcome = play(&clients, steady, ms(10));
    assert_eq!(outcome.answered.len(), 5, "a quarter of a second for each photo, two threads, a second");
    let slow = |_: &'static str, _: Duration| ms(450);
    let outcome = play(&clients, slow, ms(10));
    assert!(longest(&outcome) <= 2 * PATIENCE, "even where a photo takes twice as long");
}

#[test]
fn all_sorts_of_requests_are_answered_within_twice_the_patience() {
    let clients = all_sorts();
    for (what, takes) in [("steady", steady as Takes), ("uneven", uneven), ("slowing", slowing)] {
        let outcome = play(&clients, takes, ms(60_000));
        let longest = longest(&outcome);
        assert!(longest <= 2 * PATIENCE, "{what}: {longest:?}");
        let answered =
            |n_photos| outcome.answered.iter().any(|answered| clients[answered.client].n_photos == n_photos);
        assert!([1, 2, 16, 30].into_iter().all(answered), "{what}: every sort gets its share");
        assert!(outcome.n_refused > 0, "{what}");
    }
}

#[test]
fn whoever_comes_back_when_told_is_let_in_if_nobody_else_came() {
    let start = Instant::now();
    let n_threads = NonZeroUsize::new(N_THREADS).expect("threads");
    let mut backlog = Backlog::new(n_threads, PATIENCE);
    let one = Demand { kind: "verify", n_photos: 1, urgency: Urgency::Interactive };
    let retry_after = loop {
        match backlog.admit(one, start) {
            Ok(place) => drop(backlog.push(&place, 0, Photo { request: 0 })),
            Err(retry_after) => break retry_after,
        }
    };
    let mut now = Duration::ZERO;
    while now < retry_after {
        let running: Vec<_> = (0..N_THREADS).filter_map(|_| backlog.begin(start + now)).collect();
        now += super::super::times::UNMEASURED;
        running.into_iter().for_each(|begun| backlog.finish(begun.number, start + now, true));
    }
    assert_eq!(backlog.wait_behind(None, start + now), Duration::ZERO);
    assert!(backlog.admit(one, start + retry_after).is_ok());
}
