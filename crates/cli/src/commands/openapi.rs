//! `faceward openapi`: the OpenAPI document.

use clap::Args;

use crate::exit::{Exit, Failure};
use crate::terminal;

/// Print the OpenAPI document of the HTTP interface
///
/// The same document that a running server has at /openapi.json.
#[derive(Debug, Args)]
pub(crate) struct Openapi {}

impl Openapi {
    /// Prints it.
    #[expect(clippy::unused_self, reason = "every command has this shape")]
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        terminal::json(&faceward_http::openapi())?;
        Ok(Exit::Yes)
    }
}
