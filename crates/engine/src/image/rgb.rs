//! 8-bit RGB pixels: a photo (as stored, upright or turned), a part of one, or a chip cut out of one.

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// A square of `side` pixels.
    #[must_use]
    pub const fn square(side: u32) -> Self {
        Self { width: side, height: side }
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// RGB8, interleaved, rows top to bottom without padding. Never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct RgbImage {
    size: Size,
    rgb: Vec<u8>,
}

impl RgbImage {
    /// Takes `rgb` as the pixels of an image of `size`. `None` if the length is not 3 x width x height or is 0.
    #[must_use]
    pub fn new(size: Size, rgb: Vec<u8>) -> Option<Self> {
        (rgb.len() as u64 == size.pixels().checked_mul(3)? && !rgb.is_empty()).then_some(Self { size, rgb })
    }

    /// An image of one colour, or `None` if `size` is empty.
    #[must_use]
    pub fn filled(size: Size, colour: [u8; 3]) -> Option<Self> {
        Self::new(size, colour.repeat(usize::try_from(size.pixels()).ok()?))
    }

    /// Takes `rgb`, which is known to have 3 x width x height values.
    pub(super) const fn of_same_length(size: Size, rgb: Vec<u8>) -> Self {
        Self { size, rgb }
    }

    /// Columns.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.size.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.size.height
    }

    /// Width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// All values: red, green, blue of the top-left pixel first, then along the row.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Red, green and blue at column `x`, row `y`. `None` outside of the image.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width() || y >= self.height() {
            return None;
        }
        let start = 3 * (y as usize * self.width() as usize + x as usize);
        let value = self.rgb.get(start..start + 3)?;
        Some([value[0], value[1], value[2]])
    }

    /// Rows from top to bottom, each of 3 x width values.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.rgb.chunks_exact(3 * self.width() as usize)
    }

    /// The image mirrored left to right.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for row in self.rows() {
            for pixel in row.chunks_exact(3).rev() {
                rgb.extend_from_slice(pixel);
            }
        }
        Self { size: self.size, rgb }
    }
}

impl std::fmt::Debug for RgbImage {
    /// Size only: pixels of a photo never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RgbImage({} x {})", self.width(), self.height())
    }
}
