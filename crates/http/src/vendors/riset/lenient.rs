//! JSON as clients of the original write it: a number for an id, text for a boolean or a number, `null` for nothing.
//!
//! Lists are bounded while they are read: a body full of tiny elements must not become a hundred times its size.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::extract::parameters::parse_boolean;
use crate::failure::Failure;

/// Longest text of a scalar as it is written in JSON, in bytes. No id, name or boolean comes near it.
const MAX_SCALAR_BYTES: usize = 8 * 1024;
/// Whole numbers up to here have one spelling as a float.
const MAX_EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// Any JSON value that is neither a list nor an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar {
    /// Absent or `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, digit by digit as it was written: no arithmetic, so no rounding.
    Number(String),
    /// Text.
    Text(String),
}

impl Scalar {
    /// As a text; empty is as good as absent.
    pub(super) fn text(&self) -> Option<String> {
        let text = match self {
            Self::Null => return None,
            Self::Boolean(on) => on.to_string(),
            Self::Number(digits) => digits.clone(),
            Self::Text(text) => text.trim().to_owned(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// As the text of an id; empty is as good as absent. A number is taken as it was written, if it is a whole one: `1`, `1.0`
    /// and `1e0` are one number, and would be three ids.
    pub(super) fn id(&self, name: &str) -> Result<Option<String>, Failure> {
        match self {
            Self::Number(digits) if digits.contains(['.', 'e', 'E']) => {
                Err(invalid(name, "a text or a whole number without an exponent"))
            }
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::Text(_) => Ok(self.text()),
        }
    }

    /// As a boolean in any of the spellings that queries have; `None` if absent.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        let flag = match self {
            Self::Null => return Ok(None),
            Self::Boolean(on) => Some(*on),
            Self::Number(digits) => match whole(digits) {
                Some(0) => Some(false),
                Some(1) => Some(true),
                Some(_) | None => None,
            },
            Self::Text(text) => parse_boolean(text),
        };
        flag.map(Some).ok_or_else(|| invalid(name, "true, false, 1, 0, yes, no, on or off"))
    }

    /// As a whole number that is not negative; `None` if absent.
    pub(super) fn whole(&self, name: &str) -> Result<Option<usize>, Failure> {
        let number = match self {
            Self::Null => return Ok(None),
            Self::Number(digits) => whole(digits),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Boolean(_) => None,
        };
        number.map(Some).ok_or_else(|| invalid(name, "a whole number"))
    }
}

/// A count that is written as `2`, or as `2.0` by languages whose numbers are all floats.
fn whole(digits: &str) -> Option<usize> {
    if let Ok(number) = digits.parse() {
        return Some(number);
    }
    let number: f64 = digits.parse().ok()?;
    let is_exact = number.fract() == 0.0 && (0.0..MAX_EXACT_FLOAT).contains(&number);
    is_exact.then_some(number as usize)
}

fn invalid(name: &str, expected: &'static str) -> Failure {
    Failure::InvalidParameter { name: name.to_owned(), expected }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        if written.len() > MAX_SCALAR_BYTES {
            return Err(D::Error::custom(format_args!("a value has more than {MAX_SCALAR_BYTES} bytes")));
        }
        match written.as_bytes() {
            b"null" => Ok(Self::Null),
            b"true" => Ok(Self::Boolean(true)),
            b"false" => Ok(Self::Boolean(false)),
            [b'"', ..] => serde_json::from_str(written).map(Self::Text).map_err(D::Error::custom),
            [b'[' | b'{', ..] => Err(D::Error::custom("a text, a number, a boolean or null is expected")),
            _ => Ok(Self::Number(written.to_owned())),
        }
    }
}

/// An image as base64, where it lies in the body and with the escapes of JSON in it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ImageText<'a>(pub(super) Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for ImageText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = <&RawValue>::deserialize(deserializer)?.get();
        if written == "null" {
            return Ok(Self(None));
        }
        let inside = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inside
            .map(|text| Self(Some(text)))
            .ok_or_else(|| D::Error::custom("an image is base64 text, or null"))
    }
}

/// A list of at most `MOST` elements.
#[derive(Debug)]
pub(super) struct Bounded<T, const MOST: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Bounded<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for BoundedVisitor<T, MOST> {
    type Value = Bounded<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() < MOST {
            match list.next_element()? {
                Some(element) => elements.push(element),
                None => return Ok(Bounded(elements)),
            }
        }
        match list.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom(format_args!("a list has more than {MOST} elements"))),
            None => Ok(Bounded(elements)),
        }
    }
}

/// A list, or an object of another kind.
#[derive(Debug)]
pub(super) enum ListOr<T, O, const MOST: usize> {
    /// A list.
    List(Vec<T>),
    /// An object.
    Object(O),
}

impl<'de, T: Deserialize<'de>, O: Deserialize<'de>, const MOST: usize> Deserialize<'de>
    for ListOr<T, O, MOST>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListOrVisitor(PhantomData))
    }
}

struct ListOrVisitor<T, O, const MOST: usize>(PhantomData<(T, O)>);

impl<'de, T: Deserialize<'de>, O: Deserialize<'de>, const MOST: usize> Visitor<'de>
    for ListOrVisitor<T, O, MOST>
{
    type Value = ListOr<T, O, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST}, or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        BoundedVisitor::<T, MOST>(PhantomData).visit_seq(list).map(|list| ListOr::List(list.0))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        O::deserialize(MapAccessDeserializer::new(map)).map(ListOr::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn a_scalar_is_what_its_reader_needs() {
        for (json, text, flag, whole) in [
            ("null", None, Some(None), Some(None)),
            ("true", Some("true"), Some(Some(true)), None),
            (r#""true""#, Some("true"), Some(Some(true)), None),
            (r#"" False ""#, Some("False"), Some(Some(false)), None),
            ("1", Some("1"), Some(Some(true)), Some(Some(1))),
            ("8", Some("8"), None, Some(Some(8))),
            (r#""8""#, Some("8"), None, Some(Some(8))),
            ("1.0", Some("1.0"), Some(Some(true)), Some(Some(1))),
            ("2.0", Some("2.0"), None, Some(Some(2))),
            ("-1", Some("-1"), None, None),
            ("1.5", Some("1.5"), None, None),
            ("1e300", Some("1e300"), None, None),
            (r#""""#, None, None, None),
            (r#""maybe""#, Some("maybe"), None, None),
            ("18446744073709551615", Some("18446744073709551615"), None, Some(Some(usize::MAX))),
            ("18446744073709551616", Some("18446744073709551616"), None, None),
        ] {
            let value = scalar(json);
            assert_eq!(value.text().as_deref(), text, "{json}");
            assert_eq!(value.flag("x").ok(), flag, "{json}");
            assert_eq!(value.whole("x").ok(), whole, "{json}");
        }
        for bad in ["[]", "{}", "[1]", r#""\ud800""#, &format!("\"{}\"", "x".repeat(MAX_SCALAR_BYTES))] {
            assert!(serde_json::from_str::<Scalar>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_is_an_id_digit_by_digit() {
        let many = "9".repeat(120);
        for digits in
            ["12345678901234567890121", "12345678901234567890122", "9007199254740993", "-0", "0", &many]
        {
            assert_eq!(scalar(digits).id("x").expect(digits).as_deref(), Some(digits));
        }
        for float in ["1.0", "1e3", "1E3", "1.5e-3", "12345678901234567890121e0"] {
            assert!(matches!(scalar(float).id("x"), Err(Failure::InvalidParameter { .. })), "{float}");
        }
    }

    #[test]
    fn a_list_ends_where_its_bound_is() {
        let list =
            |json: &str| serde_json::from_str::<Bounded<Scalar, 2>>(json).map(|list| list.0.len()).ok();
        assert_eq!([list("[]"), list("[1,2]"), list("[1,2,3]"), list("{}")], [Some(0), Some(2), None, None]);
        let endless = format!("[{}0]", "0,".repeat(1_000_000));
        assert_eq!(list(&endless), None);
    }

    #[test]
    fn an_image_stays_where_it_is() {
        let image = |json| serde_json::from_str::<ImageText<'_>>(json).ok().map(|image| image.0);
        assert_eq!(image(r#""/9j/""#), Some(Some("/9j/")));
        assert_eq!(image(r#" "\/9j\/" "#), Some(Some(r"\/9j\/")));
        assert_eq!(image("null"), Some(None));
        for other in ["3", "[]", r#"{"image":"x"}"#, "true"] {
            assert_eq!(image(other), None, "{other}");
        }
    }
}
