//! From bytes on the wire to typed parameters and photos. Each file one concern; no vendor's names here.

pub(crate) mod base64_photo;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod content_type;
pub(crate) mod cookie;
pub(crate) mod fields;
pub(crate) mod form;
mod header_value;
pub(crate) mod json;
pub mod multipart;
pub(crate) mod parameters;
pub(crate) mod path;
mod urlencoded;
