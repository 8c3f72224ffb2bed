//! Receives a whole body: never more bytes than allowed, never longer than allowed.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::time::{Instant, timeout, timeout_at};

use crate::failure::Failure;
use crate::settings::HttpSettings;

/// The at most `limit_bytes` bytes of `body`, in one piece and without copies beyond the first.
///
/// # Errors
/// [`Failure::BodyTooLarge`], [`Failure::SlowUpload`], or [`Failure::MalformedBody`] if the client breaks off.
pub(crate) async fn receive(
    body: Body,
    limit_bytes: usize,
    settings: &HttpSettings,
) -> Result<Bytes, Failure> {
    let deadline = Instant::now() + settings.upload_timeout;
    timeout_at(deadline, collect(body, limit_bytes, settings)).await.unwrap_or(Err(Failure::SlowUpload))
}

async fn collect(mut body: Body, limit_bytes: usize, settings: &HttpSettings) -> Result<Bytes, Failure> {
    let announced = body.size_hint().lower();
    if announced > limit_bytes as u64 {
        return Err(Failure::BodyTooLarge { limit_bytes });
    }
    // The announced length is reserved at once: a buffer that grows by doubling would hold the body two times over.
    // Pages that are never written cost no memory.
    let mut received = BytesMut::with_capacity(usize::try_from(announced).unwrap_or(limit_bytes));
    while let Some(frame) = next_frame(&mut body, settings).await? {
        if received.len() + frame.len() > limit_bytes {
            return Err(Failure::BodyTooLarge { limit_bytes });
        }
        received.extend_from_slice(&frame);
    }
    Ok(received.freeze())
}

async fn next_frame(body: &mut Body, settings: &HttpSettings) -> Result<Option<Bytes>, Failure> {
    let frame = timeout(settings.upload_idle_timeout, body.frame()).await.map_err(|_| Failure::SlowUpload)?;
    match frame {
        // Trailers carry nothing for us.
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(error)) => Err(Failure::MalformedBody(format!("the upload broke off: {error}"))),
        None => Ok(None),
    }
}
