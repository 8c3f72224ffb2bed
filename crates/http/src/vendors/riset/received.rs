//! A call that has been received and not yet read.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use faceward_service::note_trx_id;

use super::call::Call;
use crate::extract::body;
use crate::extract::parameters::Parameters;
use crate::failure::Failure;
use crate::state::AppState;

/// Body and query. Reading takes the body, so that it is gone once its photos are decoded.
pub(super) struct Received {
    body: Bytes,
    query: Parameters,
    photo_bytes: usize,
}

impl Received {
    /// Reads the call with `read`, which gets the largest photo in bytes as well. Off the async threads: a body can hold 64
    /// MiB of base64.
    pub(super) async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&Call<'_>, usize) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let work = move || {
            let Self { body, query, photo_bytes } = self;
            let call = Call::read(&body, &query)?;
            Ok::<_, Failure>((call.reference()?, read(&call, photo_bytes)?))
        };
        let (reference, request) =
            tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Panicked)??;
        if let Some(reference) = reference {
            note_trx_id(reference.as_str());
            tracing::info!(trx_id = %reference, "the client's name for this request");
        }
        Ok(request)
    }
}

impl FromRequest<AppState> for Received {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let query = Parameters::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let body = body::receive(request, state.settings.json_bytes, &state.settings).await?;
        Ok(Self { body, query, photo_bytes: state.settings.photo_bytes })
    }
}

/// The same of a call whose photos will be computed on: refused at once while every slot is taken.
pub(super) struct ReceivedPhotos(pub(super) Received);

impl FromRequest<AppState> for ReceivedPhotos {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        // Only asked, not kept, as for forms.
        drop(state.service.admit()?);
        Received::from_request(request, state).await.map(Self)
    }
}
