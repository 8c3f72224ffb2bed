//! Out of focus.

use faceward_engine::image::RgbImage;

use super::{at, drawn};

/// `photo` under a Gaussian of standard deviation `sigma` pixels; its edge is repeated.
pub(super) fn gaussian(photo: &RgbImage, sigma: f32) -> RgbImage {
    let kernel = kernel(sigma);
    let reach = (kernel.len() / 2) as i64;
    let pass = |photo: &RgbImage, across: bool| {
        drawn(photo, |x, y| {
            let mut sum = [0.0; 3];
            for (weight, offset) in kernel.iter().zip(-reach..) {
                let (dx, dy) = if across { (offset, 0) } else { (0, offset) };
                let pixel = at(photo, i64::from(x) + dx, i64::from(y) + dy);
                sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += weight * value);
            }
            sum
        })
    };
    pass(&pass(photo, true), false)
}

/// Weights of the middle and of three standard deviations on either side, adding up to 1.
fn kernel(sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil().max(1.0) as i32;
    let sigma = sigma.max(1e-3);
    let weights: Vec<f32> = (-reach..=reach).map(|d| (-0.5 * (d as f32 / sigma).powi(2)).exp()).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use faceward_engine::image::Size;

    use super::*;

    #[test]
    fn a_point_becomes_a_hill_and_light_is_kept() {
        let mut rgb = vec![0; 3 * 21 * 21];
        rgb[3 * (10 * 21 + 10)..][..3].copy_from_slice(&[255; 3]);
        let photo = RgbImage::new(Size::square(21), rgb).expect("21 x 21");
        let blurred = gaussian(&photo, 1.0);
        let red = |x, y| blurred.pixel(x, y).expect("inside")[0];
        // The peak of a Gaussian of deviation 1 is .3989 a side.
        assert!(red(10, 10).abs_diff((255.0 * 0.3989_f32 * 0.3989).round() as u8) <= 1);
        assert_eq!(red(9, 10), red(11, 10));
        assert!(red(9, 10) < red(10, 10) && red(10, 14) == 0);
        assert!((kernel(2.5).iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
