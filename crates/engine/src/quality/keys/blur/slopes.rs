//! How fast slopes flatten when an image is smoothed: fast where it was sharp, hardly where it was blurred already.
//!
//! An edge blurred by s and smoothed by t has a slope in proportion to 1 / sqrt(s^2 + t^2); ratios between levels of
//! smoothing tell s whatever the height of the edge, so neither exposure nor contrast matters (the idea of Zhuo and
//! Sim, "Defocus map estimation from a single image", 2011). Two kinds of ratio: at the strongest edges, which
//! compression leaves alone, and over the region in its softest direction, which betrays motion.

use super::super::super::context::{GreyImage, Region};

/// Levels: the image, and smoothed by standard deviations of 1, 2.2 and 4.6 pixels.
const LEVELS: usize = 4;
/// The level on which the strongest edges are chosen: smooth enough that noise and blocks are none.
const EDGE_LEVEL: usize = 2;
/// Share of the region that counts as edges.
const EDGE_SHARE: f64 = 0.1;
/// Added to slopes so that flat images have ratios; far below what a visible edge has, in values per pixel.
const FLOOR: f64 = 0.02;
/// Directions of a slope: along rows, along columns, both diagonals.
const DIRECTIONS: usize = 4;

/// Logarithms of the ratios of slopes between neighbouring levels: three at the edges, three in the softest
/// direction. Both largest for the sharpest image.
pub(super) fn features(image: &GreyImage, region: &Region) -> [f64; 6] {
    let mut level = image.clone();
    let mut slopes = vec![Slopes::of(&level, region)];
    for step in [1, 2, 4] {
        level = smoothed(&level, step);
        slopes.push(Slopes::of(&level, region));
    }
    let edges = strongest(&slopes[EDGE_LEVEL].steepness);
    let at_edges: Vec<f64> = slopes.iter().map(|level| mean_at(&level.steepness, &edges)).collect();
    let mut features = [0.0; 6];
    for idx in 0..LEVELS - 1 {
        let (sharper, softer) = (&slopes[idx], &slopes[idx + 1]);
        features[idx] = log_ratio(at_edges[idx], at_edges[idx + 1]);
        features[LEVELS - 1 + idx] = (0..DIRECTIONS)
            .map(|direction| log_ratio(sharper.directional[direction], softer.directional[direction]))
            .fold(f64::INFINITY, f64::min);
    }
    features
}

fn log_ratio(sharper: f64, softer: f64) -> f64 {
    ((sharper + FLOOR) / (softer + FLOOR)).ln()
}

/// Slopes of one level, in values per pixel.
struct Slopes {
    /// Length of the gradient at each pixel of the region.
    steepness: Vec<f32>,
    /// Root mean square over the region of the slope in each direction.
    directional: [f64; DIRECTIONS],
}

impl Slopes {
    fn of(image: &GreyImage, region: &Region) -> Self {
        let (width, height) = (image.size().width as usize, image.size().height as usize);
        let values = image.values();
        let mut steepness = Vec::with_capacity(region.area() as usize);
        let mut squares = [0.0_f64; DIRECTIONS];
        for (y, columns) in region.rows() {
            let row = |y: usize| &values[y * width..(y + 1) * width];
            let (above, here, below) = (row(y.saturating_sub(1)), row(y), row((y + 1).min(height - 1)));
            for x in columns {
                let (left, right) = (x.saturating_sub(1), (x + 1).min(width - 1));
                let slopes = [
                    (here[right] - here[left]) / 2.0,
                    (below[x] - above[x]) / 2.0,
                    (below[right] - above[left]) / 2.0,
                    (below[left] - above[right]) / 2.0,
                ];
                for (sum, slope) in squares.iter_mut().zip(slopes) {
                    *sum += f64::from(slope * slope);
                }
                steepness.push((slopes[0] * slopes[0] + slopes[1] * slopes[1]).sqrt());
            }
        }
        let count = steepness.len() as f64;
        Self { steepness, directional: squares.map(|sum| (sum / count).sqrt()) }
    }
}

/// Indices of the largest values: a share of [`EDGE_SHARE`], and all that equal the least of them.
fn strongest(values: &[f32]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    let last_below = ((1.0 - EDGE_SHARE) * (sorted.len() - 1) as f64) as usize;
    let (_, &mut least, _) = sorted.select_nth_unstable_by(last_below, f32::total_cmp);
    values.iter().enumerate().filter(|(_, value)| **value >= least).map(|(idx, _)| idx).collect()
}

fn mean_at(values: &[f32], indices: &[usize]) -> f64 {
    indices.iter().map(|&idx| f64::from(values[idx])).sum::<f64>() / indices.len() as f64
}

/// Smoothed along rows and columns by 1 4 6 4 1 (over 16) at every `step`-th pixel; edges are repeated.
fn smoothed(image: &GreyImage, step: usize) -> GreyImage {
    let columns = smoothed_rows(image, step).transposed();
    smoothed_rows(&columns, step).transposed()
}

fn smoothed_rows(image: &GreyImage, step: usize) -> GreyImage {
    let last = image.size().width as usize - 1;
    image.map_rows(|row, out| {
        for (x, value) in out.iter_mut().enumerate() {
            let (near_left, near_right) = (x.saturating_sub(step), (x + step).min(last));
            let (far_left, far_right) = (x.saturating_sub(2 * step), (x + 2 * step).min(last));
            let near = row[near_left] + row[near_right];
            let far = row[far_left] + row[far_right];
            *value = (far + 4.0 * near + 6.0 * row[x]) / 16.0;
        }
    })
}

#[cfg(test)]
mod tests {
    use faceward_core::Point;

    use super::*;
    use crate::image::Size;

    fn whole(size: Size) -> Region {
        let (right, bottom) = (size.width as f32, size.height as f32);
        Region::hull(
            &[(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)].map(|(x, y)| Point::new(x, y)),
            size,
        )
    }

    /// One bright column of 16 on black.
    fn line() -> GreyImage {
        let size = Size { width: 9, height: 5 };
        let values = (0..45).map(|idx| if idx % 9 == 4 { 16.0 } else { 0.0 }).collect();
        GreyImage::new(size, values).expect("45 values")
    }

    #[test]
    fn a_line_is_smoothed_into_the_kernel() {
        assert_eq!(smoothed(&line(), 1).values()[..9], [0.0, 0.0, 1.0, 4.0, 6.0, 4.0, 1.0, 0.0, 0.0]);
        assert_eq!(smoothed(&line(), 2).values()[..9], [1.0, 0.0, 4.0, 0.0, 6.0, 0.0, 4.0, 0.0, 1.0]);
    }

    #[test]
    fn slopes_are_central_differences() {
        let slopes = Slopes::of(&line(), &whole(line().size()));
        // Two columns of nine have a slope of 8 along the row; none has one along the column.
        assert_eq!(slopes.steepness[..9], [0.0, 0.0, 0.0, 8.0, 0.0, 8.0, 0.0, 0.0, 0.0]);
        assert!((slopes.directional[0] - (2.0 * 64.0 / 9.0_f64).sqrt()).abs() < 1e-6);
        assert!(slopes.directional[1].abs() < 1e-9);
    }

    #[test]
    fn the_strongest_tenth_is_chosen() {
        let values: Vec<f32> = (0..101_u8).map(f32::from).collect();
        assert_eq!(strongest(&values), (90..101).collect::<Vec<_>>());
        assert_eq!(strongest(&[1.0; 5]).len(), 5);
    }

    #[test]
    fn a_flat_image_has_ratios_of_one() {
        let flat = GreyImage::new(Size::square(8), vec![77.0; 64]).expect("64 values");
        assert_eq!(features(&flat, &whole(flat.size())), [0.0; 6]);
    }

    #[test]
    fn contrast_does_not_change_the_ratios() {
        let [weak, strong] = [40.0_f32, 160.0].map(|height| {
            let size = Size { width: 32, height: 16 };
            let values = (0..512).map(|idx| if idx % 32 < 16 { 0.0 } else { height }).collect();
            features(&GreyImage::new(size, values).expect("512 values"), &whole(size))
        });
        for (a, b) in weak.into_iter().zip(strong) {
            assert!((a - b).abs() < 0.05, "{weak:?} {strong:?}");
        }
    }
}
