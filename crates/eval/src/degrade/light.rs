//! Too little light, too much, or the wrong one.

use faceward_core::PixelRect;
use faceward_engine::image::RgbImage;

use super::{at, drawn};

/// Exponent from stored values to light.
const GAMMA: f32 = 2.2;
/// Width of a glow, in widths of the face.
const GLOW: f32 = 0.8;
/// What a light shining into the lens spreads over the whole photo, as a part of its glow.
const VEIL: f32 = 0.25;

/// `photo` with 2^`stops` times the light.
pub(super) fn exposed(photo: &RgbImage, stops: f32) -> RgbImage {
    let gain = stops.exp2();
    drawn(photo, |x, y| at(photo, x.into(), y.into()).map(|value| stored(gain * light(value))))
}

/// `photo` with a white glow of `strength`, 0 to 1, round the upper left corner of the face, and a veil over everything.
pub(super) fn flared(photo: &RgbImage, face: &PixelRect, strength: f32) -> RgbImage {
    let spread = GLOW * face.width();
    drawn(photo, |x, y| {
        let away = (x as f32 - face.left).hypot(y as f32 - face.top) / spread;
        let white = strength * (VEIL + (1.0 - VEIL) * (-0.5 * away * away).exp());
        at(photo, x.into(), y.into()).map(|value| stored(light(value) * (1.0 - white) + white))
    })
}

/// Light, 0 to 1, of a stored value.
fn light(value: f32) -> f32 {
    (value / 255.0).powf(GAMMA)
}

fn stored(light: f32) -> f32 {
    255.0 * light.clamp(0.0, 1.0).powf(1.0 / GAMMA)
}

#[cfg(test)]
mod tests {
    use super::super::tests::photo;
    use super::*;

    #[test]
    fn a_stop_doubles_the_light() {
        let (photo, _) = photo();
        let value = |stops| exposed(&photo, stops).pixel(0, 0).expect("inside")[0];
        // 80 / 255 to the power of 2.2 is .078; doubled and back it is 109.6.
        assert_eq!((value(0.0), value(1.0), value(5.0)), (80, 110, 255));
        assert!(value(-1.0) < 80);
    }

    #[test]
    fn a_glow_fades_away_from_its_corner() {
        let (photo, face) = photo();
        let flared = flared(&photo, &face, 0.9);
        let value = |x, y| flared.pixel(x, y).expect("inside")[0];
        assert!(value(15, 15) > value(5, 5) && value(59, 59) > 80 && value(15, 15) > 230);
    }
}
