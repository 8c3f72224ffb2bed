//! One worker's right to run one network, with its time counted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use faceward_inference::{InferenceError, Session, Tensor, TensorView};
use faceward_models::{Channels, ImageInput, Layout, ModelDecl};

use crate::image::{ChannelOrder, PixelScale, RgbImage, Size};

/// The runs of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkTiming {
    /// Id in the manifest.
    pub model: &'static str,
    /// How often it ran.
    pub runs: u32,
    /// Time of all runs.
    pub duration: Duration,
}

/// Time that one worker has spent inside networks since it was last taken; shared by all of its sessions.
#[derive(Clone, Debug, Default)]
pub(crate) struct NetworkClock(Arc<Mutex<Vec<NetworkTiming>>>);

impl NetworkClock {
    /// Everything spent so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.timings().iter().map(|timing| timing.duration).sum()
    }

    /// What was spent in which network, in the order of their first runs. Starts anew.
    pub(crate) fn take(&self) -> Vec<NetworkTiming> {
        std::mem::take(&mut *self.timings())
    }

    fn add(&self, model: &'static str, duration: Duration) {
        let mut timings = self.timings();
        match timings.iter_mut().find(|timing| timing.model == model) {
            Some(timing) => {
                timing.runs += 1;
                timing.duration += duration;
            }
            None => timings.push(NetworkTiming { model, runs: 1, duration }),
        }
    }

    /// Nobody waits here: a worker is one thread.
    fn timings(&self) -> MutexGuard<'_, Vec<NetworkTiming>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session of a declared model.
pub(crate) struct ModelSession {
    decl: &'static ModelDecl,
    shapes: Vec<Vec<usize>>,
    session: Session,
    clock: NetworkClock,
}

impl ModelSession {
    pub(super) const fn new(
        decl: &'static ModelDecl,
        shapes: Vec<Vec<usize>>,
        session: Session,
        clock: NetworkClock,
    ) -> Self {
        Self { decl, shapes, session, clock }
    }

    /// The model's id in the manifest.
    pub(crate) fn id(&self) -> &'static str {
        &self.decl.id
    }

    /// Width and height of the declared image input. Zero for a model that takes no image.
    pub(crate) fn image_size(&self) -> Size {
        self.decl
            .image
            .as_ref()
            .map_or(Size::square(0), |image| Size { width: image.width, height: image.height })
    }

    /// Runs the network on raw tensors, one for each input in the file's order, shaped as compiled. Outputs come in
    /// the order of the declaration.
    pub(crate) fn run(&mut self, inputs: &[&[f32]]) -> Result<Vec<Tensor>, InferenceError> {
        let views: Vec<_> =
            self.shapes.iter().zip(inputs).map(|(shape, data)| TensorView { shape, data }).collect();
        let start = Instant::now();
        let outputs = self.session.run(&views);
        self.clock.add(&self.decl.id, start.elapsed());
        outputs
    }

    /// Runs the network on `chip`, which has the size that the network was compiled for, with channels, layout and
    /// scaling as declared.
    pub(crate) fn run_image(&mut self, chip: &RgbImage) -> Result<Vec<Tensor>, InferenceError> {
        let tensor = self.decl.image.as_ref().map_or_else(Vec::new, |input| image_tensor(chip, input));
        self.run(&[&tensor])
    }
}

/// `chip` as the tensor that `input` declares.
pub(super) fn image_tensor(chip: &RgbImage, input: &ImageInput) -> Vec<f32> {
    // Declared: (pixel * scale - mean) / std. Ours: (pixel - mean) / std.
    let scale = PixelScale {
        mean: input.mean.map(|mean| mean / input.scale),
        std: input.std.map(|std| std / input.scale),
    };
    let order = match input.channels {
        Channels::Rgb => ChannelOrder::Rgb,
        Channels::Bgr => ChannelOrder::Bgr,
        Channels::Grey => {
            let grey = |luma: f32| (luma - scale.mean[0]) / scale.std[0];
            return chip.luma().into_iter().map(grey).collect();
        }
    };
    match input.layout {
        Layout::Nchw => chip.planar(order, &scale),
        Layout::Nhwc => chip.interleaved(order, &scale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(layout: Layout, channels: Channels) -> ImageInput {
        ImageInput {
            width: 1,
            height: 1,
            layout,
            channels,
            scale: 0.5,
            mean: [1.0, 2.0, 3.0],
            std: [1.0, 1.0, 2.0],
        }
    }

    #[test]
    fn the_clock_counts_each_network_and_starts_anew() {
        let clock = NetworkClock::default();
        for (model, milliseconds) in [("a", 3), ("b", 1), ("a", 2)] {
            clock.add(model, Duration::from_millis(milliseconds));
        }
        assert_eq!(clock.elapsed(), Duration::from_millis(6));
        let timing = |model, runs, milliseconds| NetworkTiming {
            model,
            runs,
            duration: Duration::from_millis(milliseconds),
        };
        assert_eq!(clock.take(), [timing("a", 2, 5), timing("b", 1, 1)]);
        assert_eq!(clock.elapsed(), Duration::ZERO);
    }

    #[test]
    fn the_declaration_scales_before_it_subtracts() {
        let chip = RgbImage::new(Size::square(1), vec![10, 20, 30]).expect("one pixel");
        let table = [
            (input(Layout::Nchw, Channels::Rgb), vec![4.0, 8.0, 6.0]),
            (input(Layout::Nhwc, Channels::Bgr), vec![14.0, 8.0, 1.0]),
            (input(Layout::Nchw, Channels::Grey), vec![0.5 * (2.99 + 11.74 + 3.42) - 1.0]),
        ];
        for (decl, expected) in table {
            let actual = image_tensor(&chip, &decl);
            assert_eq!(actual.len(), expected.len());
            assert!(
                actual.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5),
                "{actual:?} {expected:?}"
            );
        }
    }
}
