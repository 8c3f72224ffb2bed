//! The rotations that were used last.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::SealingError;
use crate::rotation::{Rotation, SEED_BYTES};

/// Rotations that are kept: one takes 100 kB for 160 values, and a millisecond to make.
const KEPT: usize = 64;

/// Those that were used last, the last of them first.
#[derive(Default)]
pub(crate) struct Rotations(Mutex<VecDeque<Kept>>);

struct Kept {
    seed: Zeroizing<[u8; SEED_BYTES]>,
    length: usize,
    rotation: Arc<Rotation>,
}

impl Rotations {
    /// That of `seed` for vectors of `length` values, made if it is not kept.
    pub(crate) fn of(&self, seed: &[u8; SEED_BYTES], length: usize) -> Result<Arc<Rotation>, SealingError> {
        if let Some(rotation) = self.kept(seed, length) {
            return Ok(rotation);
        }
        let rotation = Arc::new(Rotation::of(seed, length)?);
        let mut kept = self.0.lock();
        kept.truncate(KEPT - 1);
        kept.push_front(Kept { seed: Zeroizing::new(*seed), length, rotation: Arc::clone(&rotation) });
        Ok(rotation)
    }

    fn kept(&self, seed: &[u8; SEED_BYTES], length: usize) -> Option<Arc<Rotation>> {
        let mut kept = self.0.lock();
        let at = kept.iter().position(|kept| *kept.seed == *seed && kept.length == length)?;
        let found = kept.remove(at)?;
        let rotation = Arc::clone(&found.rotation);
        kept.push_front(found);
        Some(rotation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_used_last_are_kept_and_all_are_those_of_their_seeds() {
        let rotations = Rotations::default();
        let vector = [0.6, 0.8, 0.0];
        for round in 0..2 {
            for number in 0..u8::try_from(KEPT + 9).expect("few") {
                for length in [2, 3] {
                    let turned =
                        rotations.of(&[number; SEED_BYTES], length).expect("made").turned(&vector[..length]);
                    let made = Rotation::of(&[number; SEED_BYTES], length).expect("made");
                    assert_eq!(turned, made.turned(&vector[..length]), "{round} {number} {length}");
                }
            }
        }
        assert_eq!(rotations.0.lock().len(), KEPT);
        assert!(rotations.kept(&[0; SEED_BYTES], 3).is_none(), "it was used first");
        assert!(rotations.kept(&[u8::try_from(KEPT + 8).expect("few"); SEED_BYTES], 3).is_some());
    }
}
