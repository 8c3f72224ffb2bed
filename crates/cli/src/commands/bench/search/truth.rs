//! What comparing with every template finds. The vectors are made anew, so that nothing is taken from the index.

use std::thread;

use faceward_core::{Cosine, Embedding};

use super::vectors::{Vectors, ids};

/// The best of a probe: bits of the cosine and text of the id.
pub(in crate::commands::bench) type Best = Vec<(u32, String)>;

/// The `limit` templates most like each probe, equals in the order of their ids; on `n_threads` threads.
pub(in crate::commands::bench) fn found(
    vectors: &Vectors,
    n_templates: u64,
    probes: &[Embedding],
    limit: usize,
    n_threads: usize,
) -> Vec<Best> {
    let share = n_templates.div_ceil(n_threads as u64).max(1);
    let starts = (0..n_templates).step_by(share as usize);
    let parts: Vec<Vec<Vec<(f32, u64)>>> = thread::scope(|scope| {
        let part = |from: u64| {
            scope.spawn(move || part(vectors, from..n_templates.min(from + share), probes, limit))
        };
        let running: Vec<_> = starts.map(part).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let of_probe = |at: usize| {
        let all = parts.iter().filter_map(|part| part.get(at)).flatten();
        let named = all.filter_map(|(cosine, number)| Some((*cosine, ids(*number)?.1.as_str().to_owned())));
        let mut best: Vec<(f32, String)> = named.collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        best.into_iter().take(limit).map(|(cosine, id)| (cosine.to_bits(), id)).collect()
    };
    (0..probes.len()).map(of_probe).collect()
}

/// The best of some templates, with every one that is as good as the last of them.
fn part(
    vectors: &Vectors,
    numbers: std::ops::Range<u64>,
    probes: &[Embedding],
    limit: usize,
) -> Vec<Vec<(f32, u64)>> {
    let mut best: Vec<Vec<(f32, u64)>> = vec![Vec::new(); probes.len()];
    for number in numbers {
        let Some(template) = vectors.template(number) else { continue };
        for (best, probe) in best.iter_mut().zip(probes) {
            let Cosine(cosine) = Cosine::of(probe.vector(), template.vector());
            if best.len() < limit || best.last().is_some_and(|(last, _)| cosine >= *last) {
                let at = best.partition_point(|(held, _)| *held >= cosine);
                best.insert(at, (cosine, number));
                let last = best.get(limit.saturating_sub(1)).map(|(last, _)| *last);
                best.retain(|(held, _)| last.is_none_or(|last| *held >= last));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_does_not_show_and_a_template_finds_itself() {
        let vectors = Vectors::new(16);
        let probes = [vectors.template(7).expect("a vector"), vectors.probe(1, 50).expect("a vector")];
        let one = found(&vectors, 50, &probes, 3, 1);
        assert_eq!(one, found(&vectors, 50, &probes, 3, 4));
        assert_eq!(one[0][0].1, ids(7).expect("ids").1.as_str());
        assert_eq!((one[0].len(), one[1].len()), (3, 3));
    }
}
