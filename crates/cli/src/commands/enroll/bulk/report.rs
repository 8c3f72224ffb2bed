//! What became of each photo: a CSV file with a row each, and the place to go on from.

use std::collections::HashSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::commands::enroll::target::Order;
use crate::exit::{Exit, Failure};

/// What became of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Enrolled,
    /// A template of its id is there.
    ThereAlready,
    /// With the reason.
    Refused(String),
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    photo: String,
    template: String,
    outcome: Word,
    reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Enrolled,
    ThereAlready,
    Refused,
}

/// The report of a run, which every outcome is in as soon as it is known.
pub(super) struct Report {
    writer: csv::Writer<fs_err::File>,
}

/// Photos that an earlier run has brought in.
#[derive(Default)]
pub(super) struct Done(HashSet<(String, String)>);

impl Done {
    pub(super) fn has(&self, order: &Order) -> bool {
        self.0.contains(&key(order))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn key(order: &Order) -> (String, String) {
    (order.photo.display().to_string(), order.template.clone().unwrap_or_default())
}

impl Report {
    /// Goes on with the report at `path`, if there is one: of its rows those stay whose photos are in.
    pub(super) fn open(path: &Path) -> Result<(Self, Done), Failure> {
        let failed = |error: anyhow::Error| {
            Failure::new(Exit::Usage, error.context(format!("the report {}", path.display())))
        };
        let kept = kept(path).map_err(failed)?;
        let writer = begun(path, &kept).map_err(failed)?;
        let done = kept.into_iter().map(|row| (row.photo, row.template));
        Ok((Self { writer }, Done(done.collect())))
    }

    /// Adds what became of a photo.
    pub(super) fn add(&mut self, order: &Order, outcome: &Outcome) -> Result<(), Failure> {
        let (photo, template) = key(order);
        let (outcome, reason) = match outcome {
            Outcome::Enrolled => (Word::Enrolled, String::new()),
            Outcome::ThereAlready => (Word::ThereAlready, String::new()),
            Outcome::Refused(reason) => (Word::Refused, reason.clone()),
        };
        let written = self.writer.serialize(Row { photo, template, outcome, reason });
        let written = written.map_err(anyhow::Error::new).and_then(|()| Ok(self.writer.flush()?));
        written.map_err(|error| Failure::new(Exit::Failed, error.context("the report cannot be written")))
    }
}

/// The rows of an earlier run whose photos are in; none if there was no run.
fn kept(path: &Path) -> anyhow::Result<Vec<Row>> {
    if !path.try_exists()? {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for row in csv::Reader::from_reader(fs_err::File::open(path)?).into_deserialize() {
        let row: Row = row?;
        if row.outcome != Word::Refused {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A report with these rows in the place of the one at `path`.
fn begun(path: &Path, rows: &[Row]) -> anyhow::Result<csv::Writer<fs_err::File>> {
    // Written beside and renamed: whoever ends meanwhile loses no row.
    let unfinished = path.with_extension("csv.new");
    if unfinished.try_exists()? {
        fs_err::remove_file(&unfinished)?;
    }
    let file = faceward_sealing::owner_only().create_new(true).open(&unfinished)?;
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
    writer.write_record(["photo", "template", "outcome", "reason"])?;
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush()?;
    fs_err::rename(&unfinished, path)?;
    Ok(writer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(name: &str) -> Order {
        Order {
            photo: format!("{name}.jpg").into(),
            template: Some(name.to_owned()),
            subject: None,
            gallery: "default".to_owned(),
            name: None,
            expires_in: None,
            replace: false,
        }
    }

    #[test]
    fn who_is_in_is_left_out_and_who_was_refused_is_asked_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("report.csv");
        let (mut report, done) = Report::open(&path).expect("a new report");
        assert_eq!(done.len(), 0);
        report.add(&order("a"), &Outcome::Enrolled).expect("written");
        report.add(&order("b"), &Outcome::Refused("two faces, \"odd\"\n".to_owned())).expect("written");
        report.add(&order("c"), &Outcome::ThereAlready).expect("written");
        let text = fs_err::read_to_string(&path).expect("readable while it is written");
        assert_eq!(text.lines().next(), Some("photo,template,outcome,reason"));
        assert!(text.contains("b.jpg,b,refused,\"two faces, \"\"odd\"\""), "{text}");
        let (_, done) = Report::open(&path).expect("the same report");
        assert_eq!(["a", "b", "c"].map(|name| done.has(&order(name))), [true, false, true]);
        assert!(!fs_err::read_to_string(&path).expect("readable").contains("refused"));
        fs_err::write(&path, "name,age\nanna,7\n").expect("written");
        assert!(Report::open(&path).is_err(), "somebody else's file is not overwritten");
        assert_eq!(fs_err::read_to_string(&path).expect("readable"), "name,age\nanna,7\n");
    }
}
