//! Makes room for a request's body before a byte of it is read, and turns the request away where there is none.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::Body as _;

use crate::failure::Failure;
use crate::upload_room::{UploadRoom, Weight};

/// What the bodies of some routes may be.
#[derive(Clone)]
pub(crate) struct Bodies {
    /// The largest, in bytes.
    pub(crate) limit_bytes: usize,
    /// What one takes.
    pub(crate) weight: Weight,
    /// Where there is room for it.
    pub(crate) room: UploadRoom,
}

pub(crate) async fn reserve(
    State(Bodies { limit_bytes, weight, room }): State<Bodies>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let announced = request.body().size_hint();
    if announced.lower() > limit_bytes as u64 {
        return Err(Failure::BodyTooLarge { limit_bytes });
    }
    let held = room.hold(weight);
    // A chunked body announces no length: it gets its room as it arrives.
    if let Some(length) = announced.exact() {
        held.grow(usize::try_from(length).map_err(|_| Failure::UploadsFull)?)?;
    }
    request.extensions_mut().insert(held.clone());
    let response = next.run(request).await;
    drop(held);
    Ok(response)
}
