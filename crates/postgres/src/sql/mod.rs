//! What is said to the database. A file a kind of data; `change` makes changes and writes them into the log.

pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod challenges;
pub(crate) mod change;
pub(crate) mod compared;
pub(crate) mod data_keys;
pub(crate) mod deletion;
pub(crate) mod galleries;
pub(crate) mod inside;
pub(crate) mod operators;
pub(crate) mod ranking;
pub(crate) mod reads;
pub(crate) mod reseal;
pub(crate) mod rows;
pub(crate) mod sealed;
pub(crate) mod sessions;
pub(crate) mod templates;
pub(crate) mod tokens;
pub(crate) mod webhooks;
