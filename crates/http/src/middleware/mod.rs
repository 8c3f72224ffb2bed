//! One layer a file. Their order is written down once, in `router`.

pub(crate) mod access_log;
pub(crate) mod allowance;
pub(crate) mod auth;
pub(crate) mod catch_panic;
pub(crate) mod cors;
pub(crate) mod envelope;
pub(crate) mod linger;
pub(crate) mod no_store;
pub(crate) mod origin;
pub(crate) mod request_id;
pub(crate) mod timeout;
pub(crate) mod token;
mod trace;
pub(crate) mod upload_room;
