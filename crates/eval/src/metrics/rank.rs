//! Rank correlation: does one thing rise when another does?

/// Spearman's rank correlation of `pairs`, -1 to 1, tied values sharing their mean rank. `None` if fewer than two pairs
/// or either side is constant.
#[must_use]
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let left = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let right = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    pearson(&left, &right)
}

/// Rank of each value, counted from 0; ties share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    for block in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let first = order.partition_point(|place| values[*place] < values[block[0]]);
        let shared = first as f64 + (block.len() - 1) as f64 / 2.0;
        block.iter().for_each(|place| ranks[*place] = shared);
    }
    ranks
}

fn pearson(left: &[f64], right: &[f64]) -> Option<f64> {
    let n = left.len() as f64;
    let (mean_left, mean_right) = (left.iter().sum::<f64>() / n, right.iter().sum::<f64>() / n);
    let (mut product, mut squares_left, mut squares_right) = (0.0, 0.0, 0.0);
    for (a, b) in left.iter().zip(right) {
        let (a, b) = (a - mean_left, b - mean_right);
        product += a * b;
        squares_left += a * a;
        squares_right += b * b;
    }
    let scale = (squares_left * squares_right).sqrt();
    (scale > 0.0).then(|| product / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(f64, f64)], expected: Option<f64>) {
        match (spearman(pairs), expected) {
            (Some(actual), Some(expected)) => assert!((actual - expected).abs() < 1e-12, "{actual}"),
            (actual, expected) => assert_eq!(actual, expected),
        }
    }

    #[test]
    fn only_the_order_counts() {
        check(&[(1.0, 10.0), (2.0, 1000.0), (3.0, 1001.0)], Some(1.0));
        check(&[(1.0, 9.0), (2.0, 4.0), (3.0, 1.0)], Some(-1.0));
        // d = 1, 1, 0, 0: 1 - 6 x 2 / (4 x 15).
        check(&[(1.0, 2.0), (2.0, 1.0), (3.0, 3.0), (4.0, 4.0)], Some(0.8));
    }

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]), [1.5, 0.0, 1.5, 3.0]);
        // Ranks 0, 1.5, 1.5 against 0, 1, 2: covariance 1.5 over sqrt(1.5 x 2).
        check(&[(1.0, 1.0), (2.0, 2.0), (2.0, 3.0)], Some(1.5 / 3.0_f64.sqrt()));
    }

    #[test]
    fn what_does_not_change_has_no_correlation() {
        check(&[(1.0, 1.0), (1.0, 2.0)], None);
        check(&[(1.0, 1.0)], None);
        check(&[], None);
    }
}
