//! The section of `docs/errors.md` about `/v1`.

use super::errors::MET;
use crate::error::Fault;
use crate::error_docs::row;

const HEAD: &str = "
## Under `/v1`, and everywhere that is not a vendor's API

```json
{\"error\": {\"code\": \"no_face\", \"message\": \"photo: no face was found\"}, \"transaction_id\": \"9f0c...\"}
```

Programs decide on `code`; it never changes its meaning. `message` is for people and may change.
*Whose turn*: *caller*: the same request will fail again; *moment*: it may succeed later; *operator*: look into the log.

| code | HTTP | whose turn | meaning |
|---|---|---|---|
";

pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in MET {
        let turn = match kind.fault() {
            Fault::Caller => "caller",
            Fault::Moment => "moment",
            Fault::Ours => "operator",
        };
        row(&mut page, &[&format!("`{}`", kind.code()), kind.status().as_str(), turn, kind.meaning()]);
    }
    page
}
