//! What the operator can set about HTTP. Built and validated by the binary; nothing here reads the environment.

use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Limits of one request and of all requests together.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Largest photo in bytes; a larger one is answered 413. Default 20 MiB.
    pub photo_bytes: usize,
    /// Bytes of request bodies that may be in memory at once, over all requests; a request that does not fit is
    /// answered 503 before its body is read. Default 512 MiB; never less than one body.
    ///
    /// So uploads hold at most this much, and a second copy of one body an async thread while it is parsed. Decoded
    /// photos come on top, one a compute thread.
    pub uploads_bytes: usize,
    /// Time to receive a whole body; a slower client is answered 408. Default 60 s.
    pub upload_timeout: Duration,
    /// Longest pause within a body; a longer one is answered 408. Default 15 s.
    pub upload_idle_timeout: Duration,
    /// Time from the request's head to its answer, whatever happens in between. Default 120 s.
    pub request_timeout: Duration,
    /// Largest JSON body with photos as base64; a larger one is refused. Default 64 MiB.
    pub json_bytes: usize,
    /// How the Riset.ai API answers.
    pub riset: RisetSettings,
}

/// How the Riset.ai API answers.
#[derive(Clone, Debug)]
pub struct RisetSettings {
    /// Whether the HTTP status is the status in the body, whatever it is. Default: 200 for the original's own codes.
    pub http_status_is_status: bool,
    /// Whether every body is inside `{"risetai": ...}`, as behind a reseller's gateway. Default: no.
    pub gateway_envelope: bool,
    /// Shortest side, in pixels, of a face that is enrolled without `force_register`. Default 125.
    pub enroll_min_side: u32,
}

impl Default for RisetSettings {
    fn default() -> Self {
        Self { http_status_is_status: false, gateway_envelope: false, enroll_min_side: 125 }
    }
}

impl HttpSettings {
    /// What a multipart body may hold besides its photos: boundaries, part headers, text parts.
    const BODY_MARGIN_BYTES: usize = MIB;

    /// Largest body in bytes: two photos and what surrounds them.
    #[must_use]
    pub const fn body_bytes(&self) -> usize {
        2 * self.photo_bytes + Self::BODY_MARGIN_BYTES
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            photo_bytes: 20 * MIB,
            uploads_bytes: 512 * MIB,
            upload_timeout: Duration::from_secs(60),
            upload_idle_timeout: Duration::from_secs(15),
            request_timeout: Duration::from_secs(120),
            json_bytes: 64 * MIB,
            riset: RisetSettings::default(),
        }
    }
}

/// Limits of the connections.
#[derive(Clone, Debug)]
pub struct ServerLimits {
    /// Connections served at once; further ones wait in the kernel's queue. Default 1024. Each holds at most
    /// `header_bytes` of unread bytes, over HTTP/2 at most 256 KiB.
    pub connections: usize,
    /// Largest request head in bytes; a larger one is answered 431. Default 32 KiB.
    pub header_bytes: usize,
    /// Time to receive a request's head, and the longest pause between two requests of a connection. Default 30 s.
    pub header_read_timeout: Duration,
    /// Requests that one HTTP/2 connection may have under way. Default 32.
    pub http2_streams: u32,
    /// Time that accepted requests get to finish once the server is told to stop. Default 30 s.
    pub shutdown_deadline: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_bytes: 32 * KIB,
            header_read_timeout: Duration::from_secs(30),
            http2_streams: 32,
            shutdown_deadline: Duration::from_secs(30),
        }
    }
}
