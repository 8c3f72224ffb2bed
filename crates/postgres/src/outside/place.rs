//! Where a vector belongs in Milvus: numbers that say nothing to whoever does not know the names.

use faceward_core::{AppId, GalleryId, ModelId};
use sha2::{Digest as _, Sha256};

/// Vectors of one model, turned by one key of an app: they say something about each other.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    pub(super) app: &'a AppId,
    /// As it is compared.
    pub(super) model: &'a ModelId,
    /// Of the data key.
    pub(super) generation: u32,
}

impl Kind<'_> {
    /// All of them.
    pub(super) fn owner(&self) -> i64 {
        self.number(b"owner", "")
    }

    /// Those of one gallery.
    pub(super) fn place(&self, gallery: &str) -> i64 {
        self.number(b"place", gallery)
    }

    /// Two that happen to have one number are told apart by the database.
    fn number(&self, what: &[u8], gallery: &str) -> i64 {
        let mut digest = Sha256::new();
        digest.update(what);
        digest.update(self.app.0.as_bytes());
        digest.update(self.generation.to_le_bytes());
        // Ids have no zero byte.
        digest.update(self.model.as_str());
        digest.update([0]);
        digest.update(gallery);
        let digest: [u8; 32] = digest.finalize().into();
        let (first, _) = digest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        i64::from_le_bytes(*first)
    }
}

/// Galleries as texts.
pub(super) fn texts(galleries: &[GalleryId]) -> Vec<String> {
    galleries.iter().map(|gallery| gallery.as_str().to_owned()).collect()
}

/// How wide the collection is in which vectors of so many values lie: zeros are added, which change no cosine, so that few
/// collections do.
pub(super) const fn width_of(n_values: usize) -> usize {
    n_values.next_multiple_of(32)
}

/// The vector as it lies in its collection.
pub(super) fn widened(mut vector: Vec<f32>) -> Vec<f32> {
    vector.resize(width_of(vector.len()), 0.0);
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_has_another_number() {
        let (app, other_app) = (AppId(uuid::Uuid::from_u128(1)), AppId(uuid::Uuid::from_u128(2)));
        let (model, other_model) = (ModelId::new("a"), ModelId::new("b"));
        let kind = Kind { app: &app, model: &model, generation: 1 };
        let mut numbers = vec![kind.owner(), kind.place(""), kind.place("x"), kind.place("y")];
        for kind in [
            Kind { app: &other_app, ..kind },
            Kind { model: &other_model, ..kind },
            Kind { generation: 2, ..kind },
        ] {
            numbers.extend([kind.owner(), kind.place("x")]);
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 10);
    }

    #[test]
    fn zeros_are_added_up_to_a_width() {
        for (n_values, width) in [(1, 32), (32, 32), (33, 64), (160, 160), (192, 192), (640, 640)] {
            assert_eq!((width_of(n_values), widened(vec![1.0; n_values]).len()), (width, width));
        }
        assert_eq!(&widened(vec![1.0, 2.0])[..4], &[1.0, 2.0, 0.0, 0.0]);
    }
}
