//! Typed access to one field: its kind, its value, and how to write it.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::kind::Kind;
use crate::value::{Typed, Value};

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// One field of a structure of settings.
pub struct Field<'a> {
    kind: Kind,
    value: Option<Value>,
    /// Writes a value of the kind, or says why the field's type cannot hold it; the empty text: it is of another kind.
    write: Box<dyn FnOnce(Value) -> Result<(), String> + 'a>,
}

impl<'a> Field<'a> {
    fn new(kind: Kind, value: Option<Value>, write: impl FnOnce(Value) -> bool + 'a) -> Self {
        let write = |value| if write(value) { Ok(()) } else { Err(String::new()) };
        Self { kind, value, write: Box::new(write) }
    }

    /// What it takes.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What it holds; `None` where nothing is set.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Reads `typed` and writes it.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn write(self, typed: &Typed) -> Result<(), String> {
        let value = self.kind.read(typed)?;
        self.put(value)
    }

    /// Writes `value`, which another field of this kind held.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn put(self, value: Value) -> Result<(), String> {
        (self.write)(value).map_err(|reason| match reason.as_str() {
            "" => self.kind.to_string(),
            reason => format!("{} ({reason})", self.kind),
        })
    }
}

/// A field that holds a `T`, always or perhaps.
pub trait Slot<T> {
    /// What it holds.
    fn get(&self) -> Option<T>;
    /// Puts `value` in.
    fn set(&mut self, value: T);
}

impl<T: Clone> Slot<T> for T {
    fn get(&self) -> Option<T> {
        Some(self.clone())
    }

    fn set(&mut self, value: T) {
        *self = value;
    }
}

impl<T: Clone> Slot<T> for Option<T> {
    fn get(&self) -> Option<T> {
        self.clone()
    }

    fn set(&mut self, value: T) {
        *self = Some(value);
    }
}

/// Puts `value` into `slot`, if there is one.
fn put<T>(slot: &mut impl Slot<T>, value: Option<T>) -> bool {
    value.map(|value| slot.set(value)).is_some()
}

/// On or off.
pub fn switch(place: &mut bool) -> Field<'_> {
    Field::new(Kind::Switch, Some(Value::Switch(*place)), |value| {
        let Value::Switch(on) = value else { return false };
        put(place, Some(on))
    })
}

/// A whole number of `unit`.
pub fn whole<'a, N>(place: &'a mut N, range: RangeInclusive<N>, unit: &'static str) -> Field<'a>
where
    N: Copy + TryFrom<u64> + TryInto<u64>,
{
    let [least, most] = [*range.start(), *range.end()].map(wide);
    let value = Value::Whole(wide(*place));
    Field::new(Kind::Whole { least, most, unit }, Some(value), |value| put(place, narrow(&value)))
}

/// A whole number of `unit`, 1 to `most`.
pub fn count<'a>(place: &'a mut NonZeroUsize, most: usize, unit: &'static str) -> Field<'a> {
    let kind = Kind::Whole { least: 1, most: wide(most), unit };
    let value = Value::Whole(wide(place.get()));
    Field::new(kind, Some(value), |value| put(place, narrow(&value).and_then(NonZeroUsize::new)))
}

/// A number of bytes.
pub fn bytes(place: &mut usize, range: RangeInclusive<usize>) -> Field<'_> {
    let kind = Kind::Bytes { least: wide(*range.start()), most: wide(*range.end()) };
    Field::new(kind, Some(Value::Whole(wide(*place))), |value| put(place, narrow(&value)))
}

/// A number of seconds, parts of seconds too.
pub fn seconds(place: &mut Duration, range: RangeInclusive<f64>) -> Field<'_> {
    let kind = Kind::Number { least: *range.start(), most: *range.end(), unit: "seconds" };
    let value = Value::Number(place.as_secs_f64());
    Field::new(kind, Some(value), |value| {
        let Value::Number(seconds) = value else { return false };
        put(place, Duration::try_from_secs_f64(seconds).ok())
    })
}

/// A whole number of days.
pub fn days(place: &mut Duration, range: RangeInclusive<u32>) -> Field<'_> {
    let kind = Kind::Whole { least: (*range.start()).into(), most: (*range.end()).into(), unit: "days" };
    let value = Value::Whole(place.as_secs() / DAY_SECONDS);
    Field::new(kind, Some(value), |value| {
        let Value::Whole(days) = value else { return false };
        put(place, days.checked_mul(DAY_SECONDS).map(Duration::from_secs))
    })
}

/// A number of `unit`, or a score if that is empty.
pub fn number<'a, N: Real>(
    place: &'a mut impl Slot<N>,
    range: RangeInclusive<N>,
    unit: &'static str,
) -> Field<'a> {
    let kind = Kind::Number { least: range.start().widen(), most: range.end().widen(), unit };
    let value = place.get().map(|number| Value::Number(number.widen()));
    Field::new(kind, value, |value| {
        let Value::Number(number) = value else { return false };
        put(place, Some(N::narrowed(number)))
    })
}

/// Two numbers, the lower one first.
pub fn span<'a>(
    low: &'a mut f64,
    high: &'a mut f64,
    range: RangeInclusive<f64>,
    unit: &'static str,
) -> Field<'a> {
    let kind = Kind::Span { least: *range.start(), most: *range.end(), unit };
    let value = Value::Span([*low, *high]);
    Field::new(kind, Some(value), |value| {
        let Value::Span([least, most]) = value else { return false };
        put(low, Some(least)) && put(high, Some(most))
    })
}

/// One of `all`, typed by its `name`.
pub fn choice<'a, T: Copy>(place: &'a mut T, all: &'static [T], name: fn(T) -> &'static str) -> Field<'a> {
    let words = all.iter().copied().map(name).collect();
    let value = Value::Text(name(*place).to_owned());
    Field::new(Kind::Choice(words), Some(value), move |value| {
        let Value::Text(word) = value else { return false };
        put(place, all.iter().copied().find(|one| name(*one) == word))
    })
}

/// At least `fewest` of `all`, each once, typed by their names.
pub fn choices<'a, T: Copy>(
    place: &'a mut Vec<T>,
    all: &'static [T],
    name: fn(T) -> &'static str,
    fewest: usize,
) -> Field<'a> {
    let kind = Kind::Choices { words: all.iter().copied().map(name).collect(), fewest };
    let value = Value::Words(place.iter().map(|one| name(*one).to_owned()).collect());
    Field::new(kind, Some(value), move |value| {
        let Value::Words(words) = value else { return false };
        let named = |word: &String| all.iter().copied().find(|one| name(*one) == word);
        put(place, words.iter().map(named).collect::<Option<Vec<T>>>())
    })
}

/// Any words.
pub fn words(place: &mut Vec<String>) -> Field<'_> {
    let value = Value::Words(place.clone());
    Field::new(Kind::Words, Some(value), |value| {
        let Value::Words(words) = value else { return false };
        put(place, Some(words))
    })
}

/// Any text.
pub fn text<'a>(place: &'a mut impl Slot<String>) -> Field<'a> {
    textual(place, Kind::Text)
}

/// A host and port.
pub fn address(place: &mut String) -> Field<'_> {
    textual(place, Kind::Address)
}

/// Text with a secret in it, written as `form`, which `T` reads; `T` shows itself without the secret, and its errors do too.
pub fn secret<'a, T>(place: &'a mut Option<T>, form: &'static str) -> Field<'a>
where
    T: FromStr<Err: fmt::Display> + fmt::Display,
{
    let value = place.as_ref().map(|held| Value::Text(held.to_string()));
    let write = |value| {
        let Value::Text(text) = value else { return Err(String::new()) };
        *place = Some(text.parse().map_err(|error: T::Err| error.to_string())?);
        Ok(())
    };
    Field { kind: Kind::Secret(form), value, write: Box::new(write) }
}

fn textual<'a>(place: &'a mut impl Slot<String>, kind: Kind) -> Field<'a> {
    let value = place.get().map(Value::Text);
    Field::new(kind, value, |value| {
        let Value::Text(text) = value else { return false };
        put(place, Some(text))
    })
}

/// A file or folder.
pub fn path<'a>(place: &'a mut impl Slot<PathBuf>) -> Field<'a> {
    let value = place.get().map(Value::Path);
    Field::new(Kind::Path, value, |value| {
        let Value::Path(path) = value else { return false };
        put(place, Some(path))
    })
}

/// A floating-point number that a setting can hold.
pub trait Real: Copy {
    /// The decimal number that its owner would write: .05 for the `f32` nearest to .05.
    fn widen(self) -> f64;
    /// The nearest one.
    fn narrowed(number: f64) -> Self;
}

impl Real for f64 {
    fn widen(self) -> f64 {
        self
    }

    fn narrowed(number: f64) -> Self {
        number
    }
}

impl Real for f32 {
    fn widen(self) -> f64 {
        // The shortest decimal that is this number; what prints is always read back.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    fn narrowed(number: f64) -> Self {
        number as Self
    }
}

/// A count on the widest type; none of ours is wider.
fn wide<N: TryInto<u64>>(number: N) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

fn narrow<N: TryFrom<u64>>(value: &Value) -> Option<N> {
    let Value::Whole(number) = value else { return None };
    N::try_from(*number).ok()
}
