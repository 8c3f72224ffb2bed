//! Query parameters: booleans in every spelling that clients use, numbers with a range. Nothing malformed is guessed.

use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::urlencoded::{Pair, pairs};
use crate::failure::Failure;

/// The query of a request, in its order.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<Pair>);

impl Parameters {
    /// Those of a request without a query.
    #[cfg(fuzzing)]
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// A boolean. Absent: false. Bare (`?name`): true. Else one of true, false, 1, 0, yes, no, on, off, in any case.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Failure> {
        match self.only(name)? {
            None => Ok(false),
            Some(Pair { value: None, .. }) => Ok(true),
            Some(Pair { value: Some(text), .. }) => {
                parse_boolean(text).ok_or_else(|| Failure::InvalidParameter {
                    name: name.to_owned(),
                    expected: "true, false, 1, 0, yes, no, on or off",
                })
            }
        }
    }

    /// A number within `range`, described by `expected`.
    pub(crate) fn number<T>(
        &self,
        name: &str,
        range: &RangeInclusive<T>,
        expected: &'static str,
    ) -> Result<Option<T>, Failure>
    where
        T: FromStr + PartialOrd,
    {
        let Some(parameter) = self.only(name)? else { return Ok(None) };
        let number = parameter.value.as_deref().and_then(|text| text.trim().parse().ok());
        match number.filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(Failure::InvalidParameter { name: name.to_owned(), expected }),
        }
    }

    /// A text; empty or bare is as good as absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Failure> {
        let value = self.only(name)?.and_then(|parameter| parameter.value.as_deref());
        Ok(value.filter(|text| !text.is_empty()))
    }

    /// Refuses every parameter that is not in `known`.
    pub(crate) fn refuse_unknown(&self, known: &[&str]) -> Result<(), Failure> {
        match self.0.iter().find(|parameter| !known.contains(&parameter.name.as_str())) {
            None => Ok(()),
            Some(parameter) => Err(Failure::UnknownParameter(parameter.name.clone())),
        }
    }

    fn only(&self, name: &str) -> Result<Option<&Pair>, Failure> {
        let mut found = self.0.iter().filter(|parameter| parameter.name == name);
        let first = found.next();
        if found.next().is_some() {
            return Err(Failure::Repeated(name.to_owned()));
        }
        Ok(first)
    }
}

/// `None`: neither.
pub(crate) fn parse_boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(["true", "1", "yes", "on"]) {
        Some(true)
    } else if is_one_of(["false", "0", "no", "off"]) {
        Some(false)
    } else {
        None
    }
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = pairs(query.as_bytes()).map_err(|_| Failure::InvalidParameter {
            name: "query".to_owned(),
            expected: "name=value pairs joined by &, percent-encoded UTF-8",
        })?;
        Ok(Self(pairs))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parameters(query: &str) -> Parameters {
        let request = Request::get(format!("/x?{query}")).body(()).expect("a valid URI");
        let (mut parts, ()) = request.into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(Parameters::from_request_parts(&mut parts, &())).expect("a valid query")
    }

    #[track_caller]
    fn check_flag(query: &str, expected: Option<bool>) {
        assert_eq!(parameters(query).flag("f").ok(), expected, "?{query}");
    }

    #[test]
    fn booleans_have_eight_spellings_in_any_case() {
        for (query, expected) in [
            ("f=true", true),
            ("f=TRUE", true),
            ("f=1", true),
            ("f=yes", true),
            ("f=On", true),
            ("f", true),
            ("g=1&f", true),
            ("f=%74rue", true),
            ("f=false", false),
            ("f=False", false),
            ("f=0", false),
            ("f=no", false),
            ("f=OFF", false),
            ("", false),
            ("g=true", false),
            ("F=true", false),
        ] {
            check_flag(query, Some(expected));
        }
    }

    #[test]
    fn what_is_no_boolean_is_an_error_and_never_false() {
        for query in ["f=", "f=2", "f=tru", "f=null", "f=true&f=true", "f&f=false", "f=y", "f=-1"] {
            check_flag(query, None);
        }
    }

    #[test]
    fn numbers_have_a_range() {
        let number = |query: &str| parameters(query).number("n", &(0.0_f32..=1.0), "0 to 1");
        assert_eq!(number("n=0.5").expect("in range"), Some(0.5));
        assert_eq!(number("m=0.5").expect("absent"), None);
        for query in ["n=1.01", "n=-0.1", "n=NaN", "n=inf", "n=", "n", "n=a", "n=0.1&n=0.2"] {
            assert!(number(query).is_err(), "?{query}");
        }
    }

    #[test]
    fn a_query_that_is_no_utf8_is_refused_whole() {
        for query in ["f=%FF", "%FF=1", "f=1&g=M%FCller"] {
            let (mut parts, ()) = Request::get(format!("/x?{query}")).body(()).expect("a URI").into_parts();
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let read = runtime.block_on(Parameters::from_request_parts(&mut parts, &()));
            assert!(matches!(read, Err(Failure::InvalidParameter { .. })), "?{query}");
        }
    }

    #[test]
    fn unknown_parameters_can_be_refused() {
        assert!(parameters("a=1&b=2").refuse_unknown(&["a", "b"]).is_ok());
        assert!(parameters("a=1&c=2").refuse_unknown(&["a", "b"]).is_err());
    }
}
