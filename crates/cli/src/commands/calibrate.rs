//! `faceward calibrate`: measurements to calibration tables.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use faceward_core::ModelId;
use faceward_eval::calibrate::{Chosen, OperatingPoint, Outcomes};
use faceward_eval::protocols::verification::VerificationReport;
use faceward_eval::similarity::{Measured, fit, knots};
use faceward_models::calibration::similarity::SimilarityCalibration;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::flags::share;
use crate::terminal;

/// Turn measurements into calibration tables
#[derive(Debug, Subcommand)]
pub(crate) enum Calibrate {
    /// Fit the map from cosine to similarity
    ///
    /// 0.5 becomes the false match rate 1e-2 and 0.75 becomes 1e-4 on the measured photos.
    ///
    /// The file goes into the configuration as `similarity_map`.
    Similarity(Similarity),
    /// Choose the threshold at the error rate that you can bear
    ///
    /// Prints lines for the configuration file, with what was measured at the threshold. docs/thresholds.md explains how
    /// to choose.
    Thresholds(Thresholds),
}

/// Arguments of `calibrate thresholds`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("point").required(true))]
pub(crate) struct Thresholds {
    /// Result of `faceward eval verification`, `pad` or `deepfake`, written with --json
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Of verification: share of pairs of different people that may match, such as 1e-4
    #[arg(long, value_name = "SHARE", group = "point", value_parser = share)]
    fmr: Option<f64>,
    /// Of liveness and deepfake: share of genuine photos that may be turned away, such as 0.02
    #[arg(long, value_name = "SHARE", group = "point", value_parser = share)]
    bpcer: Option<f64>,
    /// Of liveness and deepfake: share of each kind of attack, or of the fakes, that may pass
    #[arg(long, value_name = "SHARE", group = "point", value_parser = share)]
    apcer: Option<f64>,
    /// Write the lines to this file, which must not be there yet [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
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
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        match self {
            Self::Similarity(similarity) => similarity.run(),
            Self::Thresholds(thresholds) => thresholds.run(context),
        }
    }
}

impl Thresholds {
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let text = fs_err::read(&self.from).map_err(|error| Failure::new(Exit::Usage, error))?;
        let unusable = |error| {
            let path = self.from.display().to_string();
            Failure::new(Exit::Usage, anyhow::Error::new(error).context(path))
        };
        let outcomes = Outcomes::parse(&text).map_err(unusable)?;
        let chosen =
            outcomes.threshold(self.point()?, &context.config.service.similarity_map).map_err(unusable)?;
        let lines = lines(&chosen);
        match &self.output {
            Some(path) => write_new(path, &lines)?,
            None => terminal::line(lines.trim_end())?,
        }
        Ok(Exit::Yes)
    }

    fn point(&self) -> Result<OperatingPoint, Failure> {
        let fmr = self.fmr.map(OperatingPoint::Fmr);
        let point = fmr.or(self.bpcer.map(OperatingPoint::Bpcer)).or(self.apcer.map(OperatingPoint::Apcer));
        point.ok_or_else(|| Failure::usage("name an operating point: --fmr, --bpcer or --apcer"))
    }
}

/// The threshold as lines of a configuration file.
fn lines(chosen: &Chosen) -> String {
    let says: String = chosen.says.iter().map(|line| format!("# {line}\n")).collect();
    format!("[thresholds]\n{says}{} = {}\n", chosen.setting, chosen.value)
}

/// A configuration that is there already is not overwritten.
fn write_new(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    let mut options = fs_err::OpenOptions::new();
    let file = options.write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|error| Failure::new(Exit::Usage, error))
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
