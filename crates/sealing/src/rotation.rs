//! The secret rotation of an app: an orthogonal map, by which a vector is turned before it leaves the process unsealed.
//!
//! It follows from a data key of the app alone, so that there is no other secret to keep, and with the key it is gone. Of all
//! rotations of that many dimensions each is as likely as any other: a product of reflections at random planes, of ever fewer
//! dimensions (G. W. Stewart, SIAM J. Numer. Anal. 17, 1980). Cosines stay as they are, but for rounding.
//!
//! The random numbers are made here, of HMAC-SHA256, and not by a library that may make others in its next version: what was
//! turned by a key must be found by it for as long as it lies there.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::SealingError;

/// Bytes of a seed.
pub(crate) const SEED_BYTES: usize = 32;

/// A rotation of vectors of one length.
pub(crate) struct Rotation {
    /// Unit vectors across the planes of the reflections: the first has all dimensions, the last two.
    across: Vec<Zeroizing<Vec<f64>>>,
    /// Whether a value changes its sign at the end.
    turned_over: Vec<bool>,
}

impl Rotation {
    /// That of `seed` for vectors of `length` values. Takes a millisecond for 160 of them, and grows with the square.
    pub(crate) fn of(seed: &[u8; SEED_BYTES], length: usize) -> Result<Self, SealingError> {
        let mut numbers = Numbers::new(seed, length)?;
        let mut across = Vec::with_capacity(length.saturating_sub(1));
        let mut turned_over = Vec::with_capacity(length);
        for n_values in (2..=length).rev() {
            let mut vector: Zeroizing<Vec<f64>> =
                Zeroizing::new((0..n_values).map(|_| numbers.normal()).collect());
            let norm = norm(&vector);
            // Away from zero, so that nothing cancels.
            turned_over.push(vector[0] >= 0.0);
            vector[0] += norm.copysign(vector[0]);
            let across_norm = self::norm(&vector);
            vector.iter_mut().for_each(|value| *value /= across_norm);
            across.push(vector);
        }
        turned_over.push(numbers.normal() >= 0.0);
        Ok(Self { across, turned_over })
    }

    /// `vector`, turned: rounded once, at the end.
    pub(crate) fn turned(&self, vector: &[f32]) -> Vec<f32> {
        let mut turned: Zeroizing<Vec<f64>> =
            Zeroizing::new(vector.iter().map(|value| f64::from(*value)).collect());
        // The smallest first, as the product is written.
        for across in self.across.iter().rev() {
            let first = turned.len() - across.len();
            let part = &mut turned[first..];
            let twice = 2.0 * part.iter().zip(across.iter()).map(|(x, y)| x * y).sum::<f64>();
            part.iter_mut().zip(across.iter()).for_each(|(value, along)| *value -= twice * along);
        }
        let over = turned.iter().zip(&self.turned_over);
        over.map(|(value, over)| if *over { -value as f32 } else { *value as f32 }).collect()
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// Normally distributed numbers that follow from a seed.
struct Numbers {
    mac: Hmac<Sha256>,
    block: u64,
    uniform: Vec<f64>,
    other: Option<f64>,
}

impl Numbers {
    fn new(seed: &[u8; SEED_BYTES], length: usize) -> Result<Self, SealingError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(seed).map_err(|_| SealingError::TooLong)?;
        mac.update(&(length as u64).to_le_bytes());
        Ok(Self { mac, block: 0, uniform: Vec::new(), other: None })
    }

    /// Box and Muller: two of them from two uniform ones.
    fn normal(&mut self) -> f64 {
        if let Some(other) = self.other.take() {
            return other;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.other = Some(radius * sine);
        radius * cosine
    }

    /// Above 0, up to 1.
    fn uniform(&mut self) -> f64 {
        loop {
            if let Some(number) = self.uniform.pop() {
                return number;
            }
            let mut mac = self.mac.clone();
            mac.update(&self.block.to_le_bytes());
            self.block += 1;
            let block = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
            let (words, _) = block.as_chunks::<8>();
            let fraction = |word: &[u8; 8]| (u64::from_le_bytes(*word) >> 11) as f64 + 1.0;
            self.uniform.extend(words.iter().map(|word| fraction(word) / (1_u64 << 53) as f64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation(seed: u8, length: usize) -> Rotation {
        Rotation::of(&[seed; SEED_BYTES], length).expect("a rotation")
    }

    /// Of unit length, and different for each `seed`.
    fn unit(seed: u64, length: usize) -> Vec<f32> {
        let mut numbers = Numbers::new(&[7; SEED_BYTES], length).expect("numbers");
        numbers.block = seed << 32;
        let vector: Vec<f64> = (0..length).map(|_| numbers.normal()).collect();
        let norm = norm(&vector);
        vector.iter().map(|value| (value / norm) as f32).collect()
    }

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    }

    #[test]
    fn cosines_stay_to_the_rounding_of_f32() {
        for length in [1, 2, 3, 17, 160, 640] {
            let rotation = rotation(1, length);
            for seed in 0..20 {
                let (a, b) = (unit(seed, length), unit(seed + 100, length));
                let (before, after) = (dot(&a, &b), dot(&rotation.turned(&a), &rotation.turned(&b)));
                // Each value is rounded by up to 2^-24 of itself.
                assert!((before - after).abs() <= 2.1 * 2.0_f64.powi(-24), "{length}: {before} {after}");
            }
        }
    }

    #[test]
    fn the_columns_are_orthogonal() {
        let (length, rotation) = (24, rotation(2, 24));
        let column =
            |at: usize| rotation.turned(&(0..length).map(|i| f32::from(i == at)).collect::<Vec<_>>());
        for one in 0..length {
            for other in 0..length {
                let expected = f64::from(u8::from(one == other));
                assert!((dot(&column(one), &column(other)) - expected).abs() < 1e-6, "{one} {other}");
            }
        }
    }

    const EXPECTED: [f32; 5] = [0.126_341_88, -0.286_786_17, -0.447_923_45, 0.612_773_4, 0.570_670_4];

    /// What lies in a database was turned by these numbers: they stay for ever.
    #[test]
    fn a_seed_gives_the_same_rotation_for_ever_and_another_seed_another() {
        let vector = unit(1, 5);
        let turned = rotation(3, 5).turned(&vector);
        for (value, expected) in turned.iter().zip(EXPECTED) {
            assert!((value - expected).abs() < 1e-6, "{turned:?}");
        }
        assert!(dot(&turned, &rotation(4, 5).turned(&vector)).abs() < 0.99);
        assert!(dot(&unit(1, 160), &rotation(3, 160).turned(&unit(1, 160))).abs() < 0.4, "it turns far");
    }

    /// Whatever is turned, each direction is as likely: the mean over many seeds is nowhere, in no dimension.
    #[test]
    fn no_direction_is_more_likely_than_another() {
        let vector = unit(1, 4);
        let (mut mean, mut square) = ([0.0; 4], [0.0; 4]);
        for seed in 0..=u8::MAX {
            for (at, value) in rotation(seed, 4).turned(&vector).into_iter().enumerate() {
                mean[at] += f64::from(value) / 256.0;
                square[at] += f64::from(value).powi(2) / 256.0;
            }
        }
        for at in 0..4 {
            assert!(mean[at].abs() < 0.15 && (square[at] - 0.25).abs() < 0.08, "{mean:?} {square:?}");
        }
    }
}
