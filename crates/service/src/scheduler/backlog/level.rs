//! Work shared out among threads that are busy for different times.

use std::time::Duration;

/// When threads that are `busy` for these times have done `work` as well, each beginning with it as it gets free.
pub(super) fn level(mut busy: Vec<Duration>, work: Duration) -> Duration {
    busy.sort_unstable();
    let mut level = busy.first().copied().unwrap_or_default();
    let mut left = work;
    for (index, next) in busy.iter().enumerate().skip(1) {
        let n_free = u32::try_from(index).unwrap_or(u32::MAX);
        let room = (*next - level).saturating_mul(n_free);
        if left <= room {
            return level + left / n_free;
        }
        left -= room;
        level = *next;
    }
    level + left / u32::try_from(busy.len()).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_share_the_work_as_they_get_free() {
        let ms = Duration::from_millis;
        let rows: [(&[u64], u64, u64); 6] = [
            (&[0, 0], 100, 50),
            (&[0, 30_000], 100, 100),
            (&[20, 60], 0, 20),
            (&[20, 60], 40, 60),
            (&[20, 60], 140, 110),
            (&[10, 20, 30], 30, 30),
        ];
        for (busy, work, expected) in rows {
            let found = level(busy.iter().map(|millis| ms(*millis)).collect(), ms(work));
            assert_eq!(found, ms(expected), "{busy:?} and {work}");
        }
    }
}
