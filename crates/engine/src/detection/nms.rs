//! Non-maximum suppression: of boxes that show the same face, the surest remains.

use super::Detection;

/// Overlap (intersection over true union) from which two boxes show the same face.
const SAME_FACE: f32 = 0.3;

/// The surest detection of each face, surest first. Ties keep the order of `detections`, so the result is
/// deterministic.
pub(super) fn surest_of_each(mut detections: Vec<Detection>) -> Vec<Detection> {
    detections.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Detection> = Vec::new();
    for detection in detections {
        if kept.iter().all(|other| other.rect.iou(&detection.rect) < SAME_FACE) {
            kept.push(detection);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::yunet::tests::detection;

    const BIG: [f32; 4] = [0.0, 0.0, 10.0, 10.0];
    const SHIFTED: [f32; 4] = [0.0, 2.0, 10.0, 12.0];
    const CORNER: [f32; 4] = [8.0, 8.0, 18.0, 18.0];
    const INSIDE: [f32; 4] = [0.0, 0.0, 5.0, 5.0];

    #[track_caller]
    fn check(given: &[(f32, [f32; 4])], expected: &[f32]) {
        let kept = surest_of_each(given.iter().map(|(score, rect)| detection(*score, *rect)).collect());
        assert_eq!(kept.iter().map(|d| d.score).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_surest_of_overlapping_boxes_remains() {
        // 80 of 120 square pixels are shared.
        check(&[(0.8, SHIFTED), (0.9, BIG)], &[0.9]);
    }

    #[test]
    fn boxes_that_share_a_little_both_remain() {
        // 4 of 196, and 25 of 100: below 0.3.
        check(&[(0.8, CORNER), (0.9, BIG)], &[0.9, 0.8]);
        check(&[(0.9, BIG), (0.8, INSIDE)], &[0.9, 0.8]);
    }

    #[test]
    fn nothing_gives_nothing() {
        check(&[], &[]);
    }
}
