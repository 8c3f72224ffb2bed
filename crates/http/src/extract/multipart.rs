//! `multipart/form-data` (RFC 7578, RFC 2046) over a body that is already in memory and within its limits.
//!
//! Strict about where a part ends and what it is called; a part's content is a piece of the body, never a copy.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use bytes::Bytes;
use memchr::memmem::Finder;

use super::header_value::{HeaderParts, Unreadable};

/// Most parts of one body. No endpoint has more than a handful; the rest is for clients that send extra fields.
pub const MAX_PARTS: usize = 32;
/// Longest head of a part in bytes.
const MAX_HEAD_BYTES: usize = 8 * 1024;

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// Media type as the client wrote it; absent if it wrote none that is text.
    pub content_type: Option<String>,
    /// The content.
    pub bytes: Bytes,
}

/// Why a body is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// No part begins, or the last one does not end, at the boundary.
    #[error("the body does not begin and end at its boundary")]
    Incomplete,
    /// Something stands behind a boundary on its line.
    #[error("a boundary does not end its line")]
    BadBoundary,
    /// The head of a part cannot be read in one way only.
    #[error("the head of a part cannot be read")]
    BadHead,
    /// A part that no field name leads to.
    #[error("a part has no name")]
    Unnamed,
    /// A part whose content is encoded once more.
    #[error("a part has a Content-Transfer-Encoding, which forms do not have")]
    Encoded,
    /// Too many parts.
    #[error("more than {MAX_PARTS} parts")]
    TooManyParts,
}

impl From<Unreadable> for MultipartError {
    fn from(_: Unreadable) -> Self {
        Self::BadHead
    }
}

/// The parts of `body`, in their order.
///
/// # Errors
/// See [`MultipartError`].
pub fn parse(body: &Bytes, boundary: &[u8]) -> Result<Vec<Part>, MultipartError> {
    let delimiter = [b"\r\n--", boundary].concat();
    let finder = Finder::new(&delimiter);
    let mut at = first_line(body, &finder, &delimiter[2..])?;
    let mut parts = Vec::new();
    while let Some(head_at) = after_boundary(body, at)? {
        if parts.len() == MAX_PARTS {
            return Err(MultipartError::TooManyParts);
        }
        let (head, content_at) = head(body, head_at)?;
        let length = finder.find(&body[content_at..]).ok_or(MultipartError::Incomplete)?;
        let content = body.slice(content_at..content_at + length);
        parts.push(head.into_part(content)?);
        at = content_at + length + delimiter.len();
    }
    Ok(parts)
}

/// Where the first boundary ends: at the very start, or behind a preamble.
fn first_line(body: &[u8], finder: &Finder<'_>, dashed: &[u8]) -> Result<usize, MultipartError> {
    if body.starts_with(dashed) {
        return Ok(dashed.len());
    }
    let found = finder.find(body).ok_or(MultipartError::Incomplete)?;
    Ok(found + 2 + dashed.len())
}

/// Where the head begins that follows the boundary that ends at `at`; `None` after the last boundary.
fn after_boundary(body: &[u8], at: usize) -> Result<Option<usize>, MultipartError> {
    let rest = &body[at..];
    if rest.starts_with(b"--") {
        return Ok(None);
    }
    let n_blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match &rest[n_blanks..] {
        [b'\r', b'\n', ..] => Ok(Some(at + n_blanks + 2)),
        [] | [b'\r'] => Err(MultipartError::Incomplete),
        _ => Err(MultipartError::BadBoundary),
    }
}

/// The headers of a part that matter.
#[derive(Default)]
struct Head {
    disposition: Option<Vec<u8>>,
    content_type: Option<Vec<u8>>,
    encoded: bool,
}

/// The head that begins at `at`, and where the content behind it begins.
fn head(body: &[u8], at: usize) -> Result<(Head, usize), MultipartError> {
    let rest = &body[at..];
    // A part without any header.
    if rest.starts_with(b"\r\n") {
        return Ok((Head::default(), at + 2));
    }
    let within = &rest[..rest.len().min(MAX_HEAD_BYTES)];
    let length = memchr::memmem::find(within, b"\r\n\r\n").ok_or(if within.len() < rest.len() {
        MultipartError::BadHead
    } else {
        MultipartError::Incomplete
    })?;
    let mut head = Head::default();
    for line in unfolded(&within[..length]) {
        head.read(&line)?;
    }
    Ok((head, at + length + 4))
}

/// The lines of `head`; one that begins with a blank goes on with the line before (RFC 5322 section 2.2.3).
fn unfolded(head: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.first(), lines.last_mut()) {
            (Some(b' ' | b'\t'), Some(before)) => before.extend_from_slice(line),
            (_, _) => lines.push(line.to_vec()),
        }
    }
    lines
}

impl Head {
    fn read(&mut self, line: &[u8]) -> Result<(), MultipartError> {
        let colon = line.iter().position(|byte| *byte == b':').ok_or(MultipartError::BadHead)?;
        let (name, value) = (line[..colon].trim_ascii_end(), line[colon + 1..].trim_ascii());
        let once = |slot: &mut Option<Vec<u8>>| {
            if slot.replace(value.to_vec()).is_some() { Err(MultipartError::BadHead) } else { Ok(()) }
        };
        if name.eq_ignore_ascii_case(CONTENT_DISPOSITION.as_str().as_bytes()) {
            once(&mut self.disposition)?;
        } else if name.eq_ignore_ascii_case(CONTENT_TYPE.as_str().as_bytes()) {
            once(&mut self.content_type)?;
        } else if name.eq_ignore_ascii_case(b"content-transfer-encoding") {
            let plain: [&[u8]; 3] = [b"7bit", b"8bit", b"binary"];
            self.encoded = !plain.iter().any(|plain| value.eq_ignore_ascii_case(plain));
        }
        Ok(())
    }

    fn into_part(self, bytes: Bytes) -> Result<Part, MultipartError> {
        let disposition = self.disposition.ok_or(MultipartError::Unnamed)?;
        let parts = HeaderParts::parse(&disposition)?;
        let name = parts.parameter("name")?.ok_or(MultipartError::Unnamed)?;
        // A name is never guessed: bytes that are no text are no field of ours.
        let name = String::from_utf8(name.to_vec()).map_err(|_| MultipartError::BadHead)?;
        if self.encoded {
            return Err(MultipartError::Encoded);
        }
        let content_type = self.content_type.and_then(|value| String::from_utf8(value).ok());
        Ok(Part { name, content_type, bytes })
    }
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
mod tests;
