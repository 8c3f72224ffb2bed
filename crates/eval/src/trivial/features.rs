//! Features of a photo that know nothing of faces.

use faceward_engine::image::{Limits, RgbImage, decode};

/// At most this bright counts as black.
const BLACK: u8 = 12;

/// Bytes a pixel, width, height, aspect; mean darkness, evenness and black share of the borders; mean of red, green
/// and blue, spread of brightness, mean saturation; mean gradient and Laplacian, and their ratio to the spread. `None`
/// if the bytes are no photo within `limits`.
pub(crate) fn features(bytes: &[u8], limits: &Limits) -> Option<Vec<f64>> {
    let photo = decode(bytes, limits).ok()?.photo;
    let (width, height) = (f64::from(photo.width()), f64::from(photo.height()));
    let mut features = vec![bytes.len() as f64 / (width * height), width, height, width / height];
    features.extend(border(&photo));
    features.extend(colour(&photo));
    let luma = luma(&photo);
    let spread = deviation(&luma);
    let [gradient, laplacian] = sharpness(&luma, photo.width() as usize);
    features.extend([spread, gradient, laplacian, gradient / (spread + 1.0), laplacian / (spread + 1.0)]);
    Some(features)
}

/// Mean brightness, its deviation and the share of black along the outermost rows and columns.
fn border(photo: &RgbImage) -> [f64; 3] {
    let (right, bottom) = (photo.width() - 1, photo.height() - 1);
    let across = (0..=right).flat_map(|x| [(x, 0), (x, bottom)]);
    let down = (0..=bottom).flat_map(|y| [(0, y), (right, y)]);
    let pixels: Vec<[u8; 3]> = across.chain(down).filter_map(|(x, y)| photo.pixel(x, y)).collect();
    let brightness: Vec<f64> = pixels.iter().map(brightness).collect();
    let black = pixels.iter().filter(|pixel| pixel.iter().all(|value| *value <= BLACK)).count();
    [mean(&brightness), deviation(&brightness), black as f64 / pixels.len().max(1) as f64]
}

/// Mean red, green and blue, and mean difference between the strongest and the weakest of them.
fn colour(photo: &RgbImage) -> [f64; 4] {
    let mut sums = [0.0; 4];
    let n = photo.size().pixels() as f64;
    for pixel in photo.rgb().chunks_exact(3) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += f64::from(*value);
        }
        let (high, low) = (pixel.iter().max().unwrap_or(&0), pixel.iter().min().unwrap_or(&0));
        sums[3] += f64::from(high - low);
    }
    sums.map(|sum| sum / n)
}

fn luma(photo: &RgbImage) -> Vec<f64> {
    photo.rgb().chunks_exact(3).map(|pixel| brightness(&[pixel[0], pixel[1], pixel[2]])).collect()
}

fn brightness(pixel: &[u8; 3]) -> f64 {
    let [red, green, blue] = pixel.map(f64::from);
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// Mean absolute difference of neighbours, and mean absolute Laplacian, over the inner pixels.
fn sharpness(luma: &[f64], width: usize) -> [f64; 2] {
    let (mut gradient, mut laplacian, mut n) = (0.0, 0.0, 0.0);
    let rows: Vec<&[f64]> = luma.chunks_exact(width).collect();
    for three in rows.windows(3) {
        for x in 1..width.saturating_sub(1) {
            let (here, right, below) = (three[1][x], three[1][x + 1], three[2][x]);
            gradient += f64::midpoint((right - here).abs(), (below - here).abs());
            laplacian += (three[1][x - 1] + right + three[0][x] + below - 4.0 * here).abs();
            n += 1.0;
        }
    }
    [gradient, laplacian].map(|sum| sum / f64::max(n, 1.0))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use faceward_engine::image::Size;

    use super::*;

    #[test]
    fn borders_colours_and_edges_are_what_they_are() {
        // Black on the left half, pure red on the right one, 4 x 4.
        let row = [[0; 3], [0; 3], [255, 0, 0], [255, 0, 0]].concat();
        let photo = RgbImage::new(Size::square(4), row.repeat(4)).expect("4 x 4");
        assert!((border(&photo)[2] - 0.5).abs() < 1e-9);
        assert_eq!(colour(&photo), [127.5, 0.0, 0.0, 127.5]);
        // Of the two inner columns only the first has an edge to its right; both have it in their Laplacian.
        let red = 0.299 * 255.0;
        let [gradient, laplacian] = sharpness(&luma(&photo), 4);
        assert!((gradient - red / 4.0).abs() < 1e-9 && (laplacian - red).abs() < 1e-9);
    }

    #[test]
    fn what_is_no_photo_has_no_features() {
        assert_eq!(features(b"text", &Limits::default()), None);
    }
}
