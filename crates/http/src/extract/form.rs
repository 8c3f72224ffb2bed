//! The form of a request: photos and texts under their names, parts in any order, with or without a type of their own.

use axum::extract::{FromRequest, Request};
use faceward_service::{Declared, Photo};

use super::body;
use super::content_type::ContentType;
use super::multipart::{self, Part};
use crate::failure::Failure;
use crate::state::AppState;

/// Longest text part in bytes.
const MAX_TEXT_BYTES: usize = 4096;

/// The parts of a multipart request. A request of another type is a form without parts.
pub(crate) struct Form {
    parts: Vec<Part>,
    photo_bytes: usize,
}

impl Form {
    /// The photo under one of `names`: the field's name, then its older spellings.
    pub(crate) fn photo(&self, names: &[&'static str]) -> Result<Photo, Failure> {
        let mut found = names.iter().flat_map(|name| self.named(name).map(move |part| (*name, part)));
        let Some((name, part)) = found.next() else { return Ok(Photo::missing()) };
        if found.next().is_some() {
            return Err(Failure::Repeated(name.to_owned()));
        }
        if part.bytes.len() > self.photo_bytes {
            return Err(Failure::PhotoTooLarge { part: name, limit_bytes: self.photo_bytes });
        }
        Ok(Photo::declared(part.bytes.clone(), declared(part.content_type.as_deref())))
    }

    /// Every photo under `prefix` and a number from 1 on, in the order of the parts, each with its number less 1.
    pub(crate) fn numbered_photos(&self, prefix: &'static str) -> Result<Vec<(usize, Photo)>, Failure> {
        let numbered = self.parts.iter().filter_map(|part| Some((part.name.strip_prefix(prefix)?, part)));
        let photo = |(number, part): (&str, &Part)| {
            let number = number.parse::<usize>().ok().filter(|number| *number > 0);
            let number = number.ok_or_else(|| Failure::InvalidParameter {
                name: part.name.clone(),
                expected: "a part name that ends in a number from 1 on",
            })?;
            if part.bytes.len() > self.photo_bytes {
                return Err(Failure::PhotoTooLarge { part: prefix, limit_bytes: self.photo_bytes });
            }
            let declared = declared(part.content_type.as_deref());
            Ok((number - 1, Photo::declared(part.bytes.clone(), declared)))
        };
        numbered.map(photo).collect()
    }

    /// The text under `name`; empty is as good as absent.
    pub(crate) fn text<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, Failure> {
        let mut found = self.named(name);
        let Some(part) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(Failure::Repeated(name.to_owned()));
        }
        let invalid =
            || Failure::InvalidParameter { name: name.to_owned(), expected: "at most 4096 bytes of UTF-8" };
        if part.bytes.len() > MAX_TEXT_BYTES {
            return Err(invalid());
        }
        let text = std::str::from_utf8(&part.bytes).map_err(|_| invalid())?;
        Ok(Some(text.trim()).filter(|text| !text.is_empty()))
    }

    /// Every text under `name`, at most `most`.
    pub(crate) fn texts(&self, name: &'static str, most: usize) -> Result<Vec<&str>, Failure> {
        let invalid =
            || Failure::InvalidParameter { name: name.to_owned(), expected: "a few short texts of UTF-8" };
        if self.named(name).count() > most {
            return Err(invalid());
        }
        let mut texts = Vec::new();
        for part in self.named(name) {
            let text = std::str::from_utf8(&part.bytes).ok();
            let text = text.filter(|text| text.len() <= MAX_TEXT_BYTES).ok_or_else(invalid)?;
            texts.push(text.trim());
        }
        Ok(texts)
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Part> {
        self.parts.iter().filter(move |part| part.name == name)
    }

    /// Receives and parses the body of `request`.
    pub(crate) async fn receive(request: Request, state: &AppState) -> Result<Self, Failure> {
        let photo_bytes = state.settings.photo_bytes;
        let ContentType::Multipart(boundary) = ContentType::of(request.headers())? else {
            return Ok(Self { parts: Vec::new(), photo_bytes });
        };
        let body = body::receive(request, state.settings.body_bytes(), &state.settings).await?;
        if body.is_empty() {
            return Ok(Self { parts: Vec::new(), photo_bytes });
        }
        let parts =
            multipart::parse(&body, &boundary).map_err(|error| Failure::MalformedBody(error.to_string()))?;
        Ok(Self { parts, photo_bytes })
    }
}

/// What a part's Content-Type says, in the spellings that clients use.
fn declared(content_type: Option<&str>) -> Declared {
    const PHOTO_TYPES: [&str; 5] = ["image/jpeg", "image/jpg", "image/pjpeg", "image/png", "image/x-png"];
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if PHOTO_TYPES.iter().any(|photo| media_type.eq_ignore_ascii_case(photo)) {
        Declared::JpegOrPng
    } else {
        Declared::Other
    }
}

/// The form of a request whose photos will be computed on: refused at once while every slot is taken.
pub(crate) struct PhotoForm(pub(crate) Form);

impl FromRequest<AppState> for PhotoForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        // Only asked, not kept: a slot held during a phone's slow upload would idle a core. The use case takes its
        // slot once the photos are here.
        drop(state.service.admit()?);
        Form::receive(request, state).await.map(Self)
    }
}
