//! What became of the templates of a file.

use std::collections::BTreeMap;
use std::path::Path;

use faceward_models::calibration::projection::projection;
use faceward_service::is_kept_by_force;
use faceward_service::transfers::Taken;
use faceward_store::StoredTemplate;
use serde::Serialize;

/// Refused templates that the report names; it counts all.
const MOST_NAMED: usize = 100;

/// Of a template, what the report says about it.
pub(super) struct Row {
    app: String,
    template: String,
    /// The model by which it is compared here.
    model: String,
}

impl Row {
    pub(super) fn of(row: &StoredTemplate) -> Self {
        let StoredTemplate { app, record, embedding, .. } = row;
        let model = projection().compared_model(embedding.model(), embedding.vector().len()).to_string();
        Self { app: app.to_string(), template: record.template.to_string(), model }
    }
}

/// The report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    file: String,
    added: usize,
    replaced: usize,
    there_already: usize,
    skipped: usize,
    /// How many, by reason.
    refused: BTreeMap<&'static str, usize>,
    /// The first of those that are refused.
    refused_templates: Vec<Refused>,
    /// Of those that were taken: kept by force there, and compared with nothing.
    kept_by_force: usize,
    /// Of those that were taken: of models that this version does not compare.
    not_comparable: BTreeMap<String, usize>,
}

#[derive(Debug, Serialize)]
struct Refused {
    app: String,
    template: String,
    reason: &'static str,
}

impl Report {
    pub(super) fn new(file: &Path) -> Self {
        Self {
            file: file.display().to_string(),
            added: 0,
            replaced: 0,
            there_already: 0,
            skipped: 0,
            refused: BTreeMap::new(),
            refused_templates: Vec::new(),
            kept_by_force: 0,
            not_comparable: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, row: &Row, taken: Taken) {
        match taken {
            Taken::Added => self.added += 1,
            Taken::Replaced => self.replaced += 1,
            Taken::ThereAlready => self.there_already += 1,
            Taken::Skipped => self.skipped += 1,
            Taken::Refused(refusal) => {
                *self.refused.entry(refusal.name()).or_default() += 1;
                if self.refused_templates.len() < MOST_NAMED {
                    let (app, template) = (row.app.clone(), row.template.clone());
                    self.refused_templates.push(Refused { app, template, reason: refusal.name() });
                }
            }
        }
        if matches!(taken, Taken::Added | Taken::Replaced) {
            if is_kept_by_force(&row.model) {
                self.kept_by_force += 1;
            } else if row.model != projection().model().as_str() {
                *self.not_comparable.entry(row.model.clone()).or_default() += 1;
            }
        }
    }

    pub(super) fn n_refused(&self) -> usize {
        self.refused.values().sum()
    }

    pub(super) fn in_words(&self) -> String {
        let Self { file, added, replaced, there_already, skipped, .. } = self;
        let refused = self.n_refused();
        let mut lines = vec![format!(
            "{file}: {added} added, {replaced} replaced, {there_already} there already, {skipped} skipped, {refused} refused"
        )];
        lines.extend(self.refused.iter().map(|(reason, n)| format!("{n} refused: {reason}")));
        lines.extend(self.refused_templates.iter().map(|one| {
            let Refused { app, template, reason } = one;
            format!("  {app} {template}: {reason}")
        }));
        if self.kept_by_force > 0 {
            lines.push(format!("{} were kept by force, and are compared with nothing", self.kept_by_force));
        }
        lines.extend(
            self.not_comparable
                .iter()
                .map(|(model, n)| format!("{n} of {model} are not compared by this version")),
        );
        lines.join("\n")
    }
}
