//! How a fetch tells its caller what it is doing, so that the caller can draw a bar. Sizes are bytes.

/// One thing that happened during a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchEvent<'a> {
    /// Another process fetches into the same folder; this one waits for it.
    Waiting,
    /// The fetch starts: this many packages, this many bytes of archives.
    Started {
        /// Packages to fetch.
        packages: usize,
        /// Bytes of their archives together.
        bytes: u64,
    },
    /// The archive of `package` is being downloaded, or taken from a folder.
    Downloading {
        /// Package and version, as in `name 1.2.3`.
        package: &'a str,
        /// Bytes of its archive.
        bytes: u64,
    },
    /// So many bytes of the archive being downloaded have been seen on disk.
    Received {
        /// Bytes so far, never more than the archive has.
        bytes: u64,
    },
    /// The archive of `package` was verified and its listed files are in place.
    Unpacked {
        /// Package and version.
        package: &'a str,
    },
    /// The file `name` is being made from a fetched one.
    Repairing {
        /// Name of the file being made.
        name: &'a str,
    },
    /// Everything is there.
    Finished,
}

/// Listens to a fetch, and can end it.
pub trait Progress: Sync {
    /// Takes note of one event.
    fn report(&self, event: FetchEvent<'_>);

    /// Whether the fetch shall end now, with [`crate::FetchError::Stopped`]. Asked several times a second while a client
    /// runs or another process is waited for; a client that runs is killed.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _event: FetchEvent<'_>) {}
}
