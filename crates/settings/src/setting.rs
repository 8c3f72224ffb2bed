//! One declared setting.

use std::borrow::Cow;

use crate::field::Field;
use crate::kind::Kind;
use crate::value::{Typed, Value};

/// A setting of the structure `S`.
pub struct Setting<S> {
    key: Cow<'static, str>,
    sentence: Cow<'static, str>,
    default_in_words: Option<&'static str>,
    flag: Option<Flag>,
    is_live: bool,
    field: Box<dyn Fn(&mut S) -> Field<'_> + Send + Sync>,
}

/// The flag of a setting; its name is the key, with `-` for everything between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// What stands for the value in the help, as in `DIR`.
    pub value_name: &'static str,
    /// The only command that takes it; `None`: every command does.
    pub command: Option<&'static str>,
}

impl<S: 'static> Setting<S> {
    /// The setting `key` (tables of the file are separated by dots), which does what `sentence` says and is kept in
    /// `field`.
    pub fn new(
        key: impl Into<Cow<'static, str>>,
        sentence: impl Into<Cow<'static, str>>,
        field: impl Fn(&mut S) -> Field<'_> + Send + Sync + 'static,
    ) -> Self {
        let (key, sentence) = (key.into(), sentence.into());
        Self { key, sentence, default_in_words: None, flag: None, is_live: false, field: Box::new(field) }
    }

    /// Says in words what holds by default, where that is no value or depends on the machine.
    #[must_use]
    pub fn by_default(mut self, words: &'static str) -> Self {
        self.default_in_words = Some(words);
        self
    }

    /// Lets a running server take another value over when it reads its settings again.
    #[must_use]
    pub fn live(mut self) -> Self {
        self.is_live = true;
        self
    }

    /// Gives every command a flag for it.
    #[must_use]
    pub fn with_flag(mut self, value_name: &'static str) -> Self {
        self.flag = Some(Flag { value_name, command: None });
        self
    }

    /// Gives `command` alone a flag for it.
    #[must_use]
    pub fn with_flag_of(mut self, command: &'static str, value_name: &'static str) -> Self {
        self.flag = Some(Flag { value_name, command: Some(command) });
        self
    }

    /// The same setting of a larger structure, which holds an `S` at `place`.
    #[must_use]
    pub fn within<T: 'static>(self, place: fn(&mut T) -> &mut S) -> Setting<T> {
        let Self { key, sentence, default_in_words, flag, is_live, field } = self;
        let lifted = Setting::new(key, sentence, move |whole: &mut T| field(place(whole)));
        Setting { default_in_words, flag, is_live, ..lifted }
    }

    /// Its key in the file, with dots between tables.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What it does, one sentence without the full stop.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// What holds by default, where that is no value or depends on the machine.
    #[must_use]
    pub const fn default_in_words(&self) -> Option<&'static str> {
        self.default_in_words
    }

    /// Whether another value counts only after a restart.
    #[must_use]
    pub const fn needs_restart(&self) -> bool {
        !self.is_live
    }

    /// Its flag, if it has one.
    #[must_use]
    pub const fn flag(&self) -> Option<Flag> {
        self.flag
    }

    /// Reads `typed` into `settings`.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn write(&self, settings: &mut S, typed: &Typed) -> Result<(), String> {
        (self.field)(settings).write(typed)
    }

    /// Gives it in `to` the value that it has in `from`; where it has none there, `to` stays as it is.
    ///
    /// # Errors
    /// The value was made by hand, and is none that it takes.
    pub fn copy(&self, from: &S, to: &mut S) -> Result<(), String>
    where
        S: Clone,
    {
        self.value(from).map_or(Ok(()), |value| (self.field)(to).put(value))
    }

    /// What it takes.
    pub fn kind(&self, settings: &S) -> Kind
    where
        S: Clone,
    {
        (self.field)(&mut settings.clone()).kind().clone()
    }

    /// Its value in `settings`; `None` where nothing is set.
    pub fn value(&self, settings: &S) -> Option<Value>
    where
        S: Clone,
    {
        (self.field)(&mut settings.clone()).value().cloned()
    }

    /// What is wrong with its value in `settings`, which may have been made by hand; `None` if nothing is.
    pub fn problem(&self, settings: &S) -> Option<String>
    where
        S: Clone,
    {
        let mut copy = settings.clone();
        let field = (self.field)(&mut copy);
        let value = field.value().filter(|value| !field.kind().accepts(value))?;
        Some(format!("{} must be {}, not {}", self.key, field.kind(), field.kind().show(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{number, path, secret, whole};
    use std::path::PathBuf;

    #[derive(Clone, Debug, PartialEq)]
    struct Inner {
        share: f32,
        side: u32,
        map: Option<PathBuf>,
    }

    #[derive(Clone)]
    struct Outer {
        inner: Inner,
    }

    fn settings() -> [Setting<Inner>; 3] {
        [
            Setting::new("share", "a share", |s: &mut Inner| number(&mut s.share, 0.0..=1.0, "")),
            Setting::new("side", "a side", |s: &mut Inner| whole(&mut s.side, 1..=u32::MAX, "pixels")),
            Setting::new("map", "a file", |s: &mut Inner| path(&mut s.map)).by_default("none"),
        ]
    }

    #[test]
    fn a_setting_reads_and_writes_its_field_and_no_other() {
        let mut inner = Inner { share: 0.05, side: 3, map: None };
        let [share, side, map] = settings();
        assert_eq!(share.value(&inner), Some(Value::Number(0.05)));
        assert_eq!((side.value(&inner), map.value(&inner)), (Some(Value::Whole(3)), None));
        assert_eq!(map.write(&mut inner, &Typed::text("a/b")), Ok(()));
        assert_eq!(inner, Inner { share: 0.05, side: 3, map: Some("a/b".into()) });
        let refused = side.write(&mut inner, &Typed::text("4294967296"));
        assert_eq!(refused, Err("a whole number of pixels from 1 to 4294967295".to_owned()));
        assert_eq!(inner.side, 3);
    }

    #[test]
    fn values_made_by_hand_are_held_to_the_same_range() {
        let inner = Inner { share: f32::NAN, side: 0, map: None };
        let problems: Vec<String> = settings().iter().filter_map(|setting| setting.problem(&inner)).collect();
        assert_eq!(
            problems,
            [
                "share must be a number from 0 to 1, not NaN",
                "side must be a whole number of pixels from 1 to 4294967295, not 0"
            ]
        );
    }

    #[test]
    fn a_value_is_copied_and_what_is_not_set_stays() {
        let from = Inner { share: 0.25, side: 7, map: None };
        let mut to = Inner { share: 0.5, side: 3, map: Some("a/b".into()) };
        let [share, _, map] = settings();
        assert_eq!((share.copy(&from, &mut to), map.copy(&from, &mut to)), (Ok(()), Ok(())));
        assert_eq!(to, Inner { share: 0.25, side: 3, map: Some("a/b".into()) });
    }

    #[test]
    fn whether_it_needs_a_restart_goes_along() {
        let [share, side, _] = settings();
        let share = share.live().within(|outer: &mut Outer| &mut outer.inner);
        assert_eq!((share.needs_restart(), side.needs_restart()), (false, true));
    }

    #[test]
    fn a_setting_of_a_part_is_one_of_the_whole() {
        let mut outer = Outer { inner: Inner { share: 0.5, side: 3, map: None } };
        let [share, ..] = settings().map(|setting| setting.within(|outer: &mut Outer| &mut outer.inner));
        assert_eq!(share.write(&mut outer, &Typed::Number(0.25)), Ok(()));
        assert_eq!(outer.inner.share, 0.25);
    }

    /// A place that asks for a password.
    #[derive(Clone, Debug, PartialEq)]
    struct Door(String);

    impl std::fmt::Display for Door {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "door:***@{}", self.0)
        }
    }

    impl std::str::FromStr for Door {
        type Err = &'static str;

        fn from_str(text: &str) -> Result<Self, &'static str> {
            text.split_once('@').map(|(_, place)| Self(place.to_owned())).ok_or("it names no place")
        }
    }

    #[test]
    fn a_secret_is_shown_as_its_type_shows_it_and_a_refusal_says_why_but_not_what() {
        let setting = Setting::new("door", "A door", |s: &mut Option<Door>| secret(s, "door:SECRET@PLACE"));
        let mut held = None;
        let refused = setting.write(&mut held, &Typed::text("door:s3cret"));
        assert_eq!(refused, Err("door:SECRET@PLACE (it names no place)".to_owned()));
        assert!(setting.kind(&held).is_secret());
        assert_eq!(setting.write(&mut held, &Typed::text("door:s3cret@home")), Ok(()));
        assert_eq!(setting.value(&held), Some(Value::Text("door:***@home".to_owned())));
    }
}
