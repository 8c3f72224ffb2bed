//! `docs/errors.md`, written from the tables. A test holds the file to them.

use std::fmt::Write;

use crate::surfaces::ALL;

const HEAD: &str = "\
# Errors

This page is generated from the tables in `crates/http`; do not edit it. After a change there:
`cargo test -p faceward-http --lib -- --ignored write_the_error_page`.

Every answer, failed or not, has a transaction id, in the body and in the header `X-Request-Id`. The server's log has a
line with the same id. An answer 503 has a `Retry-After` in seconds.
";

/// The whole page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    // First the words in which everything else is answered.
    page.push_str(&(ALL.elsewhere.documents.error_page)());
    for surface in ALL.all.iter().filter(|surface| surface.name != ALL.elsewhere.name) {
        page.push_str(&(surface.documents.error_page)());
    }
    page
}

/// Adds a row to a table.
pub(crate) fn row(page: &mut String, cells: &[&str]) {
    // Writing to a string cannot fail.
    let _written = writeln!(page, "| {} |", cells.join(" | "));
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::error::ErrorKind;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

    #[test]
    fn the_error_page_is_what_the_tables_say() {
        let written = fs_err::read_to_string(Path::new(PAGE)).expect("docs/errors.md");
        assert_eq!(written, page(), "docs/errors.md is stale: its first lines say how to write it anew");
    }

    #[test]
    #[ignore = "writes docs/errors.md"]
    fn write_the_error_page() {
        fs_err::write(Path::new(PAGE), page()).expect("docs/errors.md");
    }

    #[test]
    fn codes_are_unique_and_snake_case() {
        let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert!(codes.iter().all(|code| {
            code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        }));
        codes.sort_unstable();
        let n_codes = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), n_codes);
    }
}
