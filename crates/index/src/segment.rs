//! Many rows at once, by gallery and model, as a store writes them down to read them again when it opens.

use std::collections::HashMap;

use faceward_core::{GalleryId, ModelId};
use faceward_store::TemplateRecord;

use crate::chunk::{End, Row};

/// Rows of one gallery and one model, as they are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Their gallery.
    pub gallery: GalleryId,
    /// Their model.
    pub model: ModelId,
    /// Values of each vector.
    pub length: usize,
    /// Whose vectors they are.
    pub rows: Vec<Row>,
    /// The vectors, one after the other.
    pub values: Vec<f32>,
}

/// Rows that cannot be those of one app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A model makes vectors of one length.
    #[error("the length of a vector")]
    Length,
    /// A template's id is unique in its app.
    #[error("the id of a template, which is there twice")]
    Twice,
}

/// Rows that are being gathered, by gallery and model.
#[derive(Default)]
pub struct Gathered {
    segments: Vec<Segment>,
    places: HashMap<(GalleryId, ModelId), usize>,
}

impl Gathered {
    /// Adds a template as it is compared.
    ///
    /// # Errors
    /// [`Unfit::Length`]: other vectors of its model in the gallery are of another length.
    pub fn push(&mut self, record: TemplateRecord, vector: &[f32]) -> Result<(), Unfit> {
        let TemplateRecord { gallery, subject, template, model, created_at, expires_at } = record;
        let place = self.places.entry((gallery, model)).or_insert_with_key(|(gallery, model)| {
            let (gallery, model) = (gallery.clone(), model.clone());
            let (length, rows, values) = (vector.len(), Vec::new(), Vec::new());
            self.segments.push(Segment { gallery, model, length, rows, values });
            self.segments.len() - 1
        });
        let segment = self.segments.get_mut(*place).filter(|segment| segment.length == vector.len());
        let segment = segment.ok_or(Unfit::Length)?;
        segment.rows.push(Row { subject, template, created_at, end: End::of(expires_at) });
        segment.values.extend_from_slice(vector);
        Ok(())
    }

    /// All of it.
    #[must_use]
    pub fn into_segments(self) -> Vec<Segment> {
        self.segments
    }
}
