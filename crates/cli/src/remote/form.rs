//! A form with a photo in the making (RFC 7578).

use bytes::Bytes;
use uuid::Uuid;

/// Parts of a multipart body.
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// A form with `photo`.
    pub(crate) fn with_photo(photo: &[u8]) -> Self {
        let mut form = Self { boundary: format!("faceward-{}", Uuid::new_v4()), body: Vec::new() };
        form.part("photo\"; filename=\"photo", photo);
        form
    }

    /// The same with a text, if there is one.
    pub(crate) fn text(mut self, name: &str, text: Option<&str>) -> Self {
        if let Some(text) = text {
            self.part(name, text.as_bytes());
        }
        self
    }

    fn part(&mut self, name: &str, content: &[u8]) {
        let head = format!("--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
    }

    /// Its type and bytes.
    pub(super) fn finished(mut self) -> (String, Bytes) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body.into())
    }
}
