//! `faceward audit`: the audit log, read and exported.

mod deletion;

use clap::{Args, Subcommand, ValueEnum};
use faceward_core::{AppId, GalleryId, OperatorName, SubjectId, TemplateId};
use faceward_embedded::AuditReader;
use faceward_service::{AuditFilter, AuditRecord};
use faceward_store::{DeletionRecord, Stores};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use uuid::Uuid;

use super::enroll::parsed;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::remote::{Remote, encoded};
use crate::{setup, stores, terminal};

/// Records that are read at a time; between two pages a running server may purge.
const PAGE: usize = 1000;

/// Show or export the audit log: who did what to whom and when, with which result
///
/// Works beside a running server. Without `--format` the newest records as a table; with it every record that passes the
/// filters, oldest first, on standard output. Records hold no photo, vector or key. A change shows twice: `begun` before
/// it is made, then how it ended.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Audit {
    /// Something else than reading it.
    #[command(subcommand)]
    check: Option<Check>,
    /// Only of this app (APP-ID)
    #[arg(long, value_name = "UUID")]
    app: Option<Uuid>,
    /// Only what this operator did
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Only about this gallery
    #[arg(long, value_name = "ID")]
    gallery: Option<String>,
    /// Only about this subject
    #[arg(long, value_name = "ID")]
    subject: Option<String>,
    /// Only about this template
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Only this action, as in `enroll` or `delete_template`
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only of this request (its transaction id)
    #[arg(long, value_name = "UUID")]
    transaction: Option<Uuid>,
    /// Only from then on: a date (2026-01-31, UTC), a time (2026-01-31T08:00:00Z), or days back (7d)
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only before then
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// Most records of the table
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Export: jsonl (one JSON object a line) or csv
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
}

/// What can be checked.
#[derive(Debug, Subcommand)]
enum Check {
    Deletion(deletion::Deletion),
}

/// How an export looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

/// One record as it is exported. Scores, reasons, models and what was deleted are JSON in a CSV cell.
#[derive(Serialize)]
struct Row {
    sequence: i64,
    at: String,
    transaction_id: String,
    trx_id: Option<String>,
    surface: String,
    app_id: Option<String>,
    operator: Option<String>,
    action: String,
    gallery: Option<String>,
    subject: Option<String>,
    template: Option<String>,
    outcome: String,
    verdict: Option<String>,
    scores: serde_json::Value,
    reasons: serde_json::Value,
    models: serde_json::Value,
    deletion: serde_json::Value,
}

impl Audit {
    /// Reads the log.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(Check::Deletion(deletion)) = &self.check {
            return deletion.run(context);
        }
        let filter = self.filter()?;
        // The log is read beside running servers; only another machine's folder has to be asked for.
        if context.named.server.is_some()
            && let Some(remote) = Remote::find(context)?
        {
            return self.there(&remote);
        }
        let log = Log::open(context)?;
        match self.format {
            None => self.table(&log, &filter)?,
            Some(Format::Jsonl) => export(&log, &filter, json_lines)?,
            Some(Format::Csv) => {
                terminal::line(HEAD)?;
                export(&log, &filter, csv_lines)?;
            }
        }
        Ok(Exit::Yes)
    }

    /// Prints what another machine's server exports: lines of JSON.
    fn there(&self, remote: &Remote) -> Result<Exit, Failure> {
        match self.format {
            Some(Format::Jsonl) => {}
            Some(Format::Csv) | None => {
                return Err(Failure::usage("through --server the log comes with --format jsonl alone"));
            }
        }
        let pairs = [
            ("app_id", self.app.map(|app| app.to_string())),
            ("operator", self.operator.clone()),
            ("gallery", self.gallery.clone()),
            ("subject", self.subject.clone()),
            ("template", self.template.clone()),
            ("action", self.action.clone()),
            ("transaction_id", self.transaction.map(|id| id.to_string())),
            ("since", self.since.map(|time| time.to_string())),
            ("until", self.until.map(|time| time.to_string())),
        ];
        let pairs =
            pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded(&value?))));
        let path = format!("/audit/export?{}", pairs.collect::<Vec<_>>().join("&"));
        let lines = setup::executor()?.block_on(remote.text(&path))?;
        terminal::line(lines.trim_end())?;
        Ok(Exit::Yes)
    }

    fn filter(&self) -> Result<AuditFilter, Failure> {
        Ok(AuditFilter {
            app: self.app.map(AppId),
            operator: parsed(self.operator.as_deref(), OperatorName::parse)?,
            gallery: parsed(self.gallery.as_deref(), GalleryId::parse)?,
            subject: parsed(self.subject.as_deref(), SubjectId::parse)?,
            template: parsed(self.template.as_deref(), TemplateId::parse)?,
            action: self.action.clone(),
            transaction: self.transaction,
            since: self.since,
            until: self.until,
        })
    }

    fn table(&self, log: &Log, filter: &AuditFilter) -> Result<(), Failure> {
        let mut records = log.newest(filter, self.limit)?;
        records.reverse();
        let head = ["AT", "APP-ID", "ACTION", "SUBJECT", "TEMPLATE", "OUTCOME", "VERDICT", "SCORES"];
        let rows = records.iter().map(Row::of).collect::<Result<Vec<_>, _>>()?.into_iter().map(|row| {
            let scores = row.scores.as_object().into_iter().flatten();
            let scores: Vec<String> =
                scores.map(|(name, score)| format!("{name}={}", short(score))).collect();
            let absent = || "-".to_owned();
            vec![
                row.at,
                row.app_id.unwrap_or_else(absent),
                row.action,
                row.subject.unwrap_or_else(absent),
                row.template.unwrap_or_else(absent),
                row.outcome,
                row.verdict.unwrap_or_else(absent),
                scores.join(" "),
            ]
        });
        let head = head.map(str::to_owned).to_vec();
        terminal::line(&terminal::columns(&std::iter::once(head).chain(rows).collect::<Vec<_>>()))
    }
}

/// Where the log is read, beside whoever writes it.
enum Log {
    Folder(AuditReader),
    Database { stores: Stores, executor: tokio::runtime::Runtime },
}

impl Log {
    fn open(context: &Context) -> Result<Self, Failure> {
        if context.config.store.is_some() {
            let stores = stores::open_directory(&context.config, &context.environment)?;
            return Ok(Self::Database { stores, executor: setup::executor()? });
        }
        let folder = &context.config.data_dir;
        let log = AuditReader::open(folder).map_err(unreadable)?;
        let none = || unreadable(anyhow::anyhow!("there is no audit log in {}", folder.display()));
        log.map(Self::Folder).ok_or_else(none)
    }

    /// The newest records, newest first.
    fn newest(&self, filter: &AuditFilter, limit: usize) -> Result<Vec<AuditRecord>, Failure> {
        match self {
            Self::Folder(log) => log.newest(filter, None, limit).map_err(unreadable),
            Self::Database { stores, executor } => {
                executor.block_on(stores.audit.newest(filter, None, limit)).map_err(unreadable)
            }
        }
    }

    /// A page of the records after a number.
    fn page(&self, filter: &AuditFilter, after: i64) -> Result<Vec<AuditRecord>, Failure> {
        match self {
            Self::Folder(log) => log.page(filter, after, PAGE).map_err(unreadable),
            Self::Database { stores, executor } => {
                executor.block_on(stores.audit.page(filter, after, PAGE)).map_err(unreadable)
            }
        }
    }
}

/// The columns of a CSV export, in the order of [`Row`].
const HEAD: &str = "sequence,at,transaction_id,trx_id,surface,app_id,operator,action,gallery,subject,template,outcome,verdict,\
                    scores,reasons,models,deletion";

impl Row {
    fn of(record: &AuditRecord) -> Result<Self, Failure> {
        let AuditRecord { sequence, event } = record;
        let models: Vec<&str> = event.models.iter().map(faceward_core::ModelId::as_str).collect();
        Ok(Self {
            sequence: *sequence,
            at: event.at.to_string(),
            transaction_id: event.transaction.to_string(),
            trx_id: event.trx_id.clone(),
            surface: event.surface.to_string(),
            app_id: event.app.map(|app| app.to_string()),
            operator: event.operator.as_ref().map(ToString::to_string),
            action: event.action.to_string(),
            gallery: event.gallery.as_ref().map(ToString::to_string),
            subject: event.subject.as_ref().map(ToString::to_string),
            template: event.template.as_ref().map(ToString::to_string),
            outcome: event.outcome.to_string(),
            verdict: event.verdict.as_ref().map(ToString::to_string),
            scores: event.scores.iter().map(|(name, score)| (name.to_string(), *score)).collect(),
            reasons: event.reasons.iter().map(|reason| reason.as_ref().to_owned()).collect(),
            models: models.into(),
            deletion: event.deletion.as_ref().map(written).transpose()?.unwrap_or_default(),
        })
    }
}

/// Writes every record that passes, a page at a time.
fn export(
    log: &Log,
    filter: &AuditFilter,
    write: impl Fn(&[Row]) -> anyhow::Result<String>,
) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let records = log.page(filter, after)?;
        let Some(last) = records.last() else { return Ok(()) };
        after = last.sequence;
        let rows = records.iter().map(Row::of).collect::<Result<Vec<_>, _>>()?;
        terminal::line(write(&rows)?.trim_end())?;
    }
}

fn written(record: &DeletionRecord) -> Result<serde_json::Value, Failure> {
    let json = record.to_json().and_then(|text| serde_json::from_str(&text));
    json.map_err(|error| Failure::new(Exit::Failed, error))
}

fn json_lines(rows: &[Row]) -> anyhow::Result<String> {
    let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
    Ok(lines?.join("\n"))
}

fn csv_lines(rows: &[Row]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let json = |value: &serde_json::Value| value.to_string();
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        writer.write_record([
            row.sequence.to_string(),
            row.at.clone(),
            row.transaction_id.clone(),
            text(&row.trx_id),
            row.surface.clone(),
            text(&row.app_id),
            text(&row.operator),
            row.action.clone(),
            text(&row.gallery),
            text(&row.subject),
            text(&row.template),
            row.outcome.clone(),
            text(&row.verdict),
            json(&row.scores),
            json(&row.reasons),
            json(&row.models),
            json(&row.deletion),
        ])?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn unreadable(error: impl Into<anyhow::Error>) -> Failure {
    Failure::new(Exit::DataRefused, error)
}

/// A score with as many digits as a person reads.
fn short(score: &serde_json::Value) -> String {
    score.as_f64().map_or_else(|| score.to_string(), |score| format!("{score:.4}"))
}

/// A point in time: RFC 3339, a date in UTC, or `7d` for a week ago.
fn time(text: &str) -> Result<Timestamp, String> {
    let expected = || "a date, a time with its zone, or days back as in 7d".to_owned();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok()) {
        let hours = (i64::from(days) * 24).hours();
        return Timestamp::now().checked_sub(hours).map_err(|_| expected());
    }
    let date: Date = text.parse().map_err(|_| expected())?;
    date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| expected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date_a_moment_or_days_back() {
        let at = |text: &str| time(text).expect(text).to_string();
        assert_eq!(at("2026-01-31"), "2026-01-31T00:00:00Z");
        assert_eq!(at("2026-01-31T08:00:00+02:00"), "2026-01-31T06:00:00Z");
        let week_ago = time("7d").expect("days back");
        assert_eq!(Timestamp::now().duration_since(week_ago).as_hours(), 7 * 24);
        for bad in ["", "yesterday", "7", "d", "-1d", "2026-13-01"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }
}
