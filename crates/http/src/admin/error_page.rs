//! The section of `docs/errors.md` about the administration.

use super::errors::MET;
use crate::error_docs::row;

const HEAD: &str = "
## Under `/admin/v1`

The same envelope as under `/v1`.

| code | HTTP | meaning |
|---|---|---|
";

pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in MET {
        row(&mut page, &[&format!("`{}`", kind.code()), kind.status().as_str(), kind.meaning()]);
    }
    page
}
