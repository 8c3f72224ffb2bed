//! Everything that a call can bring, read once for all endpoints: each takes what it knows and ignores the rest.

use faceward_core::{ClientReference, GalleryId, SubjectId, SubjectName};
use faceward_service::{Photo, PhotoField, SubjectRef};
use serde::Deserialize;

use super::lenient::{Bounded, ImageText, ListOr, Scalar};
use crate::extract::parameters::Parameters;
use crate::extract::{base64_photo, json};
use crate::failure::Failure;

/// Most images of a list.
pub(super) const MAX_IMAGES: usize = 16;
/// Most entries of a batch.
pub(super) const MAX_BATCH: usize = 8;

/// A body, or what a query says in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Call<'a> {
    user_id: Scalar,
    user_name: Scalar,
    facegallery_id: Scalar,
    trx_id: Scalar,
    pub(super) force_register: Scalar,
    pub(super) spoof_detection: Scalar,
    pub(super) success_threshold: Scalar,
    pub(super) mirrored: Scalar,
    #[serde(borrow)]
    pub(super) image: ImageText<'a>,
    #[serde(borrow)]
    pub(super) source_image: ImageText<'a>,
    #[serde(borrow)]
    pub(super) target_image: ImageText<'a>,
    #[serde(borrow)]
    pub(super) images: Option<Bounded<ImageText<'a>, MAX_IMAGES>>,
    pub(super) face_parameters: Option<ListOr<Scalar, SingleParameters, MAX_IMAGES>>,
    #[serde(borrow)]
    pub(super) batch: Option<Bounded<BatchEntry<'a>, MAX_BATCH>>,
}

/// What the single shape asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SingleParameters {
    pub(super) spoof_detection: Scalar,
    pub(super) angle: Scalar,
    pub(super) eyes: Scalar,
    pub(super) mouth: Scalar,
}

/// One image of the batch shape.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BatchEntry<'a> {
    #[serde(borrow)]
    pub(super) image: ImageText<'a>,
    pub(super) face_parameter: Scalar,
    pub(super) spoof_detection: Scalar,
    pub(super) face_verification: Scalar,
}

impl<'a> Call<'a> {
    /// Reads `body`; what it does not say is taken from `query`.
    pub(super) fn read(body: &'a [u8], query: &Parameters) -> Result<Self, Failure> {
        let mut call: Self = if json::without_mark(body).trim_ascii().is_empty() {
            Self::default()
        } else if json::is_object(body) {
            json::parse(body)?
        } else {
            // A list would be taken for the fields in their order.
            return Err(Failure::MalformedBody("not a JSON object".to_owned()));
        };
        let scalars: [(&str, &mut Scalar); 8] = [
            ("user_id", &mut call.user_id),
            ("user_name", &mut call.user_name),
            ("facegallery_id", &mut call.facegallery_id),
            ("trx_id", &mut call.trx_id),
            ("force_register", &mut call.force_register),
            ("spoof_detection", &mut call.spoof_detection),
            ("success_threshold", &mut call.success_threshold),
            ("mirrored", &mut call.mirrored),
        ];
        for (name, scalar) in scalars {
            if *scalar == Scalar::Null
                && let Some(text) = query.text(name)?
            {
                *scalar = Scalar::Text(text.to_owned());
            }
        }
        Ok(call)
    }

    /// How the client refers to this call.
    pub(super) fn reference(&self) -> Result<Option<ClientReference>, Failure> {
        Ok(self.trx_id.id("trx_id")?.as_deref().map(ClientReference::parse).transpose()?)
    }

    pub(super) fn user_id(&self) -> Result<SubjectId, Failure> {
        let text = self.user_id.id("user_id")?.ok_or(Failure::MissingParameter("user_id"))?;
        Ok(SubjectId::parse(&text)?)
    }

    pub(super) fn user_name(&self) -> Result<SubjectName, Failure> {
        let text = self.user_name.text().ok_or(Failure::MissingParameter("user_name"))?;
        Ok(SubjectName::parse(&text)?)
    }

    pub(super) fn gallery(&self) -> Result<GalleryId, Failure> {
        let text =
            self.facegallery_id.id("facegallery_id")?.ok_or(Failure::MissingParameter("facegallery_id"))?;
        Ok(GalleryId::parse(&text)?)
    }

    pub(super) fn subject(&self) -> Result<SubjectRef, Failure> {
        Ok(SubjectRef { subject: self.user_id()?, gallery: self.gallery()? })
    }

    /// The subject, if either of its two ids is there; then both must be.
    pub(super) fn optional_subject(&self) -> Result<Option<SubjectRef>, Failure> {
        if self.user_id.text().is_none() && self.facegallery_id.text().is_none() {
            return Ok(None);
        }
        self.subject().map(Some)
    }
}

impl ImageText<'_> {
    /// The photo, at most `photo_bytes` long. Absent, `null` and empty are one.
    pub(super) fn photo(&self, field: PhotoField, photo_bytes: usize) -> Result<Photo, Failure> {
        match self.0.map(str::trim) {
            None | Some("") => Ok(Photo::missing()),
            Some(text) => base64_photo::decode(text, field, photo_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequestParts as _;
    use axum::http::Request;

    use super::*;

    fn query(text: &str) -> Parameters {
        let (mut parts, ()) = Request::get(format!("/x?{text}")).body(()).expect("a URI").into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(Parameters::from_request_parts(&mut parts, &())).expect("a query")
    }

    #[test]
    fn the_body_comes_before_the_query() {
        let both = query("user_id=q&facegallery_id=g");
        let call = Call::read(br#"{"user_id": 12, "more": [{}]}"#, &both).expect("JSON");
        let subject = call.subject().expect("both ids");
        assert_eq!((subject.subject.as_str(), subject.gallery.as_str()), ("12", "g"));
        let call = Call::read(b"\xEF\xBB\xBF{\"user_id\": 1234567890123456789012}", &both)
            .expect("JSON behind a mark");
        assert_eq!(call.user_id().expect("an id").as_str(), "1234567890123456789012");
        let call = Call::read(b" \n", &both).expect("no body");
        assert_eq!(call.user_id().expect("an id").as_str(), "q");
    }

    #[test]
    fn one_id_of_two_is_not_enough_and_none_is() {
        let optional = |body: &str| {
            let call = Call::read(body.as_bytes(), &query("")).expect("JSON");
            call.optional_subject().map(|subject| subject.is_some())
        };
        assert_eq!(optional("{}").ok(), Some(false));
        assert_eq!(optional(r#"{"user_id":"","facegallery_id":null}"#).ok(), Some(false));
        assert_eq!(optional(r#"{"user_id":"a","facegallery_id":"b"}"#).ok(), Some(true));
        assert!(matches!(optional(r#"{"user_id":"a"}"#), Err(Failure::MissingParameter("facegallery_id"))));
        assert!(matches!(optional(r#"{"facegallery_id":"a"}"#), Err(Failure::MissingParameter("user_id"))));
    }

    #[test]
    fn what_is_no_object_of_known_kinds_is_refused() {
        let too_many = format!(r#"{{"images":[{}""]}}"#, r#""","#.repeat(MAX_IMAGES));
        let entries = format!(r#"{{"batch":[{}{{}}]}}"#, "{},".repeat(MAX_BATCH));
        for body in ["[]", "3", "{", r#"{"user_id":{}}"#, r#"{"images":{}}"#, &too_many, &entries] {
            assert!(
                matches!(Call::read(body.as_bytes(), &query("")), Err(Failure::MalformedBody(_))),
                "{body}"
            );
        }
    }
}
