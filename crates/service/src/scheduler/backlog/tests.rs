//! Who is let in, who is refused, and who goes first: facts about a backlog at one moment.

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

struct Item {
    name: &'static str,
    abandoned: bool,
}

impl Abandonable for Item {
    fn is_abandoned(&self) -> bool {
        self.abandoned
    }
}

const fn item(name: &'static str) -> Item {
    Item { name, abandoned: false }
}

const fn photos(n_photos: usize) -> Demand {
    Demand { kind: "verify", n_photos, urgency: Urgency::Interactive }
}

const BATCH: Demand = Demand { urgency: Urgency::Bulk, ..photos(1) };

/// Two threads, a second of patience, 100 ms a photo.
fn backlog(start: Instant) -> Backlog<Item> {
    let mut backlog = Backlog::new(NonZeroUsize::MIN.saturating_add(1), ms(1000));
    let place = backlog.admit(photos(1), start).expect("an empty house");
    backlog.push(&place, 0, item("measured"));
    let begun = backlog.begin(start).expect("it waits");
    backlog.finish(begun.number, start + ms(100), true);
    backlog
}

fn order(backlog: &mut Backlog<Item>) -> Vec<&'static str> {
    backlog.clear().into_iter().map(|item| item.name).collect()
}

#[test]
fn whoever_would_wait_longer_than_allowed_is_told_when_all_is_done() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let mut n_inside = 0;
    let refused = loop {
        match backlog.admit(photos(1), start) {
            Ok(place) => backlog.push(&place, 0, item("inside")),
            Err(refused) => break refused,
        };
        n_inside += 1;
    };
    // 20 photos of 100 ms are a second of two threads: the 21st still begins in time.
    assert_eq!((n_inside, refused), (21, ms(1050)));
    assert!(backlog.begin(start).is_some());
    assert!(backlog.begin(start).is_some());
    assert!(backlog.admit(photos(1), start).is_err(), "running is not done");
    assert!(backlog.admit(photos(1), start + ms(50)).is_ok());
}

#[test]
fn what_nobody_waits_for_costs_no_time() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let place = backlog.admit(photos(40), start).expect("nobody is inside");
    for index in 0..40 {
        backlog.push(&place, index, Item { name: "left", abandoned: true });
    }
    assert_eq!(backlog.wait_behind(None, start), Duration::ZERO);
}

#[test]
fn a_photo_that_takes_unusually_long_is_not_expected_to_end_soon() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let place = backlog.admit(photos(1), start).expect("nobody is inside");
    backlog.push(&place, 0, item("slow"));
    assert!(backlog.begin(start).is_some());
    assert_eq!(backlog.rest("verify", start, start + ms(40)), ms(60));
    assert_eq!(backlog.rest("verify", start, start + ms(5000)), ms(5000));
    assert_eq!(backlog.wait_behind(None, start + ms(5000)), Duration::ZERO, "the other thread is free");
}

#[test]
fn a_short_request_does_not_wait_for_all_photos_of_a_long_one() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let long = backlog.admit(photos(6), start).expect("room");
    for (index, name) in ["1", "2", "3", "4", "5", "6"].into_iter().enumerate() {
        backlog.push(&long, index, item(name));
    }
    let short = backlog.admit(photos(1), start + ms(150)).expect("room");
    backlog.push(&short, 0, item("short"));
    assert_eq!(order(&mut backlog), ["1", "2", "3", "4", "short", "5", "6"]);
}

#[test]
fn a_batch_lets_others_pass_for_half_a_patience() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let batch = backlog.admit(BATCH, start).expect("room");
    backlog.push(&batch, 0, item("batch"));
    for (after, name) in [(100, "soon"), (499, "in time"), (501, "too late")] {
        let place = backlog.admit(photos(1), start + ms(after)).expect("room");
        backlog.push(&place, 0, item(name));
    }
    assert_eq!(order(&mut backlog), ["soon", "in time", "batch", "too late"]);
}

#[test]
fn a_batch_is_let_in_only_while_there_is_little_to_do() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let place = backlog.admit(photos(11), start).expect("room");
    for index in 0..11 {
        backlog.push(&place, index, item("inside"));
    }
    assert_eq!(backlog.admit(BATCH, start), Err(ms(550)));
    assert!(backlog.admit(photos(1), start).is_ok());
}

#[test]
fn photos_of_one_request_count() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    // 12 photos each: 600 ms of two threads.
    let place = backlog.admit(photos(12), start).expect("room");
    for index in 0..12 {
        backlog.push(&place, index, item("first"));
    }
    let place = backlog.admit(photos(12), start).expect("room");
    for index in 0..12 {
        backlog.push(&place, index, item("second"));
    }
    assert_eq!(backlog.admit(photos(12), start), Err(ms(1200)), "its last photo would wait too long");
    assert!(backlog.admit(photos(1), start).is_ok(), "its only photo would not");
}

#[test]
fn photos_count_from_the_admission_on_and_no_longer_than_they_are_expected() {
    let start = Instant::now();
    let mut backlog = backlog(start);
    let place = backlog.admit(photos(12), start).expect("room");
    assert_eq!(backlog.wait_behind(None, start), ms(600), "none is here yet");
    assert_eq!(backlog.len(), 0);
    backlog.push(&place, 3, item("the fourth"));
    assert!(backlog.begin(start).is_some_and(|begun| begun.item.name == "the fourth"), "others are not here");
    backlog.leave(&place);
    assert_eq!(backlog.wait_behind(None, start), Duration::ZERO, "one thread is free, nothing waits");
}
