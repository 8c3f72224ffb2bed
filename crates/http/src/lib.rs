//! Faceward over HTTP: wire formats, routes, limits, errors. The only crate that knows an HTTP status.
//!
//! [`router()`] builds the whole surface over an [`AppState`]; [`serve`] runs it on a socket; [`openapi`] describes it.
//! Use cases live in `service`; nothing is computed here.

mod admin;
mod client;
mod console;
mod deletion;
mod error;
#[cfg(test)]
mod error_docs;
mod error_responses;
mod exposition;
mod extract;
mod failure;
#[cfg(fuzzing)]
pub mod fuzzing;
mod health;
mod history;
mod link;
mod metrics;
#[cfg(test)]
mod metrics_page;
mod middleware;
mod native;
mod openapi;
mod own_site;
mod phase;
mod qr;
mod remarks;
mod router;
#[cfg(test)]
mod sample;
mod server;
mod settings;
#[cfg(test)]
#[path = "../tests/support/shape.rs"]
mod shape;
mod startup;
mod state;
mod static_files;
mod surface;
mod surfaces;
mod transaction;
mod upload_room;
mod vendors;
mod webhook_document;

pub use admin::app_json;
pub use extract::multipart;
pub use history::{History, Minute};
pub use metrics::Metrics;
pub use native::analysis_json;
pub use phase::Phase;
pub use router::{admin_router, openapi, router};
pub use server::{Certificates, Listener, TlsError, serve};
pub use settings::{
    EffectiveSetting, HttpSettings, ReloadedSettings, Reloading, RisetSettings, ServerLimits,
    SettingsInForce, TlsSettings,
};
pub use startup::{Entrance, Startup};
pub use state::AppState;
