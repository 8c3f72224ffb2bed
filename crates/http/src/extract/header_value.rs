//! Header values of the form `kind; name=value; name="value"`: Content-Type (RFC 9110 section 8.3), Content-Disposition (RFC
//! 6266, RFC 2183, RFC 7578).
//!
//! Names are compared without regard to case, and a quoted string is one value whatever stands in it. Beyond the RFCs an
//! unquoted value may hold anything up to the next `;`, as many senders write it, except for a quote: where the value ended
//! would be a guess.

/// A header value taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeaderParts {
    /// What stands before the first `;`, in lower case.
    pub(crate) kind: String,
    parameters: Vec<(String, Vec<u8>)>,
}

/// The value cannot be read in only one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a header cannot be read")]
pub(crate) struct Unreadable;

impl HeaderParts {
    /// Takes `value` apart.
    pub(crate) fn parse(value: &[u8]) -> Result<Self, Unreadable> {
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        let (kind, mut rest) = value.split_at(end);
        let kind =
            std::str::from_utf8(kind).map_err(|_| Unreadable)?.trim_matches(BLANKS).to_ascii_lowercase();
        let mut parameters = Vec::new();
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            // Only a `;` can stand between two parameters.
            if first != b';' {
                return Err(Unreadable);
            }
            let (parameter, after) = parameter(rest)?;
            parameters.extend(parameter);
            rest = after;
        }
        Ok(Self { kind, parameters })
    }

    /// The value of the parameter called `name` in lower case.
    ///
    /// # Errors
    /// It is there twice with different values.
    pub(crate) fn parameter(&self, name: &str) -> Result<Option<&[u8]>, Unreadable> {
        let mut found =
            self.parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| &value[..]);
        let first = found.next();
        if found.all(|other| Some(other) == first) { Ok(first) } else { Err(Unreadable) }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

type Parameter = (String, Vec<u8>);

/// The parameter at the start of `text`, and what follows it: nothing, or something that has to begin with `;`. A lone name
/// without a value, and nothing at all, are no parameter.
fn parameter(text: &[u8]) -> Result<(Option<Parameter>, &[u8]), Unreadable> {
    let end = text.iter().position(|byte| matches!(byte, b'=' | b';')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let name = std::str::from_utf8(name).map_err(|_| Unreadable)?.trim_matches(BLANKS).to_ascii_lowercase();
    if name.contains('"') {
        return Err(Unreadable);
    }
    let Some((b'=', rest)) = rest.split_first() else { return Ok((None, rest)) };
    let rest = without_blanks(rest);
    let (value, rest) = match rest.split_first() {
        Some((b'"', rest)) => quoted(rest)?,
        _ => bare(rest)?,
    };
    Ok((Some((name, value)), without_blanks(rest)))
}

/// The content of a quoted string whose opening quote has been read.
fn quoted(text: &[u8]) -> Result<(Vec<u8>, &[u8]), Unreadable> {
    let mut value = Vec::new();
    let mut rest = text;
    loop {
        match rest {
            [b'"', after @ ..] => return Ok((value, after)),
            [b'\\', escaped, after @ ..] => {
                value.push(*escaped);
                rest = after;
            }
            [byte, after @ ..] => {
                value.push(*byte);
                rest = after;
            }
            [] => return Err(Unreadable),
        }
    }
}

fn bare(text: &[u8]) -> Result<(Vec<u8>, &[u8]), Unreadable> {
    let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
    let (value, rest) = text.split_at(end);
    if value.contains(&b'"') {
        return Err(Unreadable);
    }
    let n_trailing = value.iter().rev().take_while(|byte| is_blank(**byte)).count();
    Ok((value[..value.len() - n_trailing].to_vec(), rest))
}

fn without_blanks(text: &[u8]) -> &[u8] {
    let n_blanks = text.iter().take_while(|byte| is_blank(**byte)).count();
    &text[n_blanks..]
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
#[path = "header_value_tests.rs"]
mod tests;
