//! What the operator can set about HTTP. Built and validated by the binary; nothing here reads the environment.

use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use faceward_service::ServiceError;
use faceward_settings::{Setting, bytes, path, seconds, switch, text, whole, words};
use serde::Serialize;
use utoipa::ToSchema;

use crate::upload_room::Weight;

const DAY_SECONDS: f64 = 24.0 * 60.0 * 60.0;
const GIB: usize = 1024 * MIB;
const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A setting in force, as operators see it. The binary, which reads them, tells them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EffectiveSetting {
    /// Its key.
    pub key: String,
    /// Its value, as it would be typed; empty where nothing is set.
    pub value: String,
    /// Where the value comes from.
    pub source: String,
    /// What it takes.
    pub takes: String,
    /// What it does.
    pub help: String,
    /// Whether another value counts only after a restart.
    pub needs_restart: bool,
}

/// What came of reading the settings again.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ReloadedSettings {
    /// Keys of those that have another value, which counts from now on.
    pub taken: Vec<String>,
    /// Keys of those that have another value, which counts after a restart.
    pub need_restart: Vec<String>,
}

/// The settings of a running server: the binary has them.
pub trait SettingsInForce: Send + Sync {
    /// Every one, as it counts now.
    fn all(&self) -> Vec<EffectiveSetting>;

    /// Reads all of them again, and takes over what counts without a restart.
    ///
    /// # Errors
    /// [`ServiceError::SettingsRefused`]: nothing was changed.
    fn reload(&self) -> Reloading<'_>;
}

/// A reload that is under way.
pub type Reloading<'a> = Pin<Box<dyn Future<Output = Result<ReloadedSettings, ServiceError>> + Send + 'a>>;

/// Limits of one request and of all requests together.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Largest photo in bytes; a larger one is answered 413. Default 20 MiB.
    pub photo_bytes: usize,
    /// Bytes that request bodies may take in memory at once, over all requests; a request that does not fit is answered
    /// 503, before its body is read where its length is announced. Default 512 MiB; never less than the largest body needs.
    ///
    /// Counted are the body and, for JSON, the photos that are decoded from its base64: 7/4 of its length. A chunked body
    /// counts as it arrives, by the buffer that holds it. On top come what the connections have read ahead (see
    /// [`ServerLimits::connections`]), pixels, one photo a compute thread, and texts in JSON that are no photos: a key that
    /// is escaped is copied once while it is read.
    pub uploads_bytes: usize,
    /// Time to receive a whole body; a slower client is answered 408. Default 60 s.
    pub upload_timeout: Duration,
    /// Longest pause within a body; a longer one is answered 408. Default 15 s.
    pub upload_idle_timeout: Duration,
    /// Time from the request's head to its answer, whatever happens in between. Default 120 s.
    pub request_timeout: Duration,
    /// Largest JSON body with photos as base64; a larger one is refused. Default 64 MiB.
    pub json_bytes: usize,
    /// What links to this server begin with, as people reach it; `None`: as the request was addressed that makes the link.
    pub public_url: Option<String>,
    /// How the Riset.ai API answers.
    pub riset: RisetSettings,
    /// Where the administration listens alone: a host and port, or the path of a Unix socket; `None`: with the rest.
    pub admin_listen: Option<String>,
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

impl RisetSettings {
    fn declared() -> [Setting<Self>; 3] {
        [
            Setting::new(
                "riset.http_status_is_status",
                "Riset.ai API: send the status in the body as HTTP status too, not 200",
                |s: &mut Self| switch(&mut s.http_status_is_status),
            ),
            Setting::new(
                "riset.gateway_envelope",
                "Riset.ai API: every body inside `{\"risetai\": ...}`, as behind a gateway",
                |s: &mut Self| switch(&mut s.gateway_envelope),
            ),
            Setting::new(
                "riset.enroll_min_side",
                "Riset.ai API: least side of a face enrolled without `force_register`",
                |s: &mut Self| whole(&mut s.enroll_min_side, 1..=10_000, "pixels"),
            ),
        ]
    }
}

impl Default for RisetSettings {
    fn default() -> Self {
        Self { http_status_is_status: false, gateway_envelope: false, enroll_min_side: 125 }
    }
}

impl HttpSettings {
    /// Every setting of requests but [`Self::photo_bytes`], which is the engine's as well.
    #[must_use]
    pub fn declared() -> Vec<Setting<Self>> {
        let mut all = vec![
            Setting::new(
                "limits.uploads_bytes",
                "Uploads in memory at once, all requests together",
                |s: &mut Self| bytes(&mut s.uploads_bytes, 1..=1024 * GIB),
            ),
            Setting::new("limits.upload_seconds", "Time to receive a whole body", |s: &mut Self| {
                seconds(&mut s.upload_timeout, 1.0..=DAY_SECONDS)
            }),
            Setting::new("limits.upload_idle_seconds", "Longest pause within a body", |s: &mut Self| {
                seconds(&mut s.upload_idle_timeout, 1.0..=DAY_SECONDS)
            }),
            Setting::new("limits.json_bytes", "Largest JSON body, photos in it as base64", |s: &mut Self| {
                bytes(&mut s.json_bytes, 1..=GIB)
            }),
            Setting::new(
                "limits.request_seconds",
                "Time from a request's head to its answer",
                |s: &mut Self| seconds(&mut s.request_timeout, 1.0..=DAY_SECONDS),
            ),
        ];
        all.push(
            Setting::new(
                "admin.listen",
                "Where the administration listens alone: host and port, or the path of a Unix socket",
                |s: &mut Self| text(&mut s.admin_listen),
            )
            .by_default("with the rest")
            .with_flag_of("serve", "ADDR"),
        );
        all.push(
            Setting::new(
                "sessions.public_url",
                "What verification links begin with, as people reach this server: `https://id.example.com`",
                |s: &mut Self| text(&mut s.public_url),
            )
            .by_default("as the request was addressed that makes the link"),
        );
        all.extend(RisetSettings::declared().map(|setting| setting.within(|s: &mut Self| &mut s.riset)));
        all
    }

    /// What a multipart body may hold besides its photos: boundaries, part headers, text parts.
    const BODY_MARGIN_BYTES: usize = MIB;

    /// Largest form in bytes: two photos and what surrounds them.
    #[must_use]
    pub const fn body_bytes(&self) -> usize {
        self.photo_bytes.saturating_mul(2).saturating_add(Self::BODY_MARGIN_BYTES)
    }

    /// What all bodies together may take, in bytes: at least the largest one. A chunked one is held twice while its buffer
    /// grows, and JSON takes 7/4 of its length.
    #[must_use]
    pub fn room_bytes(&self) -> usize {
        let largest = self.body_bytes().max(Weight::WithDecodedPhotos.of(self.json_bytes));
        self.uploads_bytes.max(largest.saturating_mul(2))
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
            admin_listen: None,
            public_url: None,
            riset: RisetSettings::default(),
        }
    }
}

/// How connections are encrypted.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// File with the certificate chain, PEM, the server's own first.
    pub certificate: Option<PathBuf>,
    /// File with its private key, PEM.
    pub key: Option<PathBuf>,
    /// Whether a certificate is made up at the start, for trying things out.
    pub self_signed: bool,
}

impl TlsSettings {
    /// Every setting of TLS.
    #[must_use]
    pub fn declared() -> Vec<Setting<Self>> {
        vec![
            Setting::new(
                "tls.certificate",
                "File with the certificate chain, PEM; read again when it changes",
                |s: &mut Self| path(&mut s.certificate),
            )
            .by_default("no TLS")
            .with_flag_of("serve", "FILE"),
            Setting::new("tls.key", "File with the private key of the certificate, PEM", |s: &mut Self| {
                path(&mut s.key)
            })
            .by_default("no TLS")
            .with_flag_of("serve", "FILE"),
            Setting::new(
                "tls.self_signed",
                "Make a certificate up that no browser trusts, to try a webcam on a phone",
                |s: &mut Self| switch(&mut s.self_signed),
            )
            .with_flag_of("serve", ""),
        ]
    }
}

/// Hyper accepts no smaller read buffer, which a request's head must fit.
pub(crate) const LEAST_HEADER_BYTES: usize = 8 * KIB;

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
    /// Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Default: none.
    pub trusted_proxies: Vec<String>,
    /// Time that accepted requests get to finish once the server is told to stop. Default 30 s.
    pub shutdown_deadline: Duration,
}

impl ServerLimits {
    /// Every setting of connections but [`Self::shutdown_deadline`], which is the use cases' as well.
    #[must_use]
    pub fn declared() -> Vec<Setting<Self>> {
        vec![
            Setting::new("limits.connections", "Connections served at once", |s: &mut Self| {
                whole(&mut s.connections, 1..=1_000_000, "connections")
            }),
            Setting::new(
                "limits.http2_streams",
                "Requests under way on one HTTP/2 connection",
                |s: &mut Self| whole(&mut s.http2_streams, 1..=100_000, "requests"),
            ),
            Setting::new("limits.header_seconds", "Time to receive a request's head", |s: &mut Self| {
                seconds(&mut s.header_read_timeout, 1.0..=DAY_SECONDS)
            }),
            Setting::new(
                "proxy.trusted",
                "Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed",
                |s: &mut Self| words(&mut s.trusted_proxies),
            ),
            Setting::new("limits.header_bytes", "Largest request head", |s: &mut Self| {
                bytes(&mut s.header_bytes, LEAST_HEADER_BYTES..=MIB)
            }),
        ]
    }
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_bytes: 32 * KIB,
            header_read_timeout: Duration::from_secs(30),
            http2_streams: 32,
            trusted_proxies: Vec::new(),
            shutdown_deadline: Duration::from_secs(30),
        }
    }
}
