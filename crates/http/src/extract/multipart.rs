//! `multipart/form-data` (RFC 7578, RFC 2046 section 5.1) over a body that is already in memory.
//!
//! Parts are slices of the body: no photo is copied. Work is linear in the body; the number of parts and the size of
//! a part's head are bounded. Pure: a table of bytes in, parts out.

use bytes::Bytes;
use memchr::memmem;

/// Most parts of one body. No endpoint has more than a handful; the rest is for clients that send extra fields.
pub const MAX_PARTS: usize = 32;

/// Largest head of a part in bytes.
pub const MAX_HEAD_BYTES: usize = 8 * 1024;

/// RFC 2046 allows a boundary 70 characters.
const MAX_BOUNDARY_CHARS: usize = 70;

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// Media type as the client wrote it; absent if it wrote none.
    pub content_type: Option<String>,
    /// The content: a slice of the body.
    pub bytes: Bytes,
}

/// Why a body is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// The Content-Type names no usable boundary.
    #[error("the Content-Type has no boundary of 1 to {MAX_BOUNDARY_CHARS} characters")]
    NoBoundary,
    /// The boundary does not open the first part.
    #[error("the boundary of the Content-Type is not in the body")]
    NoParts,
    /// The body ends within a part.
    #[error("the body ends within a part")]
    Truncated,
    /// A part's head is too long or not what RFC 7578 asks for.
    #[error("a part has no `Content-Disposition: form-data` with a name")]
    BadHead,
    /// Too many parts.
    #[error("more than {MAX_PARTS} parts")]
    TooManyParts,
}

/// The boundary in a Content-Type of `multipart/form-data`; `None` if it is another type.
///
/// # Errors
/// [`MultipartError::NoBoundary`]
pub fn boundary(content_type: &str) -> Option<Result<String, MultipartError>> {
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media_type.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary =
        parameter(parameters, "boundary").filter(|text| (1..=MAX_BOUNDARY_CHARS).contains(&text.len()));
    Some(boundary.ok_or(MultipartError::NoBoundary))
}

/// The parts of `body`, in their order.
///
/// # Errors
/// See [`MultipartError`].
pub fn parse(body: &Bytes, boundary: &str) -> Result<Vec<Part>, MultipartError> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = after_opening(body, &delimiter).ok_or(MultipartError::NoParts)?;
    let mut parts = Vec::new();
    loop {
        rest = match after_delimiter(&rest).ok_or(MultipartError::NoParts)? {
            Delimiter::Close => return Ok(parts),
            Delimiter::Open { rest } => rest,
        };
        if parts.len() == MAX_PARTS {
            return Err(MultipartError::TooManyParts);
        }
        let (head, content) = split_head(&rest)?;
        let end = find_delimiter(&content, delimiter.as_bytes()).ok_or(MultipartError::Truncated)?;
        parts.push(part(&head, content.slice(..end))?);
        rest = content.slice(end + delimiter.len()..);
    }
}

/// What follows a delimiter.
enum Delimiter {
    /// A part, which begins at `rest`.
    Open { rest: Bytes },
    /// Nothing: the form is complete.
    Close,
}

/// Skips the preamble and the first boundary, which needs no line break before it.
fn after_opening(body: &Bytes, delimiter: &str) -> Option<Bytes> {
    let opening = &delimiter.as_bytes()[2..];
    if body.starts_with(opening) {
        return Some(body.slice(opening.len()..));
    }
    find_delimiter(body, delimiter.as_bytes()).map(|at| body.slice(at + delimiter.len()..))
}

/// `None`: these bytes follow no delimiter, the boundary merely occurs in the content.
fn after_delimiter(bytes: &Bytes) -> Option<Delimiter> {
    if bytes.starts_with(b"--") {
        return Some(Delimiter::Close);
    }
    let n_padding = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let line_end = bytes.get(n_padding..n_padding + 2)?;
    (line_end == b"\r\n").then(|| Delimiter::Open { rest: bytes.slice(n_padding + 2..) })
}

/// Where the next true delimiter starts.
fn find_delimiter(bytes: &Bytes, delimiter: &[u8]) -> Option<usize> {
    memmem::find_iter(bytes, delimiter)
        .find(|at| after_delimiter(&bytes.slice(at + delimiter.len()..)).is_some())
}

/// Head and content of a part, which an empty line separates.
fn split_head(part: &Bytes) -> Result<(Bytes, Bytes), MultipartError> {
    let window = &part[..part.len().min(MAX_HEAD_BYTES)];
    match memmem::find(window, b"\r\n\r\n") {
        Some(at) => Ok((part.slice(..at), part.slice(at + 4..))),
        None if part.len() > MAX_HEAD_BYTES => Err(MultipartError::BadHead),
        None => Err(MultipartError::Truncated),
    }
}

fn part(head: &[u8], bytes: Bytes) -> Result<Part, MultipartError> {
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    };
    let disposition = header("content-disposition").ok_or(MultipartError::BadHead)?;
    let (kind, parameters) = disposition.split_once(';').unwrap_or((disposition, ""));
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(MultipartError::BadHead);
    }
    let name = parameter(parameters, "name").ok_or(MultipartError::BadHead)?;
    Ok(Part { name, content_type: header("content-type").map(str::to_owned), bytes })
}

/// The value of `wanted` in `; a=b; c="d"`.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (name, after) = rest.split_once('=')?;
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_text(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// The text up to the closing quote, and what follows. `\"` and `\\` are escapes; other backslashes stand for
/// themselves, as in the Windows paths that old browsers send as file names.
fn quoted_text(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((text, &quoted[at + 1..])),
            '\\' => {
                let escaped = chars.next_if(|(_, next)| matches!(next, '"' | '\\'));
                text.push(escaped.map_or('\\', |(_, escaped)| escaped));
            }
            _ => text.push(char),
        }
    }
    None
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
mod tests;
