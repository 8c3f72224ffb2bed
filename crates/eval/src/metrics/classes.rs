//! Right and wrong answers over named classes, and errors of a number.

/// True class and answer of each sample, counted: `counts[truth][answer]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// Counts `(truth, answer)` over `n_classes` classes.
    #[must_use]
    pub fn new(n_classes: usize, answers: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![vec![0; n_classes]; n_classes];
        for (truth, answer) in answers {
            counts[truth][answer] += 1;
        }
        Self { counts }
    }

    /// `counts[truth][answer]`.
    #[must_use]
    pub fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    /// Share of right answers; `None` without samples.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        let total: u64 = self.counts.iter().flatten().sum();
        let right: u64 = self.counts.iter().enumerate().map(|(class, row)| row[class]).sum();
        (total > 0).then(|| right as f64 / total as f64)
    }

    /// Share of the samples of each class that were answered right; `None` for a class without samples.
    #[must_use]
    pub fn recalls(&self) -> Vec<Option<f64>> {
        let rows = self.counts.iter().enumerate();
        rows.map(|(class, row)| {
            let total: u64 = row.iter().sum();
            (total > 0).then(|| row[class] as f64 / total as f64)
        })
        .collect()
    }

    /// Mean share over the classes that occur, so that a frequent class does not hide a rare one. `None` if fewer than
    /// two occur: there is nothing to balance.
    #[must_use]
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let recalls: Vec<f64> = self.recalls().into_iter().flatten().collect();
        (recalls.len() > 1).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
    }
}

/// Mean of `values`; `None` of none.
#[must_use]
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_u64);
    for value in values {
        sum += value;
        n += 1;
    }
    (n > 0).then(|| sum / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequent_class_does_not_hide_a_rare_one() {
        // Eight of class 0, all right; two of class 1, one right.
        let answers = [(0, 0); 8].into_iter().chain([(1, 1), (1, 0)]);
        let confusion = Confusion::new(2, answers);
        assert_eq!((confusion.accuracy(), confusion.balanced_accuracy()), (Some(0.9), Some(0.75)));
        assert_eq!(confusion.counts(), [vec![8, 0], vec![1, 1]]);
    }

    #[test]
    fn classes_that_do_not_occur_are_left_out() {
        let confusion = Confusion::new(3, [(0, 0), (0, 2), (1, 1)]);
        assert_eq!(confusion.recalls(), [Some(0.5), Some(1.0), None]);
        assert_eq!(confusion.balanced_accuracy(), Some(0.75));
    }

    #[test]
    fn one_class_is_not_balanced_and_nothing_is_nothing() {
        assert_eq!(Confusion::new(2, [(0, 0)]).balanced_accuracy(), None);
        let empty = Confusion::new(2, []);
        assert_eq!((empty.accuracy(), empty.balanced_accuracy()), (None, None));
        assert_eq!((mean([]), mean([1.0, 2.0])), (None, Some(1.5)));
    }
}
