//! `faceward audit deletion`: a deletion record, compared with what lay in a store before and what lies there now.

use std::path::{Path, PathBuf};

use clap::Args;
use faceward_postgres::Address;
use faceward_store::{DeletionRecord, Extent, Rows};

use crate::context::Context;
use crate::executor::executor;
use crate::exit::{Exit, Failure};
use crate::terminal;

/// Check a deletion record against backups or databases from before and after
///
/// A PLACE is a folder that `faceward backup` made, a data folder that no server uses, or `postgres://...`. Nothing is changed there, and
/// no key is needed: the digest is that of the sealed rows. At least one of `--before` and `--after` is asked for; only both
/// tell whether one of the very rows is still there. Exits with 1 where something contradicts the record.
#[derive(Debug, Args)]
pub(super) struct Deletion {
    /// The record: `deletion` out of the answer to the deletion or out of `audit --format jsonl`, or all of either
    #[arg(long, value_name = "FILE")]
    record: PathBuf,
    /// The store as it was before: is this what was deleted?
    #[arg(long, value_name = "PLACE", required_unless_present = "after")]
    before: Option<String>,
    /// The store as it is after, or now: is none of it there?
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
}

/// What it does not prove, whatever it says.
const LIMITS: &str = "This says nothing of copies elsewhere: backups, exports, and of PostgreSQL its log, archives and stand-bys.";

impl Deletion {
    /// Says what the places tell of the record.
    pub(super) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let record = read(&self.record)?;
        let look =
            |place: &Option<String>| place.as_deref().map(|place| held(context, place, &record)).transpose();
        let (before, after) = (look(&self.before)?, look(&self.after)?);
        terminal::line(&described(&record))?;
        let mut agrees = true;
        if let Some(before) = &before {
            let (is_it, text) = judged_before(&record, before);
            agrees &= is_it;
            terminal::line(&format!("before: {text}"))?;
        }
        if let Some(after) = &after {
            let (is_gone, text) = judged_after(before.as_ref(), after);
            agrees &= is_gone;
            terminal::line(&format!("after: {text}"))?;
        }
        terminal::line(LIMITS)?;
        Ok(Exit::answer(agrees))
    }
}

/// The record in a file: itself, or `deletion` of what is there.
fn read(path: &Path) -> Result<DeletionRecord, Failure> {
    let refused = |error: anyhow::Error| {
        Failure::new(Exit::DataRefused, error.context(format!("the record in {}", path.display())))
    };
    let text = fs_err::read_to_string(path).map_err(|error| Failure::new(Exit::Usage, error))?;
    let mut json: serde_json::Value = serde_json::from_str(&text).map_err(|error| refused(error.into()))?;
    if let Some(record) = json.get_mut("deletion") {
        json = record.take();
    }
    DeletionRecord::from_json(&json.to_string()).map_err(|error| refused(error.into()))
}

/// The rows that lie in `place` where those lay that are deleted.
fn held(context: &Context, place: &str, record: &DeletionRecord) -> Result<Rows, Failure> {
    let DeletionRecord { app, extent, .. } = record;
    if !place.contains("://") {
        let rows = faceward_embedded::held_rows(Path::new(place), app, extent);
        return rows.map_err(|error| Failure::new(Exit::DataRefused, error));
    }
    let address: Address = place.parse().map_err(Failure::usage)?;
    let rows = faceward_postgres::held_rows(&address, &context.config.database, (app, extent));
    let refused = |error| anyhow::Error::new(error).context(format!("the store {address}"));
    executor()?.block_on(rows).map_err(|error| Failure::new(Exit::DataRefused, refused(error)))
}

fn described(record: &DeletionRecord) -> String {
    let DeletionRecord { app, extent, at, deletion } = record;
    let what = match extent {
        Extent::Template(template) => format!("template {template} of app {app}"),
        Extent::Subject(gallery, subject) => format!("subject {subject} of gallery {gallery} of app {app}"),
        Extent::Gallery(gallery) => format!("gallery {gallery} of app {app}"),
        Extent::Galleries => format!("all galleries of app {app}"),
        Extent::App => format!("app {app}"),
    };
    let sha256 = deletion.sha256_in_hex().unwrap_or_else(|| "-".to_owned());
    format!("{what}: {} templates, deleted at {at}, SHA-256 {sha256}", deletion.n_templates)
}

/// Whether it is what was deleted.
fn judged_before(record: &DeletionRecord, before: &Rows) -> (bool, String) {
    if before.sha256() == record.deletion.sha256 {
        return (true, "these are the rows that were deleted".to_owned());
    }
    let (there, deleted) = (before.len(), record.deletion.n_templates);
    let why = "The place is of another time (something was added, replaced or deleted in between, or a data key was rotated), or the record is wrong";
    (false, format!("NOT the rows that were deleted: {there} templates there, {deleted} deleted. {why}"))
}

/// Whether none of it is there.
fn judged_after(before: Option<&Rows>, after: &Rows) -> (bool, String) {
    if after.is_empty() {
        return (true, "no template is there".to_owned());
    }
    let there = after.len();
    match before.map(|before| before.shared_with(after)) {
        Some(0) => {
            (true, format!("none of the rows is there; {there} templates are that were written since"))
        }
        Some(shared) => (false, format!("{shared} of the rows are STILL THERE")),
        None => (
            false,
            format!(
                "{there} templates ARE THERE; whether they were written since is told with --before alone"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use faceward_core::AppId;
    use faceward_store::{SealedRow, Traces};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn rows(templates: &[&str]) -> Rows {
        let mut rows = Rows::default();
        for template in templates {
            let app = &AppId(Uuid::nil());
            let (gallery, subject, model) = ("default", "anna", "toy-1");
            rows.add(&SealedRow {
                app,
                gallery,
                subject,
                template,
                model,
                created_at: 0,
                expires_at: None,
                sealed_sha256: [0; 32],
            });
        }
        rows
    }

    #[test]
    fn a_record_agrees_with_its_own_rows_before_and_with_none_of_them_after() {
        let deletion = rows(&["a", "b"]).deleted(Traces::Wiped);
        let (app, at) = (AppId(Uuid::nil()), Timestamp::UNIX_EPOCH);
        let record = DeletionRecord { app, extent: Extent::Galleries, at, deletion };
        let before = [(rows(&["b", "a"]), true), (rows(&["a"]), false), (rows(&["a", "b", "c"]), false)];
        for (before, expected) in before {
            assert_eq!(judged_before(&record, &before).0, expected, "{before:?}");
        }
        let both = rows(&["a", "b"]);
        let after = [(rows(&[]), true, true), (rows(&["b"]), false, false), (rows(&["c"]), true, false)];
        for (after, with_before, alone) in after {
            assert_eq!(judged_after(Some(&both), &after).0, with_before, "{after:?}");
            assert_eq!(judged_after(None, &after).0, alone, "{after:?}");
        }
    }
}
