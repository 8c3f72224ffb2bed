//! The drawing of a sequence: `front` first, then movements that nobody can foresee.

use crate::error::{InternalError, ServiceError};
use crate::movement::Movement;

/// `front` and `n_steps` - 1 of `movements`, each equally likely, none twice in a row.
///
/// `movements` holds at least two, or one where there is only one to draw.
///
/// # Errors
/// The system gives no randomness.
pub(crate) fn draw(n_steps: usize, movements: &[Movement]) -> Result<Vec<Movement>, ServiceError> {
    let mut drawn = vec![Movement::Front];
    while drawn.len() < n_steps {
        let last = drawn.last().copied();
        let others: Vec<Movement> =
            movements.iter().copied().filter(|movement| Some(*movement) != last).collect();
        let Some(movement) = others.get(below(others.len())?) else { break };
        drawn.push(*movement);
    }
    Ok(drawn)
}

/// A random number from 0 to `count` - 1, each equally likely.
fn below(count: usize) -> Result<usize, ServiceError> {
    let count = u8::try_from(count).unwrap_or(u8::MAX).max(1);
    // Bytes beyond the last whole multiple would favour small numbers: they are drawn again.
    let bound = u8::MAX - u8::MAX % count;
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(|error| InternalError::NoRandomness(error.to_string()))?;
        if byte[0] < bound {
            return Ok(usize::from(byte[0] % count));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const THREE: [Movement; 3] = [Movement::Left, Movement::Up, Movement::MouthOpen];

    #[test]
    fn a_sequence_begins_with_front_and_repeats_nothing_at_once() {
        for _ in 0..200 {
            let drawn = draw(6, &THREE).expect("randomness");
            assert_eq!((drawn.len(), drawn[0]), (6, Movement::Front));
            assert!(drawn.windows(2).all(|pair| pair[0] != pair[1]), "{drawn:?}");
            assert!(drawn[1..].iter().all(|movement| THREE.contains(movement)), "{drawn:?}");
        }
    }

    #[test]
    fn every_sequence_is_equally_likely() {
        let mut counts: HashMap<Vec<Movement>, u32> = HashMap::new();
        for _ in 0..12_000 {
            *counts.entry(draw(4, &THREE).expect("randomness")).or_default() += 1;
        }
        // 3 x 2 x 2 sequences, 1000 each on average with a standard deviation of 30: 200 off is 6.6 of them.
        assert_eq!(counts.len(), 12);
        assert!(counts.values().all(|count| count.abs_diff(1000) < 200), "{counts:?}");
    }
}
