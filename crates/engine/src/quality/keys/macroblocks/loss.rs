//! How much detail is missing inside blocks: strong compression sets most frequencies of a block to zero.
//!
//! Frequencies are taken on the grid of the codec and, for comparison, on one shifted by half a block, whose blocks
//! straddle the codec's: their difference is what the codec took, whatever the photo shows, and hardly depends on how
//! often the photo was compressed before.

use std::f32::consts::PI;
use std::sync::LazyLock;

use super::super::super::context::GreyImage;

/// Side of a block, in pixels, in JPEG and the common video codecs.
pub(super) const BLOCK: usize = 8;
/// The amplitude that counts half, in grey values: what compression removes is small.
const HALF: f32 = 4.0;
/// Added to both amounts of detail, so that flat images lose nothing.
const FLAT: f64 = 0.03;

/// One-dimensional cosine transform of [`BLOCK`] values, orthonormal: a row per frequency.
static COSINES: LazyLock<[[f32; BLOCK]; BLOCK]> = LazyLock::new(|| {
    std::array::from_fn(|frequency| {
        let scale = if frequency == 0 { (1.0 / BLOCK as f32).sqrt() } else { (2.0 / BLOCK as f32).sqrt() };
        std::array::from_fn(|place| {
            scale * (PI * (2 * place + 1) as f32 * frequency as f32 / (2 * BLOCK) as f32).cos()
        })
    })
});

/// Share of the detail that is missing on the grid that starts at column and row `origin`: 0 (none, within 0.05
/// either way) to 1.
pub(super) fn loss(image: &GreyImage, origin: [usize; 2]) -> f64 {
    let between = origin.map(|start| (start + BLOCK / 2) % BLOCK);
    1.0 - (detail(image, origin) + FLAT) / (detail(image, between) + FLAT)
}

/// Mean over all blocks and frequencies of amplitude / (amplitude + [`HALF`]): 0 to 1.
fn detail(image: &GreyImage, [left, top]: [usize; 2]) -> f64 {
    let rows: Vec<&[f32]> = image.rows().skip(top).collect();
    let (mut sum, mut count) = (0.0_f64, 0.0_f64);
    for band in rows.chunks_exact(BLOCK) {
        for column in
            (left..).step_by(BLOCK).take_while(|column| column + BLOCK <= image.size().width as usize)
        {
            let block = std::array::from_fn(|row| std::array::from_fn(|place| band[row][column + place]));
            sum += f64::from(amplitudes(&block).map(|amplitude| amplitude / (amplitude + HALF)).sum::<f32>());
            count += (BLOCK * BLOCK - 1) as f64;
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Amplitudes of all frequencies of a block but its mean.
fn amplitudes(block: &[[f32; BLOCK]; BLOCK]) -> impl Iterator<Item = f32> {
    let by_rows = block.map(|row| transformed(&row));
    let by_columns: [[f32; BLOCK]; BLOCK] =
        std::array::from_fn(|column| transformed(&by_rows.map(|row| row[column])));
    by_columns.into_iter().flatten().skip(1).map(f32::abs)
}

fn transformed(values: &[f32; BLOCK]) -> [f32; BLOCK] {
    COSINES.map(|cosines| cosines.iter().zip(values).map(|(cosine, value)| cosine * value).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    /// Blocks of one grey each, in a chequered order, with borders at columns and rows 3, 11, 19 ...
    fn chequered() -> GreyImage {
        let place = |idx: usize| (idx + 5) / BLOCK;
        let grey = |idx: usize| if (place(idx % 64) + place(idx / 64)) % 2 == 0 { 40.0 } else { 200.0 };
        GreyImage::new(Size::square(64), (0..64 * 64).map(grey).collect()).expect("as many as it takes")
    }

    #[test]
    fn a_flat_row_is_its_mean_and_a_wave_one_frequency() {
        let flat = transformed(&[3.0; BLOCK]);
        assert!((flat[0] - 3.0 * 8.0_f32.sqrt()).abs() < 1e-5 && flat[1..].iter().all(|v| v.abs() < 1e-5));
        let wave = transformed(&COSINES[3]);
        assert!(
            wave.iter().enumerate().all(|(idx, v)| (v - f32::from(u8::from(idx == 3))).abs() < 1e-5),
            "{wave:?}"
        );
    }

    #[test]
    fn flat_blocks_have_lost_everything_on_their_own_grid() {
        assert!(loss(&chequered(), [3, 3]) > 0.8, "{}", loss(&chequered(), [3, 3]));
        assert!(loss(&chequered(), [7, 7]) < 0.0, "{}", loss(&chequered(), [7, 7]));
    }

    #[test]
    fn a_flat_image_has_lost_nothing() {
        let flat = GreyImage::new(Size::square(32), vec![9.0; 1024]).expect("1024 values");
        assert!(loss(&flat, [0, 0]).abs() < 1e-3);
    }
}
