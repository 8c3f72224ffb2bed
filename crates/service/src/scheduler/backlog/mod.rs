//! What waits and what runs, in which order, and how long a newcomer would wait. Pure: the time is an argument.
//!
//! Every photo has a turn: the moment at which it would begin if its request were alone. Whoever's turn is first is
//! computed first, so a request with many photos neither keeps a short one waiting for all of them nor falls behind for
//! each. A batch takes its turn half a patience later than it came: those who come meanwhile go first, and it is still
//! not kept waiting for ever. Nobody is let in by whom any photo, its own or another's, would begin more than a patience
//! after its turn.

mod level;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use super::demand::{Demand, Urgency};
use super::times::ServiceTimes;
use level::level;

/// Something that may no longer be wanted when its turn comes.
pub(super) trait Abandonable {
    /// Whether nobody waits for it any more: it will cost no time.
    fn is_abandoned(&self) -> bool;
}

/// The order: by turn, then by arrival.
type Turn = (Instant, u64);

/// The right to a turn for each photo of a request that was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    kind: &'static str,
    n_photos: usize,
    /// The turn of the first photo.
    first: Instant,
    /// Number of the first photo; the others follow.
    number: u64,
    /// What one photo is expected to take.
    each: Duration,
    /// How far apart turns are. None for a kind that was never measured: nobody is kept waiting for a guess.
    spacing: Duration,
    n_threads: NonZeroUsize,
}

impl Place {
    fn turn(&self, index: usize) -> Turn {
        (self.first + alone(self.spacing, index, self.n_threads), self.number + index as u64)
    }

    /// What those photos take whose turn is not after `turn`.
    fn work_until(&self, turn: Instant) -> Duration {
        let n_before = (0..self.n_photos).take_while(|index| self.turn(*index).0 <= turn).count();
        self.each.saturating_mul(u32::try_from(n_before).unwrap_or(u32::MAX))
    }
}

/// An item whose turn has come. [`Backlog::finish`] it by its number.
pub(super) struct Begun<T> {
    pub(super) item: T,
    pub(super) number: u64,
}

/// A photo that was announced, and is here or not yet.
struct Waiting<T> {
    kind: &'static str,
    item: Option<T>,
}

impl<T: Abandonable> Waiting<T> {
    /// Whether it will cost time.
    fn is_wanted(&self) -> bool {
        self.item.as_ref().is_none_or(|item| !item.is_abandoned())
    }
}

/// Everything that was let in and is not done.
pub(super) struct Backlog<T> {
    n_threads: NonZeroUsize,
    patience: Duration,
    times: ServiceTimes,
    waiting: BTreeMap<Turn, Waiting<T>>,
    running: HashMap<u64, (&'static str, Instant)>,
    next_number: u64,
}

impl<T: Abandonable> Backlog<T> {
    /// For `n_threads` threads. Nobody is let in who would wait longer than `patience`.
    pub(super) fn new(n_threads: NonZeroUsize, patience: Duration) -> Self {
        Self {
            n_threads,
            patience,
            times: ServiceTimes::default(),
            waiting: BTreeMap::new(),
            running: HashMap::new(),
            next_number: 0,
        }
    }

    /// Places for the photos of a request that comes at `now`; or, where it would wait too long, the time until everything
    /// that is inside is done. Photos count from here on, whether they are here or not.
    pub(super) fn admit(&mut self, demand: Demand, now: Instant) -> Result<Place, Duration> {
        let Demand { kind, n_photos, urgency } = demand;
        let inside = self.wait_behind(None, now);
        let spacing = self.times.measured(kind).unwrap_or_default();
        let (first, expected, patience) = match urgency {
            Urgency::Interactive => {
                let last = now + alone(spacing, n_photos.saturating_sub(1), self.n_threads);
                (now, self.wait_behind(Some(last), now), self.patience)
            }
            // So much may still come before it that it has to begin with half.
            Urgency::Bulk => (now + self.patience / 2, inside, self.patience / 2),
        };
        let (number, each, n_threads) = (self.next_number, self.times.of(kind), self.n_threads);
        let place = Place { kind, n_photos, first, number, each, spacing, n_threads };
        if expected > patience || self.would_be_late(&place, now) {
            return Err(inside);
        }
        self.next_number += n_photos as u64;
        let announced = (0..n_photos).map(|index| (place.turn(index), Waiting { kind, item: None }));
        self.waiting.extend(announced);
        Ok(place)
    }

    /// Brings photo `index` of a request; gives how many are here then.
    pub(super) fn push(&mut self, place: &Place, index: usize, item: T) -> usize {
        let (at, mut number) = place.turn(index);
        if index >= place.n_photos {
            // One that was not announced: it stands behind those that were.
            number = self.next_number;
            self.next_number += 1;
        }
        self.waiting.insert((at, number), Waiting { kind: place.kind, item: Some(item) });
        self.len()
    }

    /// Expects no more photos of a request than are here.
    pub(super) fn leave(&mut self, place: &Place) {
        for turn in (0..place.n_photos).map(|index| place.turn(index)) {
            if self.waiting.get(&turn).is_some_and(|waiting| waiting.item.is_none()) {
                self.waiting.remove(&turn);
            }
        }
    }

    /// Takes the item whose turn is first among those that are here: it runs from `now` on.
    pub(super) fn begin(&mut self, now: Instant) -> Option<Begun<T>> {
        let turn = self.waiting.iter().find(|(_, waiting)| waiting.item.is_some()).map(|(turn, _)| *turn)?;
        let Waiting { kind, item } = self.waiting.remove(&turn)?;
        let number = turn.1;
        self.running.insert(number, (kind, now));
        Some(Begun { item: item?, number })
    }

    /// Ends item `number`, which ran until `now`. `measured`: whether its time says anything about others.
    pub(super) fn finish(&mut self, number: u64, now: Instant, measured: bool) {
        if let Some((kind, began)) = self.running.remove(&number)
            && measured
        {
            self.times.record(kind, now.saturating_duration_since(began));
        }
    }

    /// How many are here and wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.values().filter(|waiting| waiting.item.is_some()).count()
    }

    /// Everything that is here and waits, in its order.
    pub(super) fn clear(&mut self) -> Vec<T> {
        std::mem::take(&mut self.waiting).into_values().filter_map(|waiting| waiting.item).collect()
    }

    /// The time until a thread is free for somebody whose turn is `turn`; `None`: for the very last.
    pub(super) fn wait_behind(&self, turn: Option<Instant>, now: Instant) -> Duration {
        let before = self.waiting.iter().take_while(|((at, _), _)| turn.is_none_or(|turn| *at <= turn));
        let wanted = before.map(|(_, waiting)| waiting).filter(|waiting| waiting.is_wanted());
        level(self.busy(now), wanted.map(|waiting| self.times.of(waiting.kind)).sum())
    }

    /// Whether `place` would make a photo late that was let in before: one whose turn comes later, and that would begin
    /// more than a patience after it.
    fn would_be_late(&self, place: &Place, now: Instant) -> bool {
        let busy = self.busy(now);
        let mut before = Duration::ZERO;
        for ((turn, _), waiting) in self.waiting.iter().filter(|(_, waiting)| waiting.is_wanted()) {
            let ahead = before + place.work_until(*turn);
            if *turn > now && now + level(busy.clone(), ahead) > *turn + self.patience {
                return true;
            }
            before += self.times.of(waiting.kind);
        }
        false
    }

    /// For how long each thread is busy with what it does now.
    fn busy(&self, now: Instant) -> Vec<Duration> {
        let running = self.running.values();
        let mut busy: Vec<Duration> = running.map(|(kind, began)| self.rest(kind, *began, now)).collect();
        busy.resize(busy.len().max(self.n_threads.get()), Duration::ZERO);
        busy
    }

    /// What is left of something that runs. What takes longer than is usual may take as long again.
    fn rest(&self, kind: &'static str, began: Instant, now: Instant) -> Duration {
        let (usual, so_far) = (self.times.of(kind), now.saturating_duration_since(began));
        if so_far <= usual { usual - so_far } else { so_far }
    }
}

/// After how long photo `index` of a request that is alone begins, if each takes `each`.
fn alone(each: Duration, index: usize, n_threads: NonZeroUsize) -> Duration {
    each.saturating_mul(u32::try_from(index / n_threads).unwrap_or(u32::MAX))
}
