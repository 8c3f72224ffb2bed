//! The machine that a runtime's shared libraries are for.

use serde::Deserialize;

/// Operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// Linux with glibc.
    Linux,
    /// Apple macOS.
    Macos,
    /// Microsoft Windows.
    Windows,
}

/// Processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Arch {
    /// AMD64.
    #[serde(rename = "x86-64")]
    X86_64,
    /// 64-bit ARM.
    #[serde(rename = "arm64")]
    Arm64,
}

/// Operating system and architecture together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Operating system.
    pub os: Os,
    /// Processor architecture.
    pub arch: Arch,
}

impl Platform {
    /// The platform that this binary was built for; `None` where no runtime is known to exist.
    #[must_use]
    pub fn current() -> Option<Self> {
        let os = match std::env::consts::OS {
            "linux" => Os::Linux,
            "macos" => Os::Macos,
            "windows" => Os::Windows,
            _ => return None,
        };
        let arch = match std::env::consts::ARCH {
            "x86_64" => Arch::X86_64,
            "aarch64" => Arch::Arm64,
            _ => return None,
        };
        Some(Self { os, arch })
    }
}
