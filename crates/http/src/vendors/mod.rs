//! APIs of other vendors, one folder each: `routes`, `wire`, `convert`, `errors`. Wire types never leave their folder.

pub(crate) mod ooto;
pub(crate) mod riset;
