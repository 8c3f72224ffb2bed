//! Steps between neighbouring pixels, folded at a period.
//!
//! A step counts by how much it exceeds the steps before and after it, relative to all three: what is measured is the
//! pattern, not its contrast. Means over all rows leave one value a column; at the borders of blocks it stands out.

use super::super::super::context::GreyImage;

/// Added to the steps so that differences of single grey values count little. Grey values, 0 to 255.
const NOISE: f32 = 2.0;
/// Share of columns with steps at all that counts as none: keeps nearly flat images from having a pattern.
const FLAT: f64 = 0.15;
/// Periods nearer to each other than this, times their square over the length, look alike.
const RESOLUTION: f64 = 1.2;
/// Shortest and longest period that is searched, in pixels; blocks that were scaled by 0.6 to 1.6.
const PERIODS: (f64, f64) = (4.8, 13.0);

/// Mean excess of the steps between neighbouring columns, and between neighbouring rows.
pub(super) struct Steps {
    between_columns: Profile,
    between_rows: Profile,
}

/// One direction.
struct Profile {
    /// For each pair of neighbours, the mean over all lines of (step - others) / (step + others + noise).
    excess: Vec<f32>,
    total: f64,
    /// Mean of (step + others) / (step + others + noise): 0 (flat) to 1.
    activity: f64,
}

impl Steps {
    pub(super) fn of(image: &GreyImage) -> Self {
        Self { between_columns: Profile::of(image), between_rows: Profile::of(&image.transposed()) }
    }

    /// How much steps at every `period`-th pixel exceed the others, wherever the grid starts.
    pub(super) fn strength(&self, period: f64) -> f64 {
        let (columns, rows) = (&self.between_columns, &self.between_rows);
        (columns.comb(period) + rows.comb(period)) / (columns.activity + rows.activity + 2.0 * FLAT)
    }

    /// The column and row at which the strongest grid of whole `period` starts.
    pub(super) fn grid_of(&self, period: usize) -> [usize; 2] {
        [&self.between_columns, &self.between_rows].map(|profile| profile.start_of(period))
    }

    /// The largest strength at any period, but for `known` and what cannot be told from it. Periods are so close that
    /// no grid is lost between two of them.
    pub(super) fn strongest_but(&self, known: Option<usize>) -> f64 {
        let length = self.between_columns.excess.len().max(self.between_rows.excess.len()) as f64;
        let (shortest, longest) = PERIODS;
        let count = ((longest / shortest).ln() * length).ceil() as u32;
        let is_known = |period: f64| {
            known.is_some_and(|known| {
                (period - known as f64).abs() < RESOLUTION * (known * known) as f64 / length
            })
        };
        (0..=count)
            .map(|idx| shortest * (f64::from(idx) / length).exp())
            .filter(|period| !is_known(*period))
            .map(|period| self.strength(period))
            .fold(0.0, f64::max)
    }
}

impl Profile {
    fn of(image: &GreyImage) -> Self {
        // Three steps lie between four pixels; `GreyImage` may be narrower, then there is nothing to see.
        let n_pairs = (image.size().width as usize).saturating_sub(3);
        let mut excess = vec![0.0_f32; n_pairs];
        let mut activity = 0.0_f64;
        for row in image.rows() {
            let mut row_activity = 0.0_f32;
            for (sum, four) in excess.iter_mut().zip(row.windows(4)) {
                let step = (four[2] - four[1]).abs();
                let others = ((four[1] - four[0]).abs() + (four[3] - four[2]).abs()) / 2.0;
                let all = step + others + NOISE;
                *sum += (step - others) / all;
                row_activity += (step + others) / all;
            }
            activity += f64::from(row_activity);
        }
        let n_rows = image.size().height as f32;
        excess.iter_mut().for_each(|sum| *sum /= n_rows);
        let total = excess.iter().copied().map(f64::from).sum();
        let count = n_pairs.max(1) as f64 * f64::from(n_rows);
        Self { excess, total, activity: activity / count }
    }

    /// The pixel at which the strongest grid of `period` starts.
    fn start_of(&self, period: usize) -> usize {
        let mean_from = |start: usize| {
            let on_grid = self.excess.iter().skip(start).step_by(period);
            on_grid.clone().sum::<f32>() / on_grid.count().max(1) as f32
        };
        let strongest = (0..period).max_by(|a, b| mean_from(*a).total_cmp(&mean_from(*b))).unwrap_or(0);
        // A pair's step lies between the second and the third of its four pixels.
        (strongest + 2) % period
    }

    /// The largest difference, over all starts of the grid, of the mean on it and the mean off it.
    fn comb(&self, period: f64) -> f64 {
        (0..period.ceil() as u32).map(|start| self.tooth(f64::from(start), period)).fold(0.0, f64::max)
    }

    fn tooth(&self, start: f64, period: f64) -> f64 {
        let (mut place, mut sum, mut count) = (start + 0.5, 0.0_f64, 0.0_f64);
        while let Some(value) = self.excess.get(place as usize) {
            sum += f64::from(*value);
            count += 1.0;
            place += period;
        }
        let others = self.excess.len() as f64 - count;
        if count == 0.0 || others <= 0.0 { 0.0 } else { sum / count - (self.total - sum) / others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    /// Columns of `period` pixels, alternately 0 and 100.
    fn stripes(period: u32) -> GreyImage {
        let size = Size { width: 64, height: 8 };
        let values =
            (0..512_u32).map(|idx| if (idx % 64 / period).is_multiple_of(2) { 0.0 } else { 100.0 }).collect();
        GreyImage::new(size, values).expect("512 values")
    }

    #[test]
    fn a_step_counts_by_its_excess() {
        let profile = Profile::of(&stripes(8));
        // Pair 6 lies between pixels 7 and 8: a step of 100 beside none: 100 / 102. Its neighbours: -50 / 52.
        assert!((profile.excess[6] - 100.0 / 102.0).abs() < 1e-4, "{:?}", &profile.excess[4..9]);
        assert!((profile.excess[5] + 50.0 / 52.0).abs() < 1e-4);
        assert!(profile.excess[4].abs() < 1e-6);
    }

    #[test]
    fn the_comb_finds_its_period() {
        let steps = Steps::of(&stripes(8));
        let right = steps.strength(8.0);
        for wrong in [5.0, 6.0, 7.0, 9.0, 11.0] {
            assert!(steps.strength(wrong) < right / 2.0, "{wrong}: {} of {right}", steps.strength(wrong));
        }
        assert!(steps.strongest_but(None) >= right - 1e-9);
        assert!(steps.strongest_but(Some(8)) < right * 0.8);
        assert_eq!(steps.grid_of(8)[0], 0);
    }

    #[test]
    fn contrast_hardly_matters() {
        let strong = stripes(8);
        let weak =
            strong.map_rows(|row, out| out.iter_mut().zip(row).for_each(|(to, from)| *to = from / 4.0));
        let ratio = Steps::of(&weak).strength(8.0) / Steps::of(&strong).strength(8.0);
        assert!((ratio - 1.0).abs() < 0.15, "{ratio}");
    }
}
