//! What a photo may cost before anything is allocated for it.

/// Bounds that a photo's bytes and header are held against before decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of the encoded photo.
    pub bytes: usize,
    /// Most pixels, width x height.
    pub pixels: u64,
    /// Most pixels along either side.
    pub side: u32,
    /// Most scans of a progressive JPEG: each costs a pass over all coefficients. Encoders write about 10.
    pub jpeg_scans: u32,
}

impl Default for Limits {
    /// 20 MiB, 64 million pixels, 32,768 a side, 100 scans.
    fn default() -> Self {
        Self { bytes: 20 << 20, pixels: 64_000_000, side: 32_768, jpeg_scans: 100 }
    }
}
