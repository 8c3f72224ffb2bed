//! What a setting is: a key, a sentence, and typed access to the field that it sets.
//!
//! A [`Setting`] is declared once, beside the type whose field it sets; the type, the range, the unit and the default all
//! come from that declaration and from the type's `Default`. Reading text, checking ranges, listing and documenting work
//! on the list of declarations. Where values come from (file, variables, flags) is the business of the binary.

mod bytes;
mod field;
mod kind;
mod setting;
mod value;

pub use field::{
    Field, address, bytes, choice, choices, count, days, number, path, seconds, secret, span, switch, text,
    whole, words,
};
pub use kind::Kind;
pub use setting::{Flag, Setting};
pub use value::{Typed, Value};
