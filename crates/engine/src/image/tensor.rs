//! Images as the `f32` tensors that networks take.

use super::RgbImage;

/// Order of the colour channels in a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelOrder {
    /// Red first.
    Rgb,
    /// Blue first, as OpenCV has it.
    Bgr,
}

/// `(value - mean) / std` for values 0 to 255; entries in the order of the tensor's channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelScale {
    /// Subtracted first.
    pub mean: [f32; 3],
    /// Divided by afterwards.
    pub std: [f32; 3],
}

impl PixelScale {
    /// 0 to 255 as they are.
    pub const RAW: Self = Self { mean: [0.0; 3], std: [1.0; 3] };
    /// 0 to 1.
    pub const UNIT: Self = Self { mean: [0.0; 3], std: [255.0; 3] };
    /// `ImageNet`'s mean and standard deviation, red first.
    pub const IMAGENET_RGB: Self = Self { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
}

impl RgbImage {
    /// The image as a tensor of shape [1, 3, height, width].
    #[must_use]
    pub fn planar(&self, order: ChannelOrder, scale: &PixelScale) -> Vec<f32> {
        let n_pixels = self.rgb().len() / 3;
        let mut tensor = vec![0.0_f32; 3 * n_pixels];
        for (plane_idx, plane) in tensor.chunks_exact_mut(n_pixels).enumerate() {
            let channel = source_channel(order, plane_idx);
            let (factor, offset) = factor_and_offset(scale, plane_idx);
            for (value, pixel) in plane.iter_mut().zip(self.rgb().chunks_exact(3)) {
                *value = f32::from(pixel[channel]) * factor + offset;
            }
        }
        tensor
    }

    /// The image as a tensor of shape [1, height, width, 3].
    #[must_use]
    pub fn interleaved(&self, order: ChannelOrder, scale: &PixelScale) -> Vec<f32> {
        let maps = [0, 1, 2].map(|idx| (source_channel(order, idx), factor_and_offset(scale, idx)));
        let mut tensor = Vec::with_capacity(self.rgb().len());
        for pixel in self.rgb().chunks_exact(3) {
            tensor
                .extend(maps.map(|(channel, (factor, offset))| f32::from(pixel[channel]) * factor + offset));
        }
        tensor
    }

    /// Luma by Rec. 601 (0.299 R + 0.587 G + 0.114 B), 0 to 255, as a tensor of shape [1, 1, height, width].
    #[must_use]
    pub fn luma(&self) -> Vec<f32> {
        let weigh = |pixel: &[u8]| {
            0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
        };
        self.rgb().chunks_exact(3).map(weigh).collect()
    }
}

/// Which of red (0), green (1), blue (2) stands at place `idx` of a tensor.
const fn source_channel(order: ChannelOrder, idx: usize) -> usize {
    match order {
        ChannelOrder::Rgb => idx,
        ChannelOrder::Bgr => 2 - idx,
    }
}

/// `scale` of channel `idx` as one multiplication and one addition.
fn factor_and_offset(scale: &PixelScale, idx: usize) -> (f32, f32) {
    (1.0 / scale.std[idx], -scale.mean[idx] / scale.std[idx])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Size;

    fn two_pixels() -> RgbImage {
        RgbImage::new(Size { width: 2, height: 1 }, vec![10, 20, 30, 40, 50, 60]).expect("six values")
    }

    #[test]
    fn planes_come_in_the_order_asked_for() {
        let image = two_pixels();
        assert_eq!(image.planar(ChannelOrder::Rgb, &PixelScale::RAW), [10.0, 40.0, 20.0, 50.0, 30.0, 60.0]);
        assert_eq!(image.planar(ChannelOrder::Bgr, &PixelScale::RAW), [30.0, 60.0, 20.0, 50.0, 10.0, 40.0]);
        assert_eq!(
            image.interleaved(ChannelOrder::Bgr, &PixelScale::RAW),
            [30.0, 20.0, 10.0, 60.0, 50.0, 40.0]
        );
    }

    #[test]
    fn scaling_belongs_to_the_tensor_channel() {
        let scale = PixelScale { mean: [10.0, 0.0, 0.0], std: [2.0, 1.0, 1.0] };
        assert_eq!(two_pixels().planar(ChannelOrder::Bgr, &scale)[..2], [10.0, 25.0]);
    }
}
