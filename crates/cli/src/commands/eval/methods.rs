//! `faceward eval methods`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use faceward_eval::protocols::methods::{MeasuredCheck, measure};

use super::common::Output;
use crate::context::Context;
use crate::exit::Failure;

/// Arguments of `eval methods`.
#[derive(Debug, Args)]
pub(crate) struct Methods {
    /// The check
    #[arg(long, value_enum)]
    check: Check,
    /// Write the result to this file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the result into this folder, as SVG
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
}

/// A check whose errors are known method by method.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Check {
    /// Presentation attacks
    Liveness,
    /// Swapped and generated faces
    Deepfake,
    /// Pictures that no camera took
    Photographed,
}

impl Methods {
    /// Reads the tables, and says what they know as Markdown.
    pub(super) fn measure(&self, context: &Context) -> Result<String, Failure> {
        let check = match self.check {
            Check::Liveness => MeasuredCheck::Liveness,
            Check::Deepfake => MeasuredCheck::Deepfake,
            Check::Photographed => MeasuredCheck::Photographed,
        };
        let output = Output { json: self.json.clone(), plots: self.plots.clone(), cache: None };
        output.finish(&measure(&context.config.service.similarity_map, check))
    }
}
