//! `faceward migrate`: which templates a new version has taken over, and who has to be enrolled again.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use faceward_core::{AppId, TemplateId};
use faceward_models::calibration::projection::projection;
use faceward_service::is_kept_by_force;
use faceward_store::{AppRecord, Page, Stores, TemplateRecord};
use serde::Serialize;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::pages::every;
use crate::remote::{Remote, encoded};
use crate::{setup, stores, terminal};

/// Tell which templates this version compares, and who has to be enrolled again
///
/// Nothing needs to be done for templates that are taken over: they are projected whenever the store is opened, and lie there
/// as they were enrolled. Exit code 0: everybody is taken over. 1: somebody has to be enrolled again. Works on the data folder or
/// database, or through the server that uses the folder or that `--server` names.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// List the subjects that have to be enrolled again
    #[arg(long)]
    subjects: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What there is.
#[derive(Default, Serialize)]
struct Report {
    /// Templates that are compared.
    taken_over: usize,
    /// Those that were kept by force, and are compared with nothing.
    kept_by_force: usize,
    /// Those of models that this version does not compare.
    outdated: BTreeMap<String, usize>,
    /// Subjects that have no template that is compared, and one of an outdated model.
    enrol_again: Vec<Subject>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Subject {
    app: String,
    gallery: String,
    subject: String,
}

/// Who is taken over, and who has an outdated template.
#[derive(Default)]
struct Seen {
    report: Report,
    compared: BTreeSet<Subject>,
    outdated: BTreeSet<Subject>,
}

impl Migrate {
    /// Counts.
    pub(crate) fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let report = match Remote::find(context)? {
            Some(remote) => setup::executor()?.block_on(there(&remote))?,
            None => {
                let stores = stores::open(&context.config, &context.environment)?;
                setup::executor()?.block_on(here(&stores))?
            }
        };
        if self.json {
            terminal::json(&report)?;
        } else {
            terminal::line(&self.in_words(&report))?;
        }
        Ok(Exit::answer(report.enrol_again.is_empty()))
    }

    fn in_words(&self, report: &Report) -> String {
        let model = projection().model();
        let mut lines = vec![format!("{} templates are compared, as {model}", report.taken_over)];
        if report.kept_by_force > 0 {
            let n = report.kept_by_force;
            lines.push(format!("{n} were kept by force, too poor to be compared with anybody"));
        }
        for (model, n) in &report.outdated {
            lines.push(format!("{n} of {model} are compared no more"));
        }
        let n = report.enrol_again.len();
        lines.push(format!(
            "{n} subjects have to be enrolled again{}",
            if n > 0 && !self.subjects { ": --subjects lists them" } else { "" }
        ));
        if self.subjects {
            let line = |one: &Subject| format!("{} {} {}", one.app, one.gallery, one.subject);
            lines.extend(report.enrol_again.iter().map(line));
        }
        lines.join("\n")
    }
}

async fn here(stores: &Stores) -> Result<Report, Failure> {
    let failed = |error| Failure::new(Exit::Failed, error);
    let mut seen = Seen::default();
    let apps = async |page: Page<'_, AppId>| stores.directory.list_apps(page).await.map_err(failed);
    let of_app = async |app: AppRecord| {
        let templates = async |page: Page<'_, TemplateId>| {
            stores.templates.list_templates(&app.id, None, page).await.map_err(failed)
        };
        let see = async |found: TemplateRecord| {
            let (gallery, subject) = (found.gallery.to_string(), found.subject.to_string());
            seen.add(found.model.as_str(), Subject { app: app.id.to_string(), gallery, subject });
            Ok(())
        };
        every(templates, |record| record.template.clone(), see).await
    };
    every(apps, |record| record.id, of_app).await?;
    Ok(seen.report())
}

async fn there(remote: &Remote) -> Result<Report, Failure> {
    let mut seen = Seen::default();
    let text = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    for app in remote.list("/apps", "apps").await? {
        let app = text(&app, "app_id");
        for row in remote.list(&format!("/apps/{}/templates", encoded(&app)), "templates").await? {
            let (gallery, subject) = (text(&row, "gallery"), text(&row, "subject"));
            seen.add(&text(&row, "model"), Subject { app: app.clone(), gallery, subject });
        }
    }
    Ok(seen.report())
}

impl Seen {
    fn add(&mut self, model: &str, subject: Subject) {
        if model == projection().model().as_str() {
            self.report.taken_over += 1;
            self.compared.insert(subject);
        } else if is_kept_by_force(model) {
            self.report.kept_by_force += 1;
        } else {
            *self.report.outdated.entry(model.to_owned()).or_default() += 1;
            self.outdated.insert(subject);
        }
    }

    fn report(self) -> Report {
        let enrol_again = self.outdated.difference(&self.compared).cloned().collect();
        Report { enrol_again, ..self.report }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_template_that_is_compared_need_not_come_again() {
        let mut seen = Seen::default();
        let subject = |name: &str| Subject { app: "a".into(), gallery: "g".into(), subject: name.into() };
        let compared = projection().model().as_str();
        for (model, name) in [
            (compared, "anna"),
            ("sface+fr-feature-1", "anna"),
            ("sface+fr-feature-1", "bert"),
            ("sface+fr-feature-1", "bert"),
            ("sface+fr-feature-2/too-poor", "carl"),
        ] {
            seen.add(model, subject(name));
        }
        let report = seen.report();
        assert_eq!((report.taken_over, report.kept_by_force), (1, 1));
        assert_eq!(report.outdated["sface+fr-feature-1"], 3);
        assert_eq!(report.enrol_again.iter().map(|one| one.subject.as_str()).collect::<Vec<_>>(), ["bert"]);
    }
}
