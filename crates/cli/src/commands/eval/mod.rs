//! `faceward eval`: accuracy on labelled photos. One file a protocol.

mod all;
mod attributes;
mod common;
mod deepfake;
mod degrade;
mod identification;
mod landmarks;
mod methods;
mod pad;
mod precision;
mod quality;
mod verification;

use clap::Subcommand;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Measure accuracy on labelled photos
///
/// Index files are CSV; paths in them are relative to --root, a folder or an uncompressed .tar, in which the index may
/// lie as well. Photos never leave the machine, and results hold no embeddings. A run that was cut goes on where it was.
#[derive(Debug, Subcommand)]
pub(crate) enum Eval {
    /// Are two photos of one person told from two photos of different persons?
    Verification(verification::Verification),
    /// Are enrolled people found first, and strangers not at all?
    Identification(identification::Identification),
    /// Do presentation attacks pass as live, and are live people turned away?
    Pad(pad::Pad),
    /// Are swapped and generated faces told from genuine ones?
    Deepfake(deepfake::Deepfake),
    /// Age, gender, race, mask, eyes, mouth, expression: how often is the answer right, and for whom?
    Attributes(attributes::Attributes),
    /// How far do the 68 points lie from labelled ones?
    Landmarks(landmarks::Landmarks),
    /// Which quality measure tells beforehand that a photo will not be recognised?
    Quality(quality::Quality),
    /// What changes when networks compute in shorter numbers?
    Precision(precision::Precision),
    /// Does each quality measure follow the defect that it is about, and no other?
    Degrade(degrade::Degrade),
    /// What is known of a check, method by method, from the tables of this binary; needs no photos
    Methods(methods::Methods),
    /// Make every measurement of a plan and write them into a document
    All(all::All),
}

impl Eval {
    /// Measures and prints what came out.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        terminal::line(&self.measure(context)?)?;
        Ok(Exit::Yes)
    }

    /// Measures, and says what came out as Markdown.
    fn measure(&self, context: &Context) -> Result<String, Failure> {
        match self {
            Self::Verification(verification) => verification.measure(context),
            Self::Identification(identification) => identification.measure(context),
            Self::Pad(pad) => pad.measure(context),
            Self::Deepfake(deepfake) => deepfake.measure(context),
            Self::Attributes(attributes) => attributes.measure(context),
            Self::Landmarks(landmarks) => landmarks.measure(context),
            Self::Quality(quality) => quality.measure(context),
            Self::Precision(precision) => precision.measure(context),
            Self::Degrade(degrade) => degrade.measure(context),
            Self::Methods(methods) => methods.measure(context),
            Self::All(all) => all.measure(context),
        }
    }
}
