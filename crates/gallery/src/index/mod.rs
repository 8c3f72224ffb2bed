//! The templates of one app in memory: who is there, and the exact search over all of them.
//!
//! An app's index holds nothing of any other app, so no search can reach across tenants.

mod block;
mod dot;
mod ranking;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use faceward_core::{Embedding, GalleryId, ModelId, SubjectId, TemplateId};

use crate::{Candidate, GalleryError, SubjectRecord, TemplateRecord};
use block::Block;
use ranking::BestOfSubjects;

/// The templates of one app.
#[derive(Default)]
pub(crate) struct TemplateIndex {
    /// One block of vectors a model: vectors of different models are never compared.
    blocks: HashMap<ModelId, Block>,
    places: BTreeMap<TemplateId, Place>,
    subjects: BTreeMap<GalleryId, BTreeMap<SubjectId, BTreeSet<TemplateId>>>,
}

/// Where a template's vector lies.
struct Place {
    model: ModelId,
    row: usize,
}

impl TemplateIndex {
    /// Whether vectors of `length` values fit with the others of `model`.
    pub(crate) fn check_length(&self, model: &ModelId, length: usize) -> Result<(), GalleryError> {
        match self.blocks.get(model) {
            Some(block) if block.length() != length => {
                Err(GalleryError::Length { model: model.clone(), expected: block.length(), actual: length })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Adds a template, in place of the one of the same id if there is one.
    ///
    /// The vector must have passed [`TemplateIndex::check_length`].
    pub(crate) fn insert(&mut self, record: TemplateRecord, vector: &[f32]) {
        self.remove(&record.template);
        self.subjects
            .entry(record.gallery.clone())
            .or_default()
            .entry(record.subject.clone())
            .or_default()
            .insert(record.template.clone());
        let template = record.template.clone();
        let model = record.model.clone();
        let block = self.blocks.entry(model.clone()).or_insert_with(|| Block::new(vector.len()));
        let row = block.push(record, vector);
        self.places.insert(template, Place { model, row });
    }

    /// Takes a template out; false if it is not there.
    pub(crate) fn remove(&mut self, template: &TemplateId) -> bool {
        let Some(Place { model, row }) = self.places.remove(template) else { return false };
        if let Some(block) = self.blocks.get_mut(&model) {
            let removed = block.swap_remove(row);
            // The last row now lies where the removed one lay.
            if let Some(moved) = block.record(row).and_then(|record| self.places.get_mut(&record.template)) {
                moved.row = row;
            }
            if block.is_empty() {
                self.blocks.remove(&model);
            }
            self.forget_subject_of(&removed);
        }
        true
    }

    /// The record of a template.
    pub(crate) fn get(&self, template: &TemplateId) -> Option<&TemplateRecord> {
        let place = self.places.get(template)?;
        self.blocks.get(&place.model)?.record(place.row)
    }

    /// The vector of a template.
    pub(crate) fn embedding(&self, template: &TemplateId) -> Option<Embedding> {
        let place = self.places.get(template)?;
        let vector = self.blocks.get(&place.model)?.vector(place.row)?;
        Embedding::restored(place.model.clone(), vector.to_vec())
    }

    /// How many templates there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Up to `limit` templates after `after`, in ascending order of id.
    pub(crate) fn list(
        &self,
        gallery: Option<&GalleryId>,
        after: Option<&TemplateId>,
        limit: usize,
    ) -> Vec<TemplateRecord> {
        self.places
            .range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
            .filter_map(|(template, _)| self.get(template))
            .filter(|record| gallery.is_none_or(|gallery| record.gallery == *gallery))
            .take(limit)
            .cloned()
            .collect()
    }

    /// Up to `limit` subjects of `gallery` after `after`, in ascending order of id. Their names are not known here.
    pub(crate) fn list_subjects(
        &self,
        gallery: &GalleryId,
        after: Option<&SubjectId>,
        limit: usize,
    ) -> Vec<SubjectRecord> {
        let Some(subjects) = self.subjects.get(gallery) else { return Vec::new() };
        subjects
            .range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
            .take(limit)
            .map(|(subject, templates)| SubjectRecord {
                subject: subject.clone(),
                name: None,
                templates: templates.len(),
            })
            .collect()
    }

    /// The templates of `subject` in `gallery`, or of the whole gallery.
    pub(crate) fn templates_of(&self, gallery: &GalleryId, subject: Option<&SubjectId>) -> Vec<TemplateId> {
        let Some(subjects) = self.subjects.get(gallery) else { return Vec::new() };
        match subject {
            Some(subject) => subjects.get(subject).into_iter().flatten().cloned().collect(),
            None => subjects.values().flatten().cloned().collect(),
        }
    }

    /// The `limit` subjects most like `probe`, each by its best template, best first; equals in ascending order of
    /// gallery, subject and template id. Only templates of the probe's model; exact: every vector is compared.
    pub(crate) fn search(
        &self,
        galleries: Option<&[GalleryId]>,
        probe: &Embedding,
        limit: usize,
    ) -> Result<Vec<Candidate>, GalleryError> {
        let Some(block) = self.blocks.get(probe.model()) else { return Ok(Vec::new()) };
        self.check_length(probe.model(), probe.vector().len())?;
        let mut best = BestOfSubjects::new(limit);
        block.for_each_cosine(probe.vector(), |record, cosine| {
            if cosine >= best.floor() && galleries.is_none_or(|galleries| galleries.contains(&record.gallery))
            {
                best.offer(cosine, record);
            }
        });
        Ok(best.into_candidates())
    }

    fn forget_subject_of(&mut self, removed: &TemplateRecord) {
        let Some(subjects) = self.subjects.get_mut(&removed.gallery) else { return };
        if let Some(templates) = subjects.get_mut(&removed.subject) {
            templates.remove(&removed.template);
            if templates.is_empty() {
                subjects.remove(&removed.subject);
            }
        }
        if subjects.is_empty() {
            self.subjects.remove(&removed.gallery);
        }
    }
}
