//! `name=value` pairs joined by `&`: queries, and bodies of forms without files.

use percent_encoding::percent_decode;

/// A pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: String,
    /// `None`: the bare name, without `=`.
    pub(crate) value: Option<String>,
}

/// Some bytes are no UTF-8. To replace them by a character that stands for all such bytes would make one of two ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not UTF-8")]
pub(crate) struct NotUtf8;

/// The pairs in `text`, in their order. A `%` that begins no escape stands for itself.
pub(crate) fn pairs(text: &[u8]) -> Result<Vec<Pair>, NotUtf8> {
    text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()).map(pair).collect()
}

fn pair(piece: &[u8]) -> Result<Pair, NotUtf8> {
    let equals = piece.iter().position(|byte| *byte == b'=');
    let (name, value) = equals.map_or((piece, None), |at| (&piece[..at], Some(&piece[at + 1..])));
    Ok(Pair { name: decoded(name)?, value: value.map(decoded).transpose()? })
}

fn decoded(text: &[u8]) -> Result<String, NotUtf8> {
    let blanks: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_decode(&blanks).collect();
    String::from_utf8(bytes).map_err(|_| NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_exactly_or_not_at_all() {
        let read = |text: &str| {
            pairs(text.as_bytes()).map(|pairs| pairs.into_iter().map(|p| (p.name, p.value)).collect())
        };
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let rows: [(&str, Result<Vec<_>, NotUtf8>); 10] = [
            ("", Ok(vec![])),
            ("a", Ok(vec![pair("a", None)])),
            ("a=", Ok(vec![pair("a", Some(""))])),
            ("a=b=c&&%64=1+2%2B", Ok(vec![pair("a", Some("b=c")), pair("d", Some("1 2+"))])),
            ("a=M%C3%BCller", Ok(vec![pair("a", Some("M\u{fc}ller"))])),
            ("a=%EF%BF%BD", Ok(vec![pair("a", Some("\u{fffd}"))])),
            ("a=M%FCller", Err(NotUtf8)),
            ("a=M%F6ller", Err(NotUtf8)),
            ("%FF=1", Err(NotUtf8)),
            ("a=100%", Ok(vec![pair("a", Some("100%"))])),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
