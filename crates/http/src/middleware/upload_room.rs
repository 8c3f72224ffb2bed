//! Makes room for a request's body before a byte of it is read, and turns the request away where there is none.
//!
//! The room is held until the answer is ready, because the photos live as long. So all bodies together never hold
//! more than `HttpSettings::uploads_bytes`, however many clients send at once.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::Body as _;

use crate::failure::Failure;
use crate::state::{AppState, UPLOAD_UNIT_BYTES};

/// For a multipart body.
pub(crate) async fn reserve(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    reserve_up_to(state.settings.body_bytes(), &state, request, next).await
}

/// For a JSON body with photos in it.
pub(crate) async fn reserve_json(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    reserve_up_to(state.settings.json_bytes, &state, request, next).await
}

async fn reserve_up_to(
    limit_bytes: usize,
    state: &AppState,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let announced = request.body().size_hint();
    if announced.lower() > limit_bytes as u64 {
        return Err(Failure::BodyTooLarge { limit_bytes });
    }
    // A chunked body announces no length: it may become as large as any.
    let n_bytes = announced.upper().and_then(|upper| usize::try_from(upper).ok()).unwrap_or(limit_bytes);
    let n_units = n_bytes.min(limit_bytes).div_ceil(UPLOAD_UNIT_BYTES);
    let n_units = u32::try_from(n_units).map_err(|_| Failure::UploadsFull)?;
    let _room = state.uploads.try_acquire_many(n_units).map_err(|_| Failure::UploadsFull)?;
    Ok(next.run(request).await)
}
