//! Does a probability of .8 come true in eight of ten cases? (Reliability diagram.)

/// Predictions of about the same probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// Number of predictions.
    pub n: usize,
    /// Their mean.
    pub predicted: f64,
    /// Share that came true.
    pub observed: f64,
}

/// `(came true, probability)` in `n_bins` equal bins of 0 to 1, empty ones left out; 1 belongs to the last.
#[must_use]
pub fn reliability(samples: &[(bool, f64)], n_bins: usize) -> Vec<ReliabilityBin> {
    let mut bins = vec![(0_usize, 0.0, 0_usize); n_bins.max(1)];
    for (came_true, probability) in samples {
        let bin = ((probability * n_bins as f64).max(0.0) as usize).min(bins.len() - 1);
        bins[bin].0 += 1;
        bins[bin].1 += probability;
        bins[bin].2 += usize::from(*came_true);
    }
    let filled = bins.into_iter().filter(|(n, ..)| *n > 0);
    filled
        .map(|(n, sum, came_true)| ReliabilityBin {
            n,
            predicted: sum / n as f64,
            observed: came_true as f64 / n as f64,
        })
        .collect()
}

/// Mean distance between prediction and truth over all samples; `None` without any.
#[must_use]
pub fn calibration_error(bins: &[ReliabilityBin]) -> Option<f64> {
    let total: usize = bins.iter().map(|bin| bin.n).sum();
    let off: f64 = bins.iter().map(|bin| bin.n as f64 * (bin.predicted - bin.observed).abs()).sum();
    (total > 0).then(|| off / total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_what_was_said_and_what_came() {
        let samples = [(true, 0.9), (true, 1.0), (false, 0.8), (false, 0.1), (true, 0.1)];
        let bins = reliability(&samples, 4);
        assert_eq!(bins.len(), 2);
        assert_eq!((bins[0].n, bins[0].predicted, bins[0].observed), (2, 0.1, 0.5));
        assert!((bins[1].predicted - 0.9).abs() < 1e-12 && (bins[1].observed - 2.0 / 3.0).abs() < 1e-12);
        let expected = (2.0 * 0.4 + 3.0 * (0.9 - 2.0 / 3.0)) / 5.0;
        assert!((calibration_error(&bins).expect("samples") - expected).abs() < 1e-12);
    }

    #[test]
    fn nothing_said_nothing_wrong() {
        assert_eq!((reliability(&[], 4).len(), calibration_error(&[])), (0, None));
    }
}
