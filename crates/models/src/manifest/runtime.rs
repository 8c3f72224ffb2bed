//! How the manifest writes the names of the inference runtimes.

use std::collections::BTreeMap;

use faceward_core::RuntimeKind;
use serde::{Deserialize, Deserializer};

/// A runtime by its name; the same as [`RuntimeKind::as_str`] gives.
#[derive(Deserialize)]
#[serde(remote = "RuntimeKind", rename_all = "lowercase")]
pub(super) enum Named {
    OpenVino,
    OnnxRuntime,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key(#[serde(with = "Named")] RuntimeKind);

/// A table whose keys are runtimes.
pub(super) fn keys<'de, D: Deserializer<'de>>(table: D) -> Result<BTreeMap<RuntimeKind, String>, D::Error> {
    let table = BTreeMap::<Key, String>::deserialize(table)?;
    Ok(table.into_iter().map(|(Key(runtime), value)| (runtime, value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes_are_written_as_everywhere_else() {
        for runtime in RuntimeKind::ALL {
            let table: toml::Table = format!("{} = 'file'", runtime.as_str()).parse().expect("TOML");
            assert_eq!(keys(table).ok(), Some(BTreeMap::from([(runtime, "file".to_owned())])));
        }
        assert!(keys("other = 'file'".parse::<toml::Table>().expect("TOML")).is_err());
    }
}
