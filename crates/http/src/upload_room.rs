//! Room for request bodies: together they never hold more memory than the operator allows.
//!
//! A body that announces its length has its room before a byte of it is read, or is turned away. One that does not is given
//! room as it arrives. The room is held until the answer is ready, because the photos live as long.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::failure::Failure;

/// One permit, in bytes.
const UNIT_BYTES: usize = 1024;

/// The room that all requests share.
#[derive(Clone)]
pub(crate) struct UploadRoom(Arc<Semaphore>);

impl UploadRoom {
    /// Room for `n_bytes`.
    pub(crate) fn new(n_bytes: usize) -> Self {
        let n_units = n_bytes.div_ceil(UNIT_BYTES).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Semaphore::new(n_units)))
    }

    /// Nothing yet, for a body that takes `weight` times its length.
    pub(crate) fn hold(&self, weight: Weight) -> Held {
        Held { room: Arc::clone(&self.0), weight, permits: Arc::default() }
    }
}

/// How much memory a body takes for its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Its own: what is read from it are pieces of it.
    Once,
    /// 7/4 of it: base64 becomes photos of three quarters of its length while the text is still there.
    WithDecodedPhotos,
}

impl Weight {
    /// What a body of `n_bytes` takes, in bytes.
    pub(crate) const fn of(self, n_bytes: usize) -> usize {
        match self {
            Self::Once => n_bytes,
            Self::WithDecodedPhotos => n_bytes.saturating_add(n_bytes.div_ceil(4).saturating_mul(3)),
        }
    }
}

/// The room of one request. Clones are the same room; it is free again once all of them are gone.
#[derive(Clone)]
pub(crate) struct Held {
    room: Arc<Semaphore>,
    weight: Weight,
    permits: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Held {
    /// Makes sure of room for a body of `n_bytes`.
    ///
    /// # Errors
    /// [`Failure::UploadsFull`].
    pub(crate) fn grow(&self, n_bytes: usize) -> Result<(), Failure> {
        let wanted = self.weight.of(n_bytes).div_ceil(UNIT_BYTES);
        let mut held = self.permits.lock();
        let n_more = wanted.saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        let n_more = u32::try_from(n_more).map_err(|_| Failure::UploadsFull)?;
        let more = Arc::clone(&self.room).try_acquire_many_owned(n_more).map_err(|_| Failure::UploadsFull)?;
        match held.as_mut() {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        Ok(())
    }

    /// Gives back what a body of `n_bytes` does not need.
    pub(crate) fn shrink(&self, n_bytes: usize) {
        let wanted = self.weight.of(n_bytes).div_ceil(UNIT_BYTES);
        if let Some(held) = self.permits.lock().as_mut() {
            drop(held.split(held.num_permits().saturating_sub(wanted)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::HttpSettings;

    #[test]
    fn room_is_held_grown_and_given_back() {
        let room = UploadRoom::new(8 << 20);
        let n_free = || room.0.available_permits() / 1024;
        assert_eq!(n_free(), 8);
        let held = room.hold(Weight::Once);
        held.grow(3 << 20).expect("room");
        held.grow(2 << 20).expect("less than it has");
        assert_eq!(n_free(), 5);
        held.grow(6 << 20).expect("room");
        assert!(matches!(held.grow(9 << 20), Err(Failure::UploadsFull)));
        assert_eq!(n_free(), 2, "what was held is still held");
        held.shrink(1 << 20);
        assert_eq!(n_free(), 7);
        let clone = held.clone();
        drop(held);
        assert_eq!(n_free(), 7);
        drop(clone);
        assert_eq!(n_free(), 8);
    }

    #[test]
    fn photos_as_text_take_room_for_the_photos_as_well() {
        let room = UploadRoom::new(8 << 20);
        let held = room.hold(Weight::WithDecodedPhotos);
        held.grow(4 << 20).expect("7 of 8 MiB");
        assert_eq!(room.0.available_permits(), 1024);
        assert!(room.hold(Weight::WithDecodedPhotos).grow(1 << 20).is_err());
    }

    #[test]
    fn the_largest_body_always_fits_and_no_setting_overflows() {
        for (photo_bytes, json_bytes) in
            [(1, 100), (usize::MAX, 1), (usize::MAX, usize::MAX), (1 << 62, 1 << 63)]
        {
            let settings =
                HttpSettings { uploads_bytes: 1, photo_bytes, json_bytes, ..HttpSettings::default() };
            assert!(settings.body_bytes() >= photo_bytes);
            assert!(settings.room_bytes() >= json_bytes);
            assert!(UploadRoom::new(settings.room_bytes()).0.available_permits() > 0);
        }
    }
}
