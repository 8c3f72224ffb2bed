//! From many rows to a tenant.
//!
//! What comes out answers as if every row had been inserted by itself, and takes a fraction of the time: chunks are made side
//! by side, and maps from sorted lists.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use faceward_core::{GalleryId, ModelId, Projection};
use jiff::Timestamp;

use crate::gallery::Gallery;
use crate::segment::{Segment, Unfit};
use crate::tenant::Tenant;

/// The segments of one model in one gallery.
type OfModel = (ModelId, usize, Vec<Segment>);

/// A tenant of these galleries and rows, which compares what `projection` makes. The rows are as they are compared.
///
/// # Errors
/// They do not fit together.
pub fn filled(
    projection: Option<Arc<Projection>>,
    galleries: impl IntoIterator<Item = (GalleryId, Timestamp)>,
    segments: Vec<Segment>,
) -> Result<Tenant, Unfit> {
    let mut lengths: HashMap<ModelId, (usize, usize)> = HashMap::new();
    let mut of_gallery: BTreeMap<GalleryId, Vec<OfModel>> = BTreeMap::new();
    for segment in segments {
        let Segment { gallery, model, length, rows, values } = &segment;
        let (known, n_templates) = lengths.entry(model.clone()).or_insert((*length, 0));
        if known != length || values.len() != rows.len() * length {
            return Err(Unfit::Length);
        }
        *n_templates += rows.len();
        let models = of_gallery.entry(gallery.clone()).or_default();
        match models.iter_mut().find(|(of, ..)| of == model) {
            Some((.., held)) => held.push(segment),
            None => models.push((model.clone(), *length, vec![segment])),
        }
    }
    let mut held = BTreeMap::new();
    for (gallery, created_at) in galleries {
        let models = of_gallery.remove(&gallery).unwrap_or_default();
        held.insert(gallery.clone(), Gallery::filled(gallery, created_at, models)?);
    }
    Tenant::of_galleries(projection, held, lengths)
}
