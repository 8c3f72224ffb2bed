//! In which numbers a network computes.

use std::fmt;

/// The numbers in which a network computes. Its inputs and outputs are `f32` either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// IEEE 754 single precision: the same result on every machine, up to the order of adding.
    F32,
    /// bfloat16: 8 bits of mantissa, the range of `f32`. Two to three times as fast where the processor computes it
    /// natively (AMX, AVX-512 BF16).
    Bf16,
}

impl Precision {
    /// A stable name: `f32` or `bf16`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
