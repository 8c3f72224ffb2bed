//! A view: the part of a photo that the network is shown, and the way back.

use faceward_core::{PixelRect, Point};

use crate::image::{Border, ResampleError, Resampling, RgbImage, Size};

/// Part of a photo on a square canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    /// What is shown, in pixels of the photo.
    source: PixelRect,
    /// Where it lies on the canvas, in whole pixels.
    left: u32,
    top: u32,
    shown: Size,
    /// Side of the canvas.
    pub(super) side: u32,
}

impl View {
    /// The whole photo in the middle of the canvas, its longer side `fill` of the canvas' side (0 to 1].
    pub(super) fn whole(photo: Size, side: u32, fill: f32) -> Self {
        let scale = side as f32 * fill / photo.width.max(photo.height) as f32;
        let length = |pixels: u32| ((pixels as f32 * scale).round() as u32).clamp(1, side);
        let shown = Size { width: length(photo.width), height: length(photo.height) };
        let source =
            PixelRect { left: 0.0, top: 0.0, right: photo.width as f32, bottom: photo.height as f32 };
        Self { source, left: (side - shown.width) / 2, top: (side - shown.height) / 2, shown, side }
    }

    /// The square `source` on all of the canvas, as far as it lies inside the photo; `None` where it does not.
    pub(super) fn square(photo: Size, source: &PixelRect, side: u32) -> Option<Self> {
        let inside = source.clamped(photo.width, photo.height);
        let scale = side as f32 / source.width();
        // Edges go to whole canvas pixels; the way back follows from where they went, so nothing is lost by that.
        let edge =
            |position: f32, from: f32| ((position - from) * scale).round().clamp(0.0, side as f32) as u32;
        let (left, top) = (edge(inside.left, source.left), edge(inside.top, source.top));
        let shown = Size {
            width: edge(inside.right, source.left).checked_sub(left)?,
            height: edge(inside.bottom, source.top).checked_sub(top)?,
        };
        (shown.pixels() > 0).then_some(Self { source: inside, left, top, shown, side })
    }

    /// What the network is shown: black round the photo.
    ///
    /// # Errors
    /// The resizer refuses.
    pub(super) fn draw(&self, photo: &RgbImage) -> Result<RgbImage, ResampleError> {
        let shown = photo.resized_crop(&self.source, self.shown, Border::Zero, Resampling::Antialiased)?;
        if self.shown == Size::square(self.side) {
            Ok(shown)
        } else {
            shown.on_black(self.side, self.left, self.top).ok_or(ResampleError::Nothing)
        }
    }

    /// The place in the photo that `point` on the canvas shows.
    pub(super) fn on_photo(&self, point: Point) -> Point {
        Point::new(
            self.source.left + (point.x - self.left as f32) * self.source.width() / self.shown.width as f32,
            self.source.top + (point.y - self.top as f32) * self.source.height() / self.shown.height as f32,
        )
    }

    /// Photo pixels per canvas pixel.
    pub(super) fn photo_pixels(&self) -> f32 {
        self.source.width() / self.shown.width as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(view: &View, canvas: (f32, f32), photo: (f32, f32)) {
        let actual = view.on_photo(Point::new(canvas.0, canvas.1));
        assert!(
            (actual.x - photo.0).abs() < 1e-3 && (actual.y - photo.1).abs() < 1e-3,
            "{actual:?} {photo:?}"
        );
    }

    #[test]
    fn a_wide_photo_lies_between_two_black_bands() {
        // 640 x 320 on 320: shown 320 x 160 from row 80, two photo pixels to each.
        let view = View::whole(Size { width: 640, height: 320 }, 320, 1.0);
        check(&view, (0.0, 80.0), (0.0, 0.0));
        check(&view, (320.0, 240.0), (640.0, 320.0));
        check(&view, (160.0, 160.0), (320.0, 160.0));
    }

    #[test]
    fn a_shrunken_photo_lies_in_the_middle() {
        // 100 x 200 at half of 320: shown 80 x 160 from (120, 80).
        let view = View::whole(Size { width: 100, height: 200 }, 320, 0.5);
        check(&view, (120.0, 80.0), (0.0, 0.0));
        check(&view, (200.0, 240.0), (100.0, 200.0));
    }

    #[test]
    fn a_square_may_reach_out_of_the_photo() {
        // Two canvas pixels to a photo pixel; the first 20 columns and the last 30 rows lie outside.
        let (photo, source) = (
            Size { width: 100, height: 60 },
            PixelRect { left: -20.0, top: 10.0, right: 60.0, bottom: 90.0 },
        );
        let view = View::square(photo, &source, 160).expect("partly inside");
        assert_eq!((view.left, view.top, view.shown), (40, 0, Size { width: 120, height: 100 }));
        check(&view, (0.0, 0.0), (-20.0, 10.0));
        check(&view, (160.0, 80.0), (60.0, 50.0));
        assert!((view.photo_pixels() - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_square_beside_the_photo_shows_nothing() {
        let source = PixelRect { left: 200.0, top: 0.0, right: 260.0, bottom: 60.0 };
        assert_eq!(View::square(Size { width: 100, height: 60 }, &source, 160), None);
    }

    #[test]
    fn a_photo_is_drawn_where_the_view_says() {
        let white = RgbImage::filled(Size { width: 8, height: 4 }, [255; 3]).expect("not empty");
        let canvas = View::whole(white.size(), 8, 0.5).draw(&white).expect("drawable");
        let lit: Vec<(u32, u32)> = (0..8)
            .flat_map(|y| (0..8).map(move |x| (x, y)))
            .filter(|(x, y)| canvas.pixel(*x, *y) == Some([255; 3]))
            .collect();
        assert_eq!(lit, [(2, 3), (3, 3), (4, 3), (5, 3), (2, 4), (3, 4), (4, 4), (5, 4)]);
    }
}
