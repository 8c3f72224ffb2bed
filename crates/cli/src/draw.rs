//! Draws findings onto a photo: boxes, points, scores. Coordinates are pixels of the upright photo.

use std::path::Path;

use faceward_core::{PixelRect, Point, QualityKey};
use faceward_engine::image::{Limits, decode};
use faceward_service::{AnalysisReport, FaceReport};
use font8x8::legacy::BASIC_LEGACY;
use image::{Rgb, RgbImage};

use crate::exit::{Exit, Failure};

const BOX: Rgb<u8> = Rgb([0, 200, 80]);
const POINT: Rgb<u8> = Rgb([255, 210, 0]);
const DENSE_POINT: Rgb<u8> = Rgb([60, 170, 255]);
const TEXT: Rgb<u8> = Rgb([255, 255, 255]);
const SHADE: Rgb<u8> = Rgb([0, 0, 0]);
/// Pixels of a glyph's side before scaling.
const GLYPH: u32 = 8;

/// Writes the photo at `photo`, with `report` drawn onto it, to `out` as PNG.
///
/// # Errors
/// The photo cannot be decoded or the PNG not written.
pub(crate) fn draw(
    photo: &Path,
    report: &AnalysisReport,
    limits: &Limits,
    out: &Path,
) -> Result<(), Failure> {
    let bytes = fs_err::read(photo).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
    let decoded = decode(&bytes, limits).map_err(|error| Failure::new(Exit::PhotoRefused, error))?;
    let (width, height) = (decoded.photo.width(), decoded.photo.height());
    let canvas = RgbImage::from_raw(width, height, decoded.photo.rows().flatten().copied().collect());
    let mut canvas =
        canvas.ok_or_else(|| Failure::from(anyhow::anyhow!("the decoded photo is incomplete")))?;
    // Readable on a phone photo as on a thumbnail.
    let scale = (canvas.width().max(canvas.height()) / 450).max(1);
    for face in &report.faces {
        draw_face(&mut canvas, face, scale);
    }
    canvas.save_with_format(out, image::ImageFormat::Png).map_err(|error| Failure::new(Exit::Failed, error))
}

fn draw_face(canvas: &mut RgbImage, report: &FaceReport, scale: u32) {
    let face = &report.face;
    outline(canvas, &face.rect, scale);
    for point in face.dense.value().into_iter().flatten() {
        dot(canvas, *point, scale, DENSE_POINT);
    }
    for point in face.points.to_array() {
        dot(canvas, point, 2 * scale, POINT);
    }
    let line_height = (GLYPH + 2) * scale;
    let (left, top) = (face.rect.left.max(0.0) as u32, face.rect.bottom.max(0.0) as u32 + 2 * scale);
    for (number, line) in (0..).zip(captions(report)) {
        text(canvas, &line, [left, top + number * line_height], scale);
    }
}

fn captions(report: &FaceReport) -> Vec<String> {
    let mut lines = vec![format!("face {:.2}", report.face.confidence)];
    if let Some(pose) = report.face.pose.value() {
        lines.push(format!("yaw {:.0} pitch {:.0} roll {:.0}", pose.yaw, pose.pitch, pose.roll));
    }
    let scores = [
        ("live", &report.liveness),
        ("genuine", &report.genuine),
        ("blur", &report.quality[QualityKey::Blur]),
    ];
    let scores = scores.into_iter().filter_map(|(name, outcome)| Some((name, outcome.value()?)));
    lines.extend(scores.map(|(name, judged)| {
        let verdict = if judged.fine { "" } else { " !" };
        format!("{name} {:.2}{verdict}", judged.score)
    }));
    lines
}

fn outline(canvas: &mut RgbImage, rect: &PixelRect, width: u32) {
    let [left, top, right, bottom] =
        [rect.left, rect.top, rect.right, rect.bottom].map(|edge| edge.round() as i64);
    let width = i64::from(width);
    fill(canvas, [left, top, right, top + width], BOX);
    fill(canvas, [left, bottom - width, right, bottom], BOX);
    fill(canvas, [left, top, left + width, bottom], BOX);
    fill(canvas, [right - width, top, right, bottom], BOX);
}

fn dot(canvas: &mut RgbImage, point: Point, radius: u32, colour: Rgb<u8>) {
    let (x, y, radius) = (point.x.round() as i64, point.y.round() as i64, i64::from(radius));
    fill(canvas, [x - radius, y - radius, x + radius + 1, y + radius + 1], colour);
}

/// Text with a shade behind it, upper left corner at `position`.
fn text(canvas: &mut RgbImage, line: &str, [left, top]: [u32; 2], scale: u32) {
    let size = i64::from(GLYPH * scale);
    for (column, character) in (0_i64..).zip(line.chars()) {
        let glyph = BASIC_LEGACY.get(character as usize).copied().unwrap_or_default();
        let (x, y) = (i64::from(left) + column * size, i64::from(top));
        fill(canvas, [x, y, x + size, y + size], SHADE);
        for (row, bits) in (0_i64..).zip(glyph) {
            for bit in (0_i64..8).filter(|bit| bits & (1 << bit) != 0) {
                let (x, y, pixel) =
                    (x + bit * i64::from(scale), y + row * i64::from(scale), i64::from(scale));
                fill(canvas, [x, y, x + pixel, y + pixel], TEXT);
            }
        }
    }
}

/// Fills left, top, right, bottom, as far as it lies on the canvas.
fn fill(canvas: &mut RgbImage, [left, top, right, bottom]: [i64; 4], colour: Rgb<u8>) {
    let (width, height) = (i64::from(canvas.width()), i64::from(canvas.height()));
    for y in top.clamp(0, height)..bottom.clamp(0, height) {
        for x in left.clamp(0, width)..right.clamp(0, width) {
            canvas.put_pixel(x as u32, y as u32, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_outside_is_cut_off() {
        let mut canvas = RgbImage::new(4, 4);
        fill(&mut canvas, [-3, 2, 2, 9], BOX);
        let painted = canvas.pixels().filter(|pixel| **pixel == BOX).count();
        assert_eq!((painted, *canvas.get_pixel(1, 3), *canvas.get_pixel(2, 3)), (4, BOX, SHADE));
    }

    #[test]
    fn a_letter_is_drawn_the_right_way_round() {
        let mut canvas = RgbImage::new(8, 8);
        text(&mut canvas, "L", [0, 0], 1);
        let lit = |columns: std::ops::Range<u32>| {
            columns
                .flat_map(|x| (0..8).map(move |y| (x, y)))
                .filter(|(x, y)| *canvas.get_pixel(*x, *y) == TEXT)
                .count()
        };
        assert!(lit(0..4) > lit(4..8), "the stem of an L stands on its left");
    }
}
