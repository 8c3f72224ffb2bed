//! One gallery in memory: its vectors, a block a model, and who they belong to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use faceward_core::{Embedding, ModelId, SubjectId, SubjectName, TemplateId};
use faceward_store::{SubjectRecord, TemplateRecord};
use jiff::Timestamp;

use crate::block::Block;
use crate::ranking::BestOfSubjects;

/// The templates of one gallery.
pub(crate) struct Gallery {
    pub(crate) created_at: Timestamp,
    /// Vectors of different models are never compared.
    blocks: HashMap<ModelId, Block>,
    rows: BTreeMap<TemplateId, Row>,
    subjects: BTreeMap<SubjectId, Subject>,
}

/// Where a template's vector lies.
struct Row {
    model: ModelId,
    row: usize,
}

/// A subject exists as long as it has a template.
#[derive(Default)]
struct Subject {
    name: Option<SubjectName>,
    templates: BTreeSet<TemplateId>,
}

impl Gallery {
    pub(crate) fn new(created_at: Timestamp) -> Self {
        let (blocks, rows, subjects) = (HashMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { created_at, blocks, rows, subjects }
    }

    /// Adds a template whose id is not in use.
    pub(crate) fn insert(&mut self, record: TemplateRecord, vector: &[f32]) {
        let (template, model) = (record.template.clone(), record.model.clone());
        self.subjects.entry(record.subject.clone()).or_default().templates.insert(template.clone());
        let block = self.blocks.entry(model.clone()).or_insert_with(|| Block::new(vector.len()));
        let row = block.push(record, vector);
        self.rows.insert(template, Row { model, row });
    }

    /// Takes a template out, and its subject's name with the last one.
    pub(crate) fn remove(&mut self, template: &TemplateId) -> Option<TemplateRecord> {
        let Row { model, row } = self.rows.remove(template)?;
        let block = self.blocks.get_mut(&model)?;
        let removed = block.swap_remove(row);
        // The last row now lies where the removed one lay.
        if let Some(moved) = block.record(row).and_then(|record| self.rows.get_mut(&record.template)) {
            moved.row = row;
        }
        if block.is_empty() {
            self.blocks.remove(&model);
        }
        if let Some(subject) = self.subjects.get_mut(&removed.subject) {
            subject.templates.remove(template);
            if subject.templates.is_empty() {
                self.subjects.remove(&removed.subject);
            }
        }
        Some(removed)
    }

    pub(crate) fn set_name(&mut self, subject: &SubjectId, name: SubjectName) {
        if let Some(subject) = self.subjects.get_mut(subject) {
            subject.name = Some(name);
        }
    }

    pub(crate) fn name(&self, subject: &SubjectId) -> Option<&SubjectName> {
        self.subjects.get(subject)?.name.as_ref()
    }

    pub(crate) fn record(&self, template: &TemplateId) -> Option<&TemplateRecord> {
        let row = self.rows.get(template)?;
        self.blocks.get(&row.model)?.record(row.row)
    }

    pub(crate) fn embedding(&self, template: &TemplateId) -> Option<Embedding> {
        let row = self.rows.get(template)?;
        let vector = self.blocks.get(&row.model)?.vector(row.row)?;
        Embedding::restored(row.model.clone(), vector.to_vec())
    }

    /// The templates of a subject, in ascending order of id.
    pub(crate) fn templates_of(&self, subject: &SubjectId) -> impl Iterator<Item = &TemplateId> {
        self.subjects.get(subject).into_iter().flat_map(|subject| &subject.templates)
    }

    /// The model of every template.
    pub(crate) fn models(&self) -> impl Iterator<Item = (&TemplateId, &ModelId)> {
        self.rows.iter().map(|(template, row)| (template, &row.model))
    }

    /// Up to `limit` templates after `after`, in ascending order of id.
    pub(crate) fn list(&self, after: Option<&TemplateId>, limit: usize) -> Vec<TemplateRecord> {
        let rows = self.rows.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
        rows.filter_map(|(template, _)| self.record(template)).take(limit).cloned().collect()
    }

    /// Up to `limit` subjects after `after`, in ascending order of id.
    pub(crate) fn list_subjects(&self, after: Option<&SubjectId>, limit: usize) -> Vec<SubjectRecord> {
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let subjects = self.subjects.range(from).take(limit);
        let record = |(subject, held): (&SubjectId, &Subject)| SubjectRecord {
            subject: subject.clone(),
            name: held.name.clone(),
            templates: held.templates.len(),
        };
        subjects.map(record).collect()
    }

    /// Offers every template of `model` to `best`.
    pub(crate) fn search<'a>(&'a self, model: &ModelId, probe: &[f32], best: &mut BestOfSubjects<'a>) {
        if let Some(block) = self.blocks.get(model) {
            block.search(probe, best);
        }
    }
}
