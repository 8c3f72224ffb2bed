//! One app in memory: its keys, its galleries and its templates. What is here is on disk.

use std::collections::BTreeMap;

use faceward_core::{GalleryId, SubjectId, SubjectName, TemplateId};
use jiff::Timestamp;

use crate::index::TemplateIndex;
use crate::{AppRecord, GalleryError, GalleryRecord, StoredKey, SubjectRecord, TemplateRecord};

/// Everything that belongs to one app, and nothing of any other.
pub(crate) struct Tenant {
    pub(crate) record: AppRecord,
    pub(crate) keys: Vec<StoredKey>,
    pub(crate) galleries: BTreeMap<GalleryId, Timestamp>,
    pub(crate) templates: TemplateIndex,
    names: BTreeMap<GalleryId, BTreeMap<SubjectId, SubjectName>>,
}

impl Tenant {
    pub(crate) fn new(record: AppRecord) -> Self {
        let (keys, galleries, templates) = (Vec::new(), BTreeMap::new(), TemplateIndex::default());
        Self { record, keys, galleries, templates, names: BTreeMap::new() }
    }

    pub(crate) fn list_galleries(&self) -> Vec<GalleryRecord> {
        let record = |(gallery, created_at): (&GalleryId, &Timestamp)| GalleryRecord {
            gallery: gallery.clone(),
            created_at: *created_at,
        };
        self.galleries.iter().map(record).collect()
    }

    /// Up to `limit` subjects of `gallery` after `after`, in ascending order of id.
    pub(crate) fn list_subjects(
        &self,
        gallery: &GalleryId,
        after: Option<&SubjectId>,
        limit: usize,
    ) -> Vec<SubjectRecord> {
        let mut subjects = self.templates.list_subjects(gallery, after, limit);
        for record in &mut subjects {
            record.name = self.name(gallery, &record.subject).cloned();
        }
        subjects
    }

    /// What people call a subject.
    pub(crate) fn name(&self, gallery: &GalleryId, subject: &SubjectId) -> Option<&SubjectName> {
        self.names.get(gallery)?.get(subject)
    }

    /// Names a subject.
    pub(crate) fn set_name(&mut self, gallery: GalleryId, subject: SubjectId, name: SubjectName) {
        self.names.entry(gallery).or_default().insert(subject, name);
    }

    /// Takes a template out, and its subject's name with the last one.
    pub(crate) fn remove(&mut self, template: &TemplateId) {
        let Some(record) = self.templates.get(template).cloned() else { return };
        self.templates.remove(template);
        if self.templates.templates_of(&record.gallery, Some(&record.subject)).is_empty()
            && let Some(names) = self.names.get_mut(&record.gallery)
        {
            names.remove(&record.subject);
        }
    }

    /// Adds a template in place of any of the same id, and its gallery if that is new.
    pub(crate) fn insert(&mut self, mut record: TemplateRecord, vector: &[f32]) {
        // One copy of the gallery's name, however many templates it has.
        match self.galleries.get_key_value(&record.gallery) {
            Some((known, _)) => record.gallery = known.clone(),
            None => {
                self.galleries.insert(record.gallery.clone(), record.created_at);
            }
        }
        self.remove(&record.template);
        self.templates.insert(record, vector);
    }

    /// Takes a gallery out with its templates.
    pub(crate) fn remove_gallery(&mut self, gallery: &GalleryId) {
        for template in self.templates.templates_of(gallery, None) {
            self.templates.remove(&template);
        }
        self.galleries.remove(gallery);
        self.names.remove(gallery);
    }

    /// Whether templates can be added to `gallery`: `Ok(false)` if it has to be created first.
    pub(crate) fn has_gallery(&self, gallery: &GalleryId) -> Result<bool, GalleryError> {
        if self.galleries.contains_key(gallery) {
            Ok(true)
        } else if gallery.as_str() == DEFAULT_GALLERY {
            Ok(false)
        } else {
            Err(GalleryError::GalleryUnknown(gallery.clone()))
        }
    }
}

/// The gallery that needs no creating.
pub(crate) const DEFAULT_GALLERY: &str = "default";
