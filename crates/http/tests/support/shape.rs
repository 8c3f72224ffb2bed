//! The shape of a JSON text: every leaf as `path: kind`, in the order of the text.
//!
//! `shapes/*.txt` hold the shapes of the OOTO documents' samples, with the extra keys that Faceward names in its docs.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value with its keys in the order of the text.
pub(crate) enum Shape {
    Leaf(&'static str),
    List(Vec<Shape>),
    Object(Vec<(String, Shape)>),
}

/// The lines of `json`.
pub(crate) fn lines(json: &str) -> Vec<String> {
    let shape: Shape = serde_json::from_str(json).expect(json);
    let mut lines = Vec::new();
    shape.write("", &mut lines);
    lines
}

/// Asserts that `json` has the leaves of `expected`, in that order. A leaf may be `null`; an integer is a number.
#[track_caller]
pub(crate) fn assert_shape(json: &str, expected: &str) {
    let actual = lines(json);
    let expected: Vec<&str> = expected.lines().collect();
    let paths = |lines: &[&str]| -> Vec<String> {
        lines.iter().map(|line| line.split(':').next().expect("a path").to_owned()).collect()
    };
    let actual_lines: Vec<&str> = actual.iter().map(String::as_str).collect();
    assert_eq!(paths(&actual_lines), paths(&expected), "keys or their order differ in {json}");
    for (actual, expected) in actual.iter().zip(expected) {
        let (path, kind) = actual.split_once(": ").expect("a line");
        let (_, wanted) = expected.split_once(": ").expect("a line");
        let fits = kind == wanted || kind == "null" || (kind == "integer" && wanted == "number");
        assert!(fits, "{path} is {kind}, expected {wanted}");
    }
}

/// The paths of `json` whose value is `null`.
pub(crate) fn null_paths(json: &str) -> Vec<String> {
    lines(json).iter().filter_map(|line| line.strip_suffix(": null").map(str::to_owned)).collect()
}

impl Shape {
    fn write(&self, path: &str, lines: &mut Vec<String>) {
        match self {
            Self::Leaf(kind) => lines.push(format!("{path}: {kind}")),
            Self::List(elements) => {
                lines.push(format!("{path}: list of {}", elements.len()));
                if let Some(first) = elements.first() {
                    first.write(&format!("{path}[]"), lines);
                }
            }
            Self::Object(entries) => {
                for (key, value) in entries {
                    let separator = if path.is_empty() { "" } else { "." };
                    value.write(&format!("{path}{separator}{key}"), lines);
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Leaf("boolean"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Leaf("integer"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Leaf("integer"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Leaf("number"))
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Leaf("text"))
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Leaf("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Shape::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Shape::Object(entries))
    }
}
