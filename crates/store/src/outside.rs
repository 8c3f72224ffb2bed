//! Searching outside of the process: vectors that leave it turned, beside the store that keeps them sealed.

use faceward_core::{AppId, GalleryId, ModelId, TemplateId};

use crate::{Page, Pending, Reachable};

/// A vector as it is compared, turned by the secret rotation of its app. Its cosines with others of the same model and generation
/// are those of the vectors themselves, to within rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnedVector {
    /// Of the data key of the app by whose rotation it was turned. Those of two generations say nothing about each other.
    pub generation: u32,
    /// The model of the vector as it is compared.
    pub model: ModelId,
    /// The values.
    pub vector: Vec<f32>,
}

/// What is kept outside of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct OutsideRow {
    /// The template, unique in its app.
    pub template: TemplateId,
    /// The gallery that it lies in.
    pub gallery: GalleryId,
    /// Its vector.
    pub turned: TurnedVector,
}

/// What is looked for.
#[derive(Clone, Copy)]
pub struct Nearest<'a> {
    /// Where to look; unknown ones are empty. `None`: into all of the app.
    pub galleries: Option<&'a [GalleryId]>,
    /// One face, turned by each key of the app: each is compared with the rows of its own generation and model.
    pub probes: &'a [TurnedVector],
    /// Most rows in the answer, over all probes.
    pub limit: usize,
}

/// A row that is near.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Whose it is.
    pub template: TemplateId,
    /// Its cosine with the probe, as whoever searched has computed it. It is good for an order, and the store computes its own.
    pub cosine: f32,
}

/// Who searches where the store itself does not. Holds nothing but turned vectors, and ids.
///
/// The store is the truth: it tells what is to be there, asks for what is near, and hands out what it has itself and has
/// compared itself.
pub trait OutsideIndex: Reachable {
    /// Puts rows in place of those of the same templates. Every search that begins after the answer finds them.
    ///
    /// # Errors
    /// It fails or cannot be reached: some of the rows may be there.
    fn put<'a>(&'a self, app: &'a AppId, rows: &'a [OutsideRow]) -> Pending<'a, ()>;

    /// Takes the rows of these templates out; those that are not there are no error. No search that begins after the answer finds
    /// them.
    ///
    /// # Errors
    /// As [`OutsideIndex::put`].
    fn delete<'a>(&'a self, app: &'a AppId, templates: &'a [TemplateId]) -> Pending<'a, ()>;

    /// The same for everything in a gallery.
    ///
    /// # Errors
    /// As [`OutsideIndex::put`].
    fn delete_gallery<'a>(&'a self, app: &'a AppId, gallery: &'a GalleryId) -> Pending<'a, ()>;

    /// The same for everything of an app.
    ///
    /// # Errors
    /// As [`OutsideIndex::put`].
    fn delete_app<'a>(&'a self, app: &'a AppId) -> Pending<'a, ()>;

    /// The rows nearest to a face, best first. Fewer than the limit: these are all.
    ///
    /// # Errors
    /// It fails or cannot be reached.
    fn nearest<'a>(&'a self, app: &'a AppId, nearest: Nearest<'a>) -> Pending<'a, Vec<Hit>>;

    /// A page of what is there: templates with their generations, in ascending order of id.
    ///
    /// # Errors
    /// It fails or cannot be reached.
    fn present<'a>(
        &'a self,
        app: &'a AppId,
        page: Page<'a, TemplateId>,
    ) -> Pending<'a, Vec<(TemplateId, u32)>>;
}
