//! One gallery in memory: its vectors, a block a model, and who they belong to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use faceward_core::{Embedding, GalleryId, ModelId, SubjectId, SubjectName, TemplateId};
use faceward_store::{Living, SubjectRecord, TemplateRecord};
use jiff::Timestamp;

use crate::block::Block;
use crate::chunk::{Chunk, End, Row};
use crate::scan::Held;
use crate::segment::Unfit;
use crate::sorted::{self, OfSubject, Place};

/// The templates of one gallery.
pub(crate) struct Gallery {
    id: GalleryId,
    pub(crate) created_at: Timestamp,
    /// Vectors of different models are never compared. A block that has become empty stays.
    blocks: Vec<(ModelId, Block)>,
    rows: BTreeMap<TemplateId, Place>,
    subjects: BTreeMap<SubjectId, Templates>,
    /// Of the subjects that have one.
    names: HashMap<SubjectId, SubjectName>,
}

/// The templates of a subject, which exists as long as it has one. Nearly all have just one.
#[expect(clippy::box_collection, reason = "few have several: a pointer keeps the row of all others short")]
enum Templates {
    One(TemplateId),
    Several(Box<BTreeSet<TemplateId>>),
}

/// The chunks of one model, and the length of its vectors.
pub(crate) type OfModel = (ModelId, usize, Vec<Chunk>);

impl Gallery {
    pub(crate) fn new(id: GalleryId, created_at: Timestamp) -> Self {
        let (blocks, rows, subjects, names) = (Vec::new(), BTreeMap::new(), BTreeMap::new(), HashMap::new());
        Self { id, created_at, blocks, rows, subjects, names }
    }

    /// One of these rows: of each model the length of its vectors, and its chunks.
    ///
    /// # Errors
    /// A template is there twice.
    pub(crate) fn filled(id: GalleryId, created_at: Timestamp, models: Vec<OfModel>) -> Result<Self, Unfit> {
        let block = |(model, length, chunks): OfModel| (model, Block::filled(length, chunks));
        let mut blocks: Vec<_> = models.into_iter().map(block).collect();
        let (rows, (subjects, shared)) =
            rayon::join(|| sorted::places(&blocks), || by_subject(sorted::by_subject(&blocks)));
        let rows = rows?;
        for (place, subject) in shared {
            let block = blocks.get_mut(place.block as usize);
            if let Some(row) = block.and_then(|(_, block)| block.row_mut(place.row as usize)) {
                row.subject = subject;
            }
        }
        Ok(Self { id, created_at, blocks, rows, subjects, names: HashMap::new() })
    }

    /// Adds a template whose id is not in use.
    pub(crate) fn insert(&mut self, record: TemplateRecord, vector: &[f32]) {
        let TemplateRecord { gallery: _, subject, template, model, created_at, expires_at } = record;
        // One copy of a subject's id, however many templates it has.
        let subject = match self.subjects.get_key_value(&subject) {
            Some((known, _)) => known.clone(),
            None => subject,
        };
        match self.subjects.get_mut(&subject) {
            Some(templates) => templates.insert(template.clone()),
            None => {
                self.subjects.insert(subject.clone(), Templates::One(template.clone()));
            }
        }
        let block = self.block_for(model, vector.len());
        let row = Row { subject, template: template.clone(), created_at, end: End::of(expires_at) };
        let row = self.blocks[block].1.push(row, vector);
        self.rows.insert(template, Place { block: block as u32, row: row as u32 });
    }

    /// Where the block for vectors of `length` values of `model` is, made if it is missing.
    fn block_for(&mut self, model: ModelId, length: usize) -> usize {
        let Some(at) = self.blocks.iter().position(|(of, _)| *of == model) else {
            self.blocks.push((model, Block::new(length)));
            return self.blocks.len() - 1;
        };
        // The last template of the model frees it to have another length.
        if self.blocks[at].1.is_empty() && self.blocks[at].1.length() != length {
            self.blocks[at].1 = Block::new(length);
        }
        at
    }

    /// Takes a template out, and its subject's name with the last one; gives its model.
    pub(crate) fn remove(&mut self, template: &TemplateId) -> Option<ModelId> {
        let place = self.rows.remove(template)?;
        let (model, block) = self.blocks.get_mut(place.block as usize)?;
        let removed = block.swap_remove(place.row as usize)?;
        // The last row now lies where the removed one lay.
        let moved = block.row(place.row as usize).and_then(|moved| self.rows.get_mut(&moved.template));
        if let Some(moved) = moved {
            *moved = place;
        }
        let model = model.clone();
        let left = self.subjects.get_mut(&removed.subject).is_some_and(|held| held.remove(template));
        if !left {
            self.subjects.remove(&removed.subject);
            self.names.remove(&removed.subject);
        }
        Some(model)
    }

    pub(crate) fn set_name(&mut self, subject: &SubjectId, name: SubjectName) {
        if let Some((subject, _)) = self.subjects.get_key_value(subject) {
            self.names.insert(subject.clone(), name);
        }
    }

    pub(crate) fn name(&self, subject: &SubjectId) -> Option<&SubjectName> {
        self.names.get(subject)
    }

    pub(crate) fn record(&self, template: &TemplateId) -> Option<TemplateRecord> {
        let place = self.rows.get(template)?;
        let (model, block) = self.blocks.get(place.block as usize)?;
        let Row { subject, template, created_at, end } = block.row(place.row as usize)?.clone();
        let (gallery, model) = (self.id.clone(), model.clone());
        Some(TemplateRecord { gallery, subject, template, model, created_at, expires_at: end.time() })
    }

    /// Whether a template is here that still counts.
    pub(crate) fn is_living(&self, template: &TemplateId, living: &Living) -> bool {
        let row = self
            .rows
            .get(template)
            .and_then(|place| self.blocks.get(place.block as usize)?.1.row(place.row as usize));
        row.is_some_and(|row| row.is_living(living))
    }

    pub(crate) fn embedding(&self, template: &TemplateId) -> Option<Embedding> {
        let place = self.rows.get(template)?;
        let (model, block) = self.blocks.get(place.block as usize)?;
        Embedding::restored(model.clone(), block.vector(place.row as usize)?.to_vec())
    }

    /// The templates of a subject, in ascending order of id.
    pub(crate) fn templates_of(&self, subject: &SubjectId) -> impl Iterator<Item = &TemplateId> {
        self.subjects.get(subject).into_iter().flat_map(Templates::iter)
    }

    /// The model of every template.
    pub(crate) fn models(&self) -> impl Iterator<Item = (&TemplateId, &ModelId)> {
        let model = |place: &Place| self.blocks.get(place.block as usize).map(|(model, _)| model);
        self.rows.iter().filter_map(move |(template, place)| Some((template, model(place)?)))
    }

    /// Up to `limit` templates after `after`, in ascending order of id.
    pub(crate) fn list(&self, after: Option<&TemplateId>, limit: usize) -> Vec<TemplateRecord> {
        let rows = self.rows.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
        rows.filter_map(|(template, _)| self.record(template)).take(limit).collect()
    }

    /// Up to `limit` subjects after `after`, in ascending order of id.
    pub(crate) fn list_subjects(&self, after: Option<&SubjectId>, limit: usize) -> Vec<SubjectRecord> {
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let subjects = self.subjects.range(from).take(limit);
        let record = |(subject, templates): (&SubjectId, &Templates)| SubjectRecord {
            subject: subject.clone(),
            name: self.names.get(subject).cloned(),
            templates: templates.iter().count(),
        };
        subjects.map(record).collect()
    }

    /// The vectors of `model`, if there are any.
    pub(crate) fn held(&self, model: &ModelId) -> Option<Held<'_>> {
        let (_, block) = self.blocks.iter().find(|(of, block)| of == model && !block.is_empty())?;
        Some(Held { gallery: &self.id, block })
    }
}

impl Templates {
    fn iter(&self) -> impl Iterator<Item = &TemplateId> {
        let (one, several) = match self {
            Self::One(template) => (Some(template), None),
            Self::Several(templates) => (None, Some(templates)),
        };
        one.into_iter().chain(several.into_iter().flat_map(|templates| templates.iter()))
    }

    fn insert(&mut self, template: TemplateId) {
        match self {
            Self::One(first) => {
                *self = Self::Several(Box::new(BTreeSet::from([first.clone(), template])));
            }
            Self::Several(templates) => {
                templates.insert(template);
            }
        }
    }

    /// Whether any are left.
    fn remove(&mut self, template: &TemplateId) -> bool {
        match self {
            Self::One(only) => only != template,
            Self::Several(templates) => {
                templates.remove(template);
                !templates.is_empty()
            }
        }
    }
}

/// The subjects with their templates; and of all templates of a subject but the first, the one copy of its id that is enough.
fn by_subject(sorted: Vec<OfSubject>) -> (BTreeMap<SubjectId, Templates>, Vec<(Place, SubjectId)>) {
    let mut subjects: Vec<(SubjectId, Templates)> = Vec::with_capacity(sorted.len());
    let mut shared = Vec::new();
    for OfSubject { subject, template, place } in sorted {
        match subjects.last_mut().filter(|(last, _)| *last == subject) {
            Some((known, templates)) => {
                templates.insert(template);
                shared.push((place, known.clone()));
            }
            None => subjects.push((subject, Templates::One(template))),
        }
    }
    (subjects.into_iter().collect(), shared)
}
