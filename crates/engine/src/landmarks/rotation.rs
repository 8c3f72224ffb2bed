//! The rotation, and the similarity, that take one set of points closest to another.
//!
//! Closed form with unit quaternions: B. K. P. Horn, "Closed-form solution of absolute orientation using unit
//! quaternions", J. Opt. Soc. Am. A 4, 629 (1987).

/// Rows of a rotation matrix.
pub(super) type Rotation = [[f64; 3]; 3];

/// A point with the point that it should come to lie on, and how much the pair counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Where it is.
    pub(super) from: [f32; 3],
    /// Where it should be.
    pub(super) to: [f32; 3],
    /// 0 or more.
    pub(super) weight: f32,
}

/// Rotation about the mean, one scale, shift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Similarity {
    rotation: Rotation,
    scale: f64,
    from_mean: [f64; 3],
    to_mean: [f64; 3],
}

impl Similarity {
    /// Where `point` goes.
    pub(super) fn apply(&self, point: [f32; 3]) -> [f32; 3] {
        let centred: [f64; 3] = std::array::from_fn(|axis| f64::from(point[axis]) - self.from_mean[axis]);
        std::array::from_fn(|axis| {
            (self.scale * dot(&self.rotation[axis], &centred) + self.to_mean[axis]) as f32
        })
    }
}

/// The similarity that takes `from` closest to `to` in the sense of least squares. `None` as for [`best_rotation`].
pub(super) fn best_similarity(pairs: &[Pair]) -> Option<Similarity> {
    let rotation = best_rotation(pairs)?;
    let (from_mean, to_mean) = (mean(pairs, |pair| pair.from)?, mean(pairs, |pair| pair.to)?);
    let (mut along, mut spread) = (0.0, 0.0);
    for pair in pairs {
        let from: [f64; 3] = std::array::from_fn(|axis| f64::from(pair.from[axis]) - from_mean[axis]);
        let to: [f64; 3] = std::array::from_fn(|axis| f64::from(pair.to[axis]) - to_mean[axis]);
        let turned: [f64; 3] = std::array::from_fn(|axis| dot(&rotation[axis], &from));
        along += f64::from(pair.weight) * dot(&turned, &to);
        spread += f64::from(pair.weight) * dot(&from, &from);
    }
    Some(Similarity { rotation, scale: along / spread, from_mean, to_mean })
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The rotation R for which R `from` fits `to` best in the sense of least squares, after both were centred. `None`
/// where the points leave it open: too few, or all on one spot.
pub(super) fn best_rotation(pairs: &[Pair]) -> Option<Rotation> {
    let (from_mean, to_mean) = (mean(pairs, |pair| pair.from)?, mean(pairs, |pair| pair.to)?);
    let mut moments = [[0.0_f64; 3]; 3];
    for pair in pairs {
        for (row, from_value) in pair.from.iter().enumerate() {
            for (column, to_value) in pair.to.iter().enumerate() {
                moments[row][column] += f64::from(pair.weight)
                    * (f64::from(*from_value) - from_mean[row])
                    * (f64::from(*to_value) - to_mean[column]);
            }
        }
    }
    let spread = moments.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    if !spread.is_finite() || spread <= f64::EPSILON {
        return None;
    }
    Some(rotation_of(largest_eigenvector(horn_matrix(&moments))))
}

fn mean(pairs: &[Pair], of: impl Fn(&Pair) -> [f32; 3]) -> Option<[f64; 3]> {
    let total: f64 = pairs.iter().map(|pair| f64::from(pair.weight)).sum();
    let mut sum = [0.0; 3];
    for pair in pairs {
        for (sum, value) in sum.iter_mut().zip(of(pair)) {
            *sum += f64::from(pair.weight) * f64::from(value);
        }
    }
    (total > 0.0).then(|| sum.map(|value| value / total))
}

/// Horn's symmetric matrix, whose eigenvector to the largest eigenvalue is the quaternion.
fn horn_matrix(m: &[[f64; 3]; 3]) -> [[f64; 4]; 4] {
    let [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = *m;
    [
        [xx + yy + zz, yz - zy, zx - xz, xy - yx],
        [yz - zy, xx - yy - zz, xy + yx, zx + xz],
        [zx - xz, xy + yx, yy - xx - zz, yz + zy],
        [xy - yx, zx + xz, yz + zy, zz - xx - yy],
    ]
}

/// Cyclic Jacobi rotations: a symmetric 4 x 4 matrix is diagonal to machine precision after a few sweeps.
fn largest_eigenvector(mut matrix: [[f64; 4]; 4]) -> [f64; 4] {
    const N_SWEEPS: usize = 12;
    let mut vectors = [[0.0; 4]; 4];
    for (index, row) in vectors.iter_mut().enumerate() {
        row[index] = 1.0;
    }
    for _ in 0..N_SWEEPS {
        for p in 0..3 {
            for q in p + 1..4 {
                annihilate(&mut matrix, &mut vectors, p, q);
            }
        }
    }
    let largest =
        (0..4).fold(0, |best, index| if matrix[index][index] > matrix[best][best] { index } else { best });
    vectors.map(|row| row[largest])
}

/// One Jacobi rotation: makes `matrix[p][q]` zero and keeps track of it in the columns of `vectors`.
fn annihilate(matrix: &mut [[f64; 4]; 4], vectors: &mut [[f64; 4]; 4], p: usize, q: usize) {
    if matrix[p][q] == 0.0 {
        return;
    }
    let theta = 0.5 * (2.0 * matrix[p][q]).atan2(matrix[q][q] - matrix[p][p]);
    let (sin, cos) = theta.sin_cos();
    for row in matrix.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
    }
    // p is less than q.
    let (above, below) = matrix.split_at_mut(q);
    for (upper, lower) in above[p].iter_mut().zip(below[0].iter_mut()) {
        (*upper, *lower) = (cos * *upper - sin * *lower, sin * *upper + cos * *lower);
    }
}

/// The matrix of the unit quaternion w, x, y, z.
fn rotation_of([w, x, y, z]: [f64; 4]) -> Rotation {
    [
        [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORNERS: [[f32; 3]; 4] = [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0], [-1.0, 1.0, 0.5]];

    #[track_caller]
    fn check(name: &str, expected: Rotation, scale: f32, shift: f32) {
        let turn = |p: [f32; 3]| {
            expected.map(|row| (0..3).map(|i| row[i] * f64::from(p[i])).sum::<f64>() as f32 * scale + shift)
        };
        let pairs = CORNERS.map(|from| Pair { from, to: turn(from), weight: 1.0 });
        let found = best_rotation(&pairs).expect("a rotation");
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-5, "{name}: {found} instead of {expected}");
        }
    }

    #[test]
    fn turns_are_recovered_whatever_the_scale_and_place() {
        check("none", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], 1.0, 0.0);
        check("quarter about z", [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], 7.0, 100.0);
        check("half about x", [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]], 0.1, -3.0);
        check("3-4-5 about y", [[0.6, 0.0, 0.8], [0.0, 1.0, 0.0], [-0.8, 0.0, 0.6]], 1.0, 1.0);
    }

    #[test]
    fn a_similarity_is_recovered_with_its_scale_and_shift() {
        // A quarter turn about z, doubled, moved by (10, 20, 30).
        let to = |[x, y, z]: [f32; 3]| [10.0 - 2.0 * y, 20.0 + 2.0 * x, 30.0 + 2.0 * z];
        let pairs = CORNERS.map(|from| Pair { from, to: to(from), weight: 1.0 });
        let found = best_similarity(&pairs).expect("a similarity").apply([4.0, 5.0, 6.0]);
        for (found, expected) in found.iter().zip([0.0, 28.0, 42.0]) {
            assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
        }
    }

    #[test]
    fn a_single_spot_has_no_rotation() {
        assert_eq!(best_rotation(&[Pair { from: [1.0; 3], to: [2.0; 3], weight: 1.0 }; 5]), None);
        assert_eq!(best_rotation(&[]), None);
    }

    #[test]
    fn pairs_without_weight_do_not_count() {
        let mut pairs: Vec<_> = CORNERS.map(|from| Pair { from, to: from, weight: 1.0 }).into();
        pairs.push(Pair { from: [9.0, 0.0, 0.0], to: [0.0, 0.0, 50.0], weight: 0.0 });
        let found = best_rotation(&pairs).expect("a rotation");
        assert!((found[0][0] - 1.0).abs() < 1e-9 && found[0][2].abs() < 1e-9);
    }
}
