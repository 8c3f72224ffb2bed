//! Receives a whole body: never more bytes than allowed, never longer than allowed, never without room for it.

use axum::body::Body;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::timeout;

use crate::failure::Failure;
use crate::settings::HttpSettings;
use crate::upload_room::Held;

/// The first buffer of a body that announces no length.
const FIRST_BUFFER_BYTES: usize = 64 * 1024;

/// The at most `limit_bytes` bytes of the body of `request`, in one piece.
///
/// # Errors
/// [`Failure::BodyTooLarge`], [`Failure::SlowUpload`], [`Failure::UploadsFull`], or [`Failure::MalformedBody`] if the client
/// breaks off.
pub(crate) async fn receive(
    request: Request,
    limit_bytes: usize,
    settings: &HttpSettings,
) -> Result<Bytes, Failure> {
    // Whoever reads bodies stands behind the layer that holds room for them.
    let room = request.extensions().get::<Held>().cloned().ok_or(Failure::Panicked)?;
    let collecting = Collecting { body: request.into_body(), limit_bytes, room, settings };
    timeout(settings.upload_timeout, collecting.collect()).await.unwrap_or(Err(Failure::SlowUpload))
}

struct Collecting<'a> {
    body: Body,
    limit_bytes: usize,
    room: Held,
    settings: &'a HttpSettings,
}

impl Collecting<'_> {
    async fn collect(mut self) -> Result<Bytes, Failure> {
        let announced = self.body.size_hint().lower();
        if announced > self.limit_bytes as u64 {
            return Err(self.too_large());
        }
        // An announced length has its room already and is reserved at once: a buffer that grows would hold the body two
        // times over. Pages that are never written cost no memory.
        let mut received = BytesMut::with_capacity(usize::try_from(announced).unwrap_or(self.limit_bytes));
        while let Some(frame) = self.next_frame().await? {
            let n_bytes = received.len() + frame.len();
            if n_bytes > self.limit_bytes {
                return Err(self.too_large());
            }
            if n_bytes > received.capacity() {
                received = self.grown(&received, n_bytes)?;
            }
            received.extend_from_slice(&frame);
        }
        Ok(received.freeze())
    }

    /// A copy of `received` with space for at least `n_bytes`. While both are there, both have room.
    fn grown(&self, received: &BytesMut, n_bytes: usize) -> Result<BytesMut, Failure> {
        let before = received.capacity();
        let doubled = before.saturating_mul(2).max(FIRST_BUFFER_BYTES);
        let after = doubled.min(self.limit_bytes).max(n_bytes);
        self.room.grow(before + after)?;
        let mut larger = BytesMut::with_capacity(after);
        larger.extend_from_slice(received);
        self.room.shrink(after);
        Ok(larger)
    }

    async fn next_frame(&mut self) -> Result<Option<Bytes>, Failure> {
        let frame = timeout(self.settings.upload_idle_timeout, self.body.frame())
            .await
            .map_err(|_| Failure::SlowUpload)?;
        match frame {
            // Trailers carry nothing for us.
            Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
            Some(Err(error)) => Err(Failure::MalformedBody(format!("the upload broke off: {error}"))),
            None => Ok(None),
        }
    }

    const fn too_large(&self) -> Failure {
        Failure::BodyTooLarge { limit_bytes: self.limit_bytes }
    }
}
