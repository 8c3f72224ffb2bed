//! `faceward calibrate`: measurements to calibration tables.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use faceward_core::ModelId;
use faceward_eval::protocols::verification::VerificationReport;
use faceward_eval::similarity::{Measured, fit, knots};
use faceward_models::calibration::similarity::SimilarityCalibration;

use crate::exit::{Exit, Failure};
use crate::terminal;

/// Turn measurements into calibration tables
#[derive(Debug, Subcommand)]
pub(crate) enum Calibrate {
    /// Fit the map from cosine to similarity
    ///
    /// 0.5 becomes the false match rate 1e-2 and 0.75 becomes 1e-4 on the measured photos.
    Similarity(Similarity),
}

/// Arguments of `calibrate similarity`.
#[derive(Debug, Args)]
pub(crate) struct Similarity {
    /// Result of `faceward eval verification --all-pairs … --json FILE`
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Name of the measured photos, for the table
    #[arg(long, value_name = "NAME")]
    data: String,
    /// Write the table to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Calibrate {
    /// Fits.
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Similarity(similarity) => similarity.run(),
        }
    }
}

impl Similarity {
    fn run(&self) -> Result<Exit, Failure> {
        let text = fs_err::read(&self.from).map_err(|error| Failure::new(Exit::Usage, error))?;
        let report: VerificationReport = serde_json::from_slice(&text).map_err(|error| {
            Failure::usage(format_args!(
                "{} is no result of `eval verification`: {error}",
                self.from.display()
            ))
        })?;
        let table = table(&report, &self.data)?;
        let toml = toml::to_string(&table).map_err(|error| Failure::new(Exit::Failed, error))?;
        let toml = format!("{HEADER}\n{toml}");
        match &self.output {
            Some(path) => fs_err::write(path, toml).map_err(|error| Failure::new(Exit::Failed, error))?,
            None => terminal::line(toml.trim_end())?,
        }
        Ok(Exit::Yes)
    }
}

const HEADER: &str = "\
# From the cosine of two embeddings to a similarity, straight between knots. Written by `faceward calibrate similarity`.
# Intervals hold 95 % of 1,000 draws of persons; a point without one is extrapolated over log10(FMR).
";

fn table(report: &VerificationReport, data: &str) -> Result<SimilarityCalibration, Failure> {
    let measured: Vec<Measured> = report
        .anchors
        .iter()
        .filter_map(|(fmr, rate)| {
            let (threshold, interval) = (rate.threshold, rate.threshold_ci);
            Some(Measured { fmr: fmr.parse().ok()?, threshold, fnmr: rate.fnmr, interval })
        })
        .collect();
    let operating_points =
        fit(&measured, report.n_impostor).map_err(|error| Failure::new(Exit::Usage, error))?;
    Ok(SimilarityCalibration {
        model: ModelId::new(&report.model),
        data: data.to_owned(),
        photos: (report.n_photos - report.failures) as u64,
        persons: report.n_persons,
        genuine_pairs: report.n_genuine as u64,
        impostor_pairs: report.n_impostor,
        mirrored: report.mirrored,
        date: jiff::Zoned::now().date().to_string(),
        knots: knots(&operating_points),
        operating_points,
    })
}
