//! A value as it was typed, and a value that has been understood.

use std::ffi::OsString;
use std::path::PathBuf;

/// A value as somebody typed it: text in a variable or flag, a TOML value in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Typed {
    /// Text. Not always UTF-8: a path need not be.
    Text(OsString),
    /// A boolean of TOML.
    Switch(bool),
    /// An integer of TOML.
    Whole(i64),
    /// A float of TOML.
    Number(f64),
    /// An array of TOML, each item as text.
    List(Vec<String>),
}

impl Typed {
    /// Text that was typed.
    pub fn text(text: impl Into<OsString>) -> Self {
        Self::Text(text.into())
    }
}

impl std::fmt::Display for Typed {
    /// As typed; bytes that are no text as escapes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => match text.to_str() {
                Some(text) => f.write_str(text),
                None => write!(f, "{text:?}"),
            },
            Self::Switch(on) => on.fmt(f),
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::List(items) => f.write_str(&items.join(",")),
        }
    }
}

/// A value that fits the kind of its setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// On or off.
    Switch(bool),
    /// A count, or bytes.
    Whole(u64),
    /// A number in its setting's unit.
    Number(f64),
    /// From, to.
    Span([f64; 2]),
    /// Text, a word or an address.
    Text(String),
    /// A file or folder, exactly as typed.
    Path(PathBuf),
    /// Words.
    Words(Vec<String>),
}
