//! Natural colour: how far the colour of the cheeks is from that of skin.
//!
//! Native: distance of the mean colour of the two cheek zones from a rectangle of CIELAB (a* 5 to 25, b* 5 to 35, D50),
//! 0 inside; 100 where a* or b* is negative; 0 for a photo without any colour.

use super::super::context::{Absent, FaceContext, linear};

/// Limits of natural a* and b*.
const A_RANGE: (f64, f64) = (5.0, 25.0);
const B_RANGE: (f64, f64) = (5.0, 35.0);
/// The native value of a colour that no skin has.
const UNNATURAL: f64 = 100.0;
/// From linear sRGB to XYZ, adapted to D50.
const XYZ: [[f64; 3]; 3] =
    [[0.43605, 0.38508, 0.14309], [0.22249, 0.71689, 0.06062], [0.01393, 0.09710, 0.71419]];
/// The white of D50.
const WHITE: [f64; 3] = [0.964221, 1.0, 0.825211];

/// Distance from natural skin colours.
pub(in crate::quality) fn native(face: &FaceContext<'_>) -> Result<f64, Absent> {
    let aligned = face.aligned()?;
    // A grey photo has no unnatural colour; its mean would stray from a* = b* = 0 by rounding.
    if aligned.colours().all(|[red, green, blue]| red == green && green == blue) {
        return Ok(0.0);
    }
    let (mut sum, mut count) = ([0.0_f64; 3], 0.0_f64);
    for pixel in aligned.zones().into_iter().flat_map(|zone| aligned.zone_colours(zone)) {
        sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += f64::from(value));
        count += 1.0;
    }
    if count == 0.0 {
        return Err(Absent::failed("the cheeks lie outside of the photo"));
    }
    Ok(distance(chroma(sum.map(|sum| sum / count / 255.0))))
}

/// a* and b* of an sRGB colour, each channel 0 to 1.
fn chroma(encoded: [f64; 3]) -> [f64; 2] {
    let light = encoded.map(linear);
    let tone = |row: usize| {
        let value: f64 = XYZ[row].iter().zip(light).map(|(weight, light)| weight * light).sum();
        lightness(value / WHITE[row])
    };
    let (x, y, z) = (tone(0), tone(1), tone(2));
    [500.0 * (x - y), 200.0 * (y - z)]
}

/// CIELAB's f: a cube root, straight near 0.
fn lightness(share: f64) -> f64 {
    if share <= 216.0 / 24389.0 { (24389.0 / 27.0 * share + 16.0) / 116.0 } else { share.cbrt() }
}

fn distance([a, b]: [f64; 2]) -> f64 {
    if a < 0.0 || b < 0.0 {
        return UNNATURAL;
    }
    let beyond = |value: f64, (low, high): (f64, f64)| (low - value).max(value - high).max(0.0);
    beyond(a, A_RANGE).hypot(beyond(b, B_RANGE))
}

#[cfg(test)]
mod tests {
    use super::super::super::context::sample;
    use super::*;

    #[test]
    fn grey_photos_and_skin_are_natural_and_green_and_blue_faces_are_not() {
        for (colour, expected) in
            [([90, 90, 90], 0.0), ([208, 160, 135], 0.0), ([60, 200, 60], 100.0), ([60, 60, 200], 100.0)]
        {
            assert_eq!(sample::with_face(&sample::flat(colour), native), Ok(expected), "{colour:?}");
        }
    }

    #[test]
    fn colours_have_the_known_places_in_cielab() {
        // sRGB red in D50: a* 80.8, b* 69.9 (Lindbloom).
        let [a, b] = chroma([1.0, 0.0, 0.0]);
        assert!((a - 80.8).abs() < 0.1 && (b - 69.9).abs() < 0.1, "{a} {b}");
    }

    #[test]
    fn the_distance_is_to_the_nearest_corner() {
        assert_eq!(distance([2.0, 1.0]), 5.0);
        assert_eq!(distance([28.0, 39.0]), 5.0);
        assert_eq!(distance([10.0, 36.0]), 1.0);
        assert_eq!(distance([-0.1, 10.0]), 100.0);
    }
}
