//! What can go wrong with the store of templates, each with who has to act: the caller or the operator.

use std::io;
use std::path::PathBuf;

use faceward_core::{AppId, GalleryId, ModelId, TemplateId};

/// Failure of the gallery. No text holds a vector or a key.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// No app has this id.
    #[error("there is no app {0}")]
    AppUnknown(AppId),
    /// Another app has this id.
    #[error("the app {0} already exists")]
    AppExists(AppId),
    /// The app has no gallery of this id. Only `default` springs into being by itself.
    #[error("there is no gallery `{0}`")]
    GalleryUnknown(GalleryId),
    /// The app has a gallery of this id.
    #[error("the gallery `{0}` already exists")]
    GalleryExists(GalleryId),
    /// The app has a template of this id, and replacing it was not asked for.
    #[error("the template `{0}` already exists")]
    TemplateExists(TemplateId),
    /// A model makes embeddings of one length.
    #[error("embeddings of `{model}` have {expected} values, this one has {actual}")]
    Length {
        /// The model.
        model: ModelId,
        /// Values in the stored embeddings.
        expected: usize,
        /// Values in the one that was given.
        actual: usize,
    },
    /// Another process works on the folder.
    #[error("the data folder {} is in use by another faceward process; stop that one first", .0.display())]
    InUse(PathBuf),
    /// There are templates and the key that opens them is gone.
    #[error("the key file {} is missing, and without it the stored templates cannot be read; restore it from a backup", .0.display())]
    KeyMissing(PathBuf),
    /// The file is not a key.
    #[error("the key file {} is damaged; restore it from a backup", .0.display())]
    KeyMalformed(PathBuf),
    /// Others than the owner can read the key.
    #[error("the key file {} can be read by others (mode {mode:o}); run: chmod 600 {}", path.display(), path.display())]
    KeyExposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The templates were sealed with another key.
    #[error("the key file {} is not the one that sealed the stored templates", .0.display())]
    KeyWrong(PathBuf),
    /// A stored template was altered or belongs to another row.
    #[error("the stored template `{template}` of app {app} is damaged or was altered")]
    Damaged {
        /// The owner.
        app: AppId,
        /// The template.
        template: String,
    },
    /// What was deleted is gone for every reader; its sealed bytes are still in the log of the database.
    #[error(
        "deleted, but traces of it could not be wiped from the disk yet; the next delete or start does it"
    )]
    NotErased,
    /// The database holds something that this program never writes.
    #[error("the database holds an impossible value in {0}")]
    Corrupt(&'static str),
    /// A newer version of the program has written the database.
    #[error("the database has the schema version {found}; this program knows versions up to {known}")]
    SchemaTooNew {
        /// Version in the file.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Randomness(getrandom::Error),
    /// The file system failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
}
