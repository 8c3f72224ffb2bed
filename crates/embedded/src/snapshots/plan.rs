//! Which rows of an app are worth a block.

use crate::EmbeddedError;
use crate::database::Stretch;
use crate::snapshots::pace::Pace;

/// The rows to write next, or nothing. `between` gives the first rows between two keys, at most as many as a full block has.
///
/// A gap between blocks, or after the last, that has enough rows is written; with it the small blocks at its sides, as long as they
/// fit into one block together. So the number of blocks stays in proportion to that of the rows.
pub(super) fn next(
    blocks: &[Stretch],
    least: usize,
    pace: &Pace,
    mut between: impl FnMut(i64, i64) -> Result<Option<Stretch>, EmbeddedError>,
) -> Result<Option<Stretch>, EmbeddedError> {
    for at in 0..=blocks.len() {
        let (left, right) = (at.checked_sub(1).and_then(|left| blocks.get(left)), blocks.get(at));
        let after = left.map_or(i64::MIN, |block| block.last);
        let before = right.map_or(i64::MAX, |block| block.first);
        if after.saturating_add(1) >= before {
            continue;
        }
        let Some(gap) = between(after, before)?.filter(|gap| gap.n_rows >= least.min(pace.rows)) else {
            continue;
        };
        if gap.n_rows >= pace.rows {
            return Ok(Some(gap));
        }
        let joined = [left, right].into_iter().flatten().fold(gap, |joined, block| {
            let n_rows = joined.n_rows + block.n_rows;
            if n_rows > pace.rows {
                return joined;
            }
            Stretch { first: joined.first.min(block.first), last: joined.last.max(block.last), n_rows }
        });
        return Ok(Some(joined));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        rows: 10,
        least: 3,
        least_busy: 5,
        every: std::time::Duration::ZERO,
        rest: 0,
        at_stop: std::time::Duration::ZERO,
    };

    /// Of rows with these keys and blocks of these ends, the first and last key to be written next.
    fn planned(keys: &[i64], blocks: &[(i64, i64)], least: usize) -> Option<(i64, i64, usize)> {
        let within = |first: i64, last: i64| -> Vec<i64> {
            keys.iter().copied().filter(|key| (first..=last).contains(key)).collect()
        };
        let blocks: Vec<_> = blocks
            .iter()
            .map(|(first, last)| Stretch { first: *first, last: *last, n_rows: within(*first, *last).len() })
            .collect();
        let next = next(&blocks, least, &PACE, |after, before| {
            let rows: Vec<i64> = within(after.saturating_add(1), before.saturating_sub(1))
                .into_iter()
                .take(PACE.rows)
                .collect();
            let ends = rows.first().zip(rows.last());
            Ok(ends.map(|(first, last)| Stretch { first: *first, last: *last, n_rows: rows.len() }))
        });
        let next = next.expect("no error");
        next.map(|Stretch { first, last, n_rows }| (first, last, n_rows))
    }

    fn keys(first: i64, last: i64) -> Vec<i64> {
        (first..=last).collect()
    }

    #[test]
    fn rows_are_written_in_full_blocks_and_then_what_is_left() {
        assert_eq!(planned(&[], &[], 3), None);
        assert_eq!(planned(&keys(1, 25), &[], 3), Some((1, 10, 10)));
        assert_eq!(planned(&keys(1, 25), &[(1, 10)], 3), Some((11, 20, 10)));
        assert_eq!(planned(&keys(1, 25), &[(1, 10), (11, 20)], 3), Some((21, 25, 5)));
        assert_eq!(planned(&keys(1, 25), &[(1, 10), (11, 20)], 6), None, "too few while much happens");
        assert_eq!(planned(&keys(1, 22), &[(1, 10), (11, 20)], 3), None, "too few at all");
        assert_eq!(planned(&keys(1, 20), &[(1, 10), (11, 20)], 1), None, "nothing is left");
    }

    #[test]
    fn rows_of_a_block_that_was_dropped_are_written_again() {
        let mut rows = keys(1, 30);
        rows.retain(|key| *key != 15);
        assert_eq!(planned(&rows, &[(1, 10), (21, 30)], 3), Some((11, 20, 9)));
    }

    #[test]
    fn small_blocks_beside_a_gap_are_joined_with_it() {
        assert_eq!(planned(&keys(1, 8), &[(1, 4)], 3), Some((1, 8, 8)));
        assert_eq!(planned(&keys(1, 14), &[(1, 7)], 3), Some((8, 14, 7)), "too many together");
        assert_eq!(planned(&keys(1, 10), &[(1, 3), (8, 10)], 3), Some((1, 10, 10)));
        assert_eq!(planned(&keys(1, 13), &[(1, 9), (13, 13)], 3), Some((10, 13, 4)));
    }
}
