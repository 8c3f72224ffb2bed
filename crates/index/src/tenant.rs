//! The galleries of one app in memory, and nothing of any other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use faceward_core::{Cosine, Embedding, GalleryId, ModelId, Projection, SubjectId, SubjectName, TemplateId};
use faceward_store::{
    Candidate, DEFAULT_GALLERY, GalleryRecord, Living, References, StoreError, SubjectRecord, TemplateRecord,
};
use jiff::Timestamp;

use crate::asking::Search;
use crate::codes::Probe;
use crate::gallery::Gallery;
use crate::ranking::Found;
use crate::scan::Scan;
use crate::workers::Workers;

/// The galleries and templates of an app.
///
/// Every change needs what the store has checked and written down before.
#[derive(Default)]
pub struct Tenant {
    galleries: BTreeMap<GalleryId, Gallery>,
    /// The gallery of every template: an id is unique in the app.
    places: BTreeMap<TemplateId, GalleryId>,
    lengths: HashMap<ModelId, Length>,
    /// From what is kept of a face to what is compared.
    projection: Option<Arc<Projection>>,
}

/// A model makes vectors of one length.
struct Length {
    n_values: usize,
    n_templates: usize,
}

/// Galleries and subjects.
impl Tenant {
    /// One that compares what `projection` makes of the vectors of its model, and all others as they are.
    #[must_use]
    pub fn comparing(projection: Option<Arc<Projection>>) -> Self {
        Self { projection, ..Self::default() }
    }

    /// One of these galleries, of which `places` says which template is where, and of each model the length of its vectors and
    /// how many there are.
    pub(crate) fn of_galleries(
        projection: Option<Arc<Projection>>,
        galleries: BTreeMap<GalleryId, Gallery>,
        places: BTreeMap<TemplateId, GalleryId>,
        lengths: HashMap<ModelId, (usize, usize)>,
    ) -> Self {
        let length = |(n_values, n_templates)| Length { n_values, n_templates };
        let lengths = lengths.into_iter().filter(|(_, (_, n_templates))| *n_templates > 0);
        let lengths = lengths.map(|(model, of)| (model, length(of))).collect();
        Self { galleries, places, lengths, projection }
    }

    /// Adds an empty gallery, if it is not there.
    pub fn create_gallery(&mut self, gallery: GalleryId, created_at: Timestamp) {
        let new = Gallery::new(gallery.clone(), created_at);
        self.galleries.entry(gallery).or_insert(new);
    }

    /// The record of a gallery.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    pub fn gallery(&self, gallery: &GalleryId) -> Result<GalleryRecord, StoreError> {
        let created_at = self.known(gallery)?.created_at;
        Ok(GalleryRecord { gallery: gallery.clone(), created_at })
    }

    /// Up to `limit` galleries after `after`, in ascending order of id.
    #[must_use]
    pub fn list_galleries(&self, after: Option<&GalleryId>, limit: usize) -> Vec<GalleryRecord> {
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let record = |(gallery, held): (&GalleryId, &Gallery)| GalleryRecord {
            gallery: gallery.clone(),
            created_at: held.created_at,
        };
        self.galleries.range(from).take(limit).map(record).collect()
    }

    /// Takes a gallery out with its templates, and gives how many those were.
    pub fn remove_gallery(&mut self, gallery: &GalleryId) -> usize {
        let Some(removed) = self.galleries.remove(gallery) else { return 0 };
        let mut n_templates = 0;
        for (template, model) in removed.models() {
            self.places.remove(template);
            forget_length(&mut self.lengths, model);
            n_templates += 1;
        }
        n_templates
    }

    /// Takes everything out, and gives how many templates that were.
    pub fn remove_all_galleries(&mut self) -> usize {
        let n_templates = self.places.len();
        *self = Self::comparing(self.projection.take());
        n_templates
    }

    /// Whether templates can be added to `gallery`: `Ok(false)` if it has to be created first.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    pub fn has_gallery(&self, gallery: &GalleryId) -> Result<bool, StoreError> {
        let known = self.galleries.contains_key(gallery);
        if known || gallery.as_str() == DEFAULT_GALLERY {
            Ok(known)
        } else {
            Err(StoreError::GalleryUnknown(gallery.clone()))
        }
    }

    /// Up to `limit` subjects of `gallery` after `after`, in ascending order of id.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    pub fn list_subjects(
        &self,
        gallery: &GalleryId,
        after: Option<&SubjectId>,
        limit: usize,
    ) -> Result<Vec<SubjectRecord>, StoreError> {
        Ok(self.known(gallery)?.list_subjects(after, limit))
    }

    /// What people call a subject.
    #[must_use]
    pub fn name(&self, gallery: &GalleryId, subject: &SubjectId) -> Option<&SubjectName> {
        self.galleries.get(gallery)?.name(subject)
    }

    /// Names a subject that has a template.
    pub fn set_name(&mut self, gallery: &GalleryId, subject: &SubjectId, name: SubjectName) {
        if let Some(gallery) = self.galleries.get_mut(gallery) {
            gallery.set_name(subject, name);
        }
    }

    /// What a subject is compared by, as [`faceward_store::TemplateStore::references`] says.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    pub fn references(
        &self,
        gallery: &GalleryId,
        subject: &SubjectId,
        model: &ModelId,
        living: &Living,
    ) -> Result<References, StoreError> {
        let held = self.known(gallery)?;
        let living = held.templates_of(subject).filter(|template| held.is_living(template, living));
        let embeddings: Vec<_> = living.filter_map(|template| held.embedding(template)).collect();
        Ok(References {
            name: held.name(subject).cloned(),
            n_templates: embeddings.len(),
            embeddings: embeddings.into_iter().filter(|embedding| embedding.model() == model).collect(),
        })
    }

    /// The templates of a subject, in ascending order of id.
    ///
    /// # Errors
    /// [`StoreError::GalleryUnknown`].
    pub fn templates_of(
        &self,
        gallery: &GalleryId,
        subject: &SubjectId,
    ) -> Result<Vec<TemplateId>, StoreError> {
        Ok(self.known(gallery)?.templates_of(subject).cloned().collect())
    }

    fn known(&self, gallery: &GalleryId) -> Result<&Gallery, StoreError> {
        self.galleries.get(gallery).ok_or_else(|| StoreError::GalleryUnknown(gallery.clone()))
    }
}

/// Templates.
impl Tenant {
    /// Whether vectors of `length` values fit with the others of `model`, as they come.
    ///
    /// # Errors
    /// [`StoreError::Length`].
    pub fn check_length(&self, model: &ModelId, length: usize) -> Result<(), StoreError> {
        // However many it takes, it makes vectors of one length.
        if self.projection.as_ref().is_some_and(|projection| projection.takes(model, length)) {
            return Ok(());
        }
        self.fits(model, length)
    }

    /// The same of vectors as they are compared.
    fn fits(&self, model: &ModelId, length: usize) -> Result<(), StoreError> {
        match self.lengths.get(model) {
            Some(known) if known.n_values != length => {
                Err(StoreError::Length { model: model.clone(), expected: known.n_values, actual: length })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Adds a template in place of any of the same id, and its gallery if that is new. What is kept of a vector that is
    /// projected is the projected one, and the model of that.
    ///
    /// The vector must have passed [`Tenant::check_length`].
    pub fn insert(&mut self, mut record: TemplateRecord, vector: &[f32]) {
        self.remove(&record.template);
        let projected = self.projection.as_ref().and_then(|p| p.applied(&record.model, vector));
        if let Some(projected) = &projected {
            record.model = projected.model().clone();
        }
        let vector = projected.as_ref().map_or(vector, Embedding::vector);
        // One copy of the gallery's name, however many templates it has.
        if let Some((known, _)) = self.galleries.get_key_value(&record.gallery) {
            record.gallery = known.clone();
        }
        let length = self.lengths.entry(record.model.clone());
        length.or_insert(Length { n_values: vector.len(), n_templates: 0 }).n_templates += 1;
        self.places.insert(record.template.clone(), record.gallery.clone());
        let gallery = self.galleries.entry(record.gallery.clone());
        let new = || Gallery::new(record.gallery.clone(), record.created_at);
        gallery.or_insert_with(new).insert(record, vector);
    }

    /// Takes a template out, and its subject's name with the last one; false if it is not there.
    pub fn remove(&mut self, template: &TemplateId) -> bool {
        let Some(place) = self.places.remove(template) else { return false };
        let model = self.galleries.get_mut(&place).and_then(|gallery| gallery.remove(template));
        if let Some(model) = model {
            forget_length(&mut self.lengths, &model);
        }
        true
    }

    /// The record of a template.
    #[must_use]
    pub fn template(&self, template: &TemplateId) -> Option<TemplateRecord> {
        self.galleries.get(self.places.get(template)?)?.record(template)
    }

    /// The vector of a template.
    #[must_use]
    pub fn embedding(&self, template: &TemplateId) -> Option<Embedding> {
        self.galleries.get(self.places.get(template)?)?.embedding(template)
    }

    /// A template with its vector, if it still counts, as [`faceward_store::TemplateStore::reference`] says.
    #[must_use]
    pub fn reference(&self, template: &TemplateId, living: &Living) -> Option<(TemplateRecord, Embedding)> {
        let held = self.galleries.get(self.places.get(template)?)?;
        held.record(template).filter(|_| held.is_living(template, living)).zip(held.embedding(template))
    }

    /// How many templates there are.
    #[must_use]
    pub fn n_templates(&self) -> usize {
        self.places.len()
    }

    /// Up to `limit` templates after `after`, in ascending order of id.
    #[must_use]
    pub fn list(
        &self,
        gallery: Option<&GalleryId>,
        after: Option<&TemplateId>,
        limit: usize,
    ) -> Vec<TemplateRecord> {
        if let Some(gallery) = gallery {
            return self.galleries.get(gallery).map(|held| held.list(after, limit)).unwrap_or_default();
        }
        let places = self.places.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
        places.filter_map(|(template, _)| self.template(template)).take(limit).collect()
    }

    /// The subjects most like each probe, as [`faceward_store::TemplateStore::search`] says; one list a probe, in the order
    /// of the probes.
    pub(crate) fn search(
        &self,
        search: Search<'_>,
        workers: &Workers,
    ) -> Result<Vec<Vec<Candidate>>, StoreError> {
        let Search { galleries, probes, limit, living, asked } = search;
        let probes: Vec<_> = probes.iter().map(|probe| self.compared(probe)).collect();
        for probe in &probes {
            self.fits(probe.model(), probe.vector().len())?;
        }
        let galleries = self.searched(galleries);
        let mut found = vec![Vec::new(); probes.len()];
        let models: BTreeSet<_> = probes.iter().map(|probe| probe.model()).collect();
        for model in models {
            let places: Vec<_> = (0..probes.len()).filter(|at| probes[*at].model() == model).collect();
            let coded: Vec<_> = places.iter().map(|at| Probe::new(probes[*at].vector())).collect();
            let held: Vec<_> = galleries.iter().filter_map(|gallery| gallery.held(model)).collect();
            let best = Scan { probes: &coded, limit, living, asked }.run(&held, workers)?;
            for (at, best) in places.into_iter().zip(best) {
                found[at] = best.ranked().map(|(found, cosine)| self.candidate(found, cosine)).collect();
            }
        }
        Ok(found)
    }

    fn compared<'p>(&self, probe: &'p Embedding) -> Cow<'p, Embedding> {
        self.projection.as_ref().map_or(Cow::Borrowed(probe), |projection| projection.compared(probe))
    }

    fn candidate(&self, found: Found<'_>, cosine: Cosine) -> Candidate {
        let Found { gallery, subject, template } = found;
        Candidate {
            template: template.clone(),
            gallery: gallery.clone(),
            subject: subject.clone(),
            name: self.name(gallery, subject).cloned(),
            cosine,
        }
    }

    /// The galleries of these names, each once, or all.
    fn searched(&self, named: Option<&[GalleryId]>) -> Vec<&Gallery> {
        match named {
            Some(named) => {
                let named: BTreeSet<_> = named.iter().collect();
                named.into_iter().filter_map(|gallery| self.galleries.get(gallery)).collect()
            }
            None => self.galleries.values().collect(),
        }
    }
}

/// One template of `model` less. The last one frees the model to have another length.
fn forget_length(lengths: &mut HashMap<ModelId, Length>, model: &ModelId) {
    if let Some(length) = lengths.get_mut(model) {
        length.n_templates -= 1;
        if length.n_templates == 0 {
            lengths.remove(model);
        }
    }
}
