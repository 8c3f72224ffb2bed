//! The interval of a share of independent cases (Wilson 1927).

use super::bootstrap::Interval;

/// The normal quantile of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// 95 % of a `share` among `count` cases that do not depend on each other; the whole range without a case.
#[must_use]
pub fn wilson(share: f64, count: u64) -> Interval {
    if count == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let n = count as f64;
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    // At 0 and 1 the ends are the share itself, but for rounding.
    let (low, high) = ((middle - half) / whole, (middle + half) / whole);
    Interval { low: low.clamp(0.0, share), high: high.clamp(share, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(share: f64, count: u64, expected: [f64; 2]) {
        let [low, high] = wilson(share, count).ends();
        assert!((low - expected[0]).abs() < 5e-4 && (high - expected[1]).abs() < 5e-4, "{low} to {high}");
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        check(0.5, 10, [0.2366, 0.7634]);
        check(0.0, 100, [0.0, 0.0370]);
        check(1.0, 20, [0.8389, 1.0]);
        check(0.0, 0, [0.0, 1.0]);
    }
}
