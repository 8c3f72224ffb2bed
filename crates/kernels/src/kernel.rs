//! Which instructions are used.

use crate::layout::{LONGEST, PROBES, Part, Quad, Sums};
#[cfg(target_arch = "aarch64")]
use crate::neon;
use crate::plain;
#[cfg(target_arch = "x86_64")]
use crate::{avx2, avx512};

/// One way to compute the sums, known to run on this CPU. All give the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Kernel {
    /// Runs on every CPU.
    pub const PLAIN: Self = Self(Kind::Plain);

    /// The fastest that this CPU can run.
    #[must_use]
    pub fn fastest() -> Self {
        Self::all().last().copied().unwrap_or(Self::PLAIN)
    }

    /// All that this CPU can run, the slowest first.
    #[must_use]
    pub fn all() -> Vec<Self> {
        #[cfg_attr(
            not(any(target_arch = "x86_64", target_arch = "aarch64")),
            expect(unused_mut, reason = "there is only the plain one")
        )]
        let mut kernels = vec![Self::PLAIN];
        #[cfg(target_arch = "x86_64")]
        {
            if avx2::is_available() {
                kernels.push(Self(Kind::Avx2));
            }
            if avx512::is_available() {
                kernels.push(Self(Kind::Avx512Vnni));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if neon::is_available() {
            kernels.push(Self(Kind::Neon));
        }
        kernels
    }

    /// What people call its instructions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Kind::Plain => "plain",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Vnni => "AVX-512 VNNI",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "NEON",
        }
    }

    /// The dot product of every row in `parts` with every probe, exactly. `sums` gets those of the first group, probe by
    /// probe, then those of the next group. Rows and probes are of one length; up to [`PROBES`] probes.
    ///
    /// # Panics
    /// The probes are too many, of different lengths or longer than [`LONGEST`]; `parts` does not end with a group; `sums` has
    /// not one place a group and probe.
    pub fn dots(self, parts: &[Part], probes: &[&[Quad]], sums: &mut [Sums]) {
        let quads = probes.first().map_or(0, |probe| probe.len());
        assert!(probes.len() <= PROBES, "at most {PROBES} probes");
        assert!(probes.iter().all(|probe| probe.len() == quads), "probes of one length");
        assert!(quads <= LONGEST / size_of::<Quad>(), "at most {LONGEST} values");
        if quads == 0 {
            sums.fill([0; _]);
            return;
        }
        assert!(parts.len().is_multiple_of(quads), "whole groups");
        assert_eq!(sums.len(), parts.len() / quads * probes.len(), "a place a group and probe");
        match self.0 {
            Kind::Plain => plain::dots(parts, probes, sums),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => avx2::dots(parts, probes, sums),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512Vnni => avx512::dots(parts, probes, sums),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => neon::dots(parts, probes, sums),
        }
    }
}
