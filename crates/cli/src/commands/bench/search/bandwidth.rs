//! How fast the machine reads memory, on as many threads as a search.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

const RUNS: usize = 7;
/// What a thread takes at a time: half a megabyte, as in a search.
const PIECE_WORDS: usize = 1 << 16;
/// Less would lie in the caches of a core.
const LEAST_BYTES: usize = 64 << 20;

/// Bytes a second at which `n_threads` threads read `bytes` bytes together, piece by piece; the best of some runs.
pub(super) fn measured(bytes: usize, n_threads: usize) -> f64 {
    let n_words = bytes.max(LEAST_BYTES) / size_of::<u64>();
    let words: Vec<u64> = (0..n_words as u64).collect();
    let mut best = 0.0_f64;
    for _ in 0..RUNS {
        let next = AtomicUsize::new(0);
        let read = || {
            while let Some(piece) = words.chunks(PIECE_WORDS).nth(next.fetch_add(1, Ordering::Relaxed)) {
                black_box(summed(black_box(piece)));
            }
        };
        let started = Instant::now();
        thread::scope(|scope| {
            for _ in 1..n_threads {
                scope.spawn(read);
            }
            read();
        });
        best = best.max(size_of_val(words.as_slice()) as f64 / started.elapsed().as_secs_f64());
    }
    best
}

/// The sum of `words`, in several parts: the additions wait for the memory and not for each other.
fn summed(words: &[u64]) -> u64 {
    let (chunks, rest) = words.as_chunks::<16>();
    let mut sums = [0_u64; 16];
    for chunk in chunks {
        for (sum, word) in sums.iter_mut().zip(chunk) {
            *sum = sum.wrapping_add(*word);
        }
    }
    sums.iter().chain(rest).fold(0, |sum, word| sum.wrapping_add(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_once() {
        let words: Vec<u64> = (1..=100).collect();
        assert_eq!(summed(&words), 5050);
    }
}
