//! Many rows at once, as memory keeps them: put there as they are read, by whoever reads them, and copied no more.

use std::collections::HashMap;

use faceward_core::{GalleryId, ModelId};
use faceward_store::TemplateRecord;

use crate::chunk::{CHUNK, Chunk, End, Row};
use crate::segment::Unfit;

/// Rows of one gallery and one model, as they are compared.
pub struct Portion {
    pub(crate) gallery: GalleryId,
    pub(crate) model: ModelId,
    pub(crate) chunk: Chunk,
}

/// Rows that are being put into portions.
#[derive(Default)]
pub struct Portions {
    portions: Vec<Portion>,
    /// The portion that is not full yet.
    places: HashMap<(GalleryId, ModelId), usize>,
}

impl Portion {
    /// Most rows of a portion.
    pub const ROWS: usize = CHUNK;
}

impl Portions {
    /// Adds a template as it is compared.
    ///
    /// # Errors
    /// [`Unfit::Length`]: other vectors of its model in the gallery are of another length.
    pub fn push(&mut self, record: TemplateRecord, vector: &[f32]) -> Result<(), Unfit> {
        let TemplateRecord { gallery, subject, template, model, created_at, expires_at } = record;
        let row = Row { subject, template, created_at, end: End::of(expires_at) };
        self.chunk(&(gallery, model), vector.len(), 0)?.push(row, vector);
        Ok(())
    }

    /// Adds rows of one gallery and one model, and their vectors of `length` values, one after the other. `expected` is how many
    /// rows of that gallery and model there will be, these among them, as far as is known: so much room is made at once.
    ///
    /// # Errors
    /// [`Unfit::Length`]: other vectors of the model in the gallery are of another length, or `values` are too few or too many.
    pub fn append(
        &mut self,
        of: &(GalleryId, ModelId),
        length: usize,
        (rows, mut values): (Vec<Row>, impl ExactSizeIterator<Item = f32>),
        expected: usize,
    ) -> Result<(), Unfit> {
        if rows.len().checked_mul(length) != Some(values.len()) {
            return Err(Unfit::Length);
        }
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            let chunk = self.chunk(of, length, expected)?;
            let n_rows = rows.len().min(CHUNK - chunk.len());
            chunk.append(rows.by_ref().take(n_rows), values.by_ref().take(n_rows * length));
        }
        Ok(())
    }

    /// All of it.
    #[must_use]
    pub fn into_portions(mut self) -> Vec<Portion> {
        self.portions.iter_mut().for_each(|portion| portion.chunk.shrink());
        self.portions
    }

    /// A chunk of `of` that has room; a new one has it for `expected` rows.
    fn chunk(
        &mut self,
        of: &(GalleryId, ModelId),
        length: usize,
        expected: usize,
    ) -> Result<&mut Chunk, Unfit> {
        let known = self.places.get(of).copied();
        let usable = |at: &usize| self.portions.get(*at).is_some_and(|portion| !portion.chunk.is_full());
        let at = match known.filter(usable) {
            Some(at) => at,
            None => {
                let (gallery, model) = of.clone();
                let mut chunk = Chunk::new(length);
                chunk.reserve(expected.min(CHUNK));
                self.places.insert(of.clone(), self.portions.len());
                self.portions.push(Portion { gallery, model, chunk });
                self.portions.len() - 1
            }
        };
        let chunk = self.portions.get_mut(at).map(|portion| &mut portion.chunk);
        chunk.filter(|chunk| chunk.length() == length).ok_or(Unfit::Length)
    }
}
