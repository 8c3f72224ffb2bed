//! Apps, galleries, subjects and templates: kept on disk, sealed at rest, searched exactly in memory; and the audit log.
//!
//! What is acknowledged is on disk; what is deleted is gone from it. Knows neither photos nor thresholds: it stores
//! embeddings and answers with cosines. Blocking calls; one process per data folder.

mod audit;
mod error;
mod gallery;
mod index;
mod records;
mod sealing;
mod store;
mod tenant;

pub use audit::{AuditEvent, AuditFilter, AuditLog, AuditReader, AuditRecord, Word};
pub use error::GalleryError;
pub use gallery::Gallery;
pub use records::{
    AppRecord, Candidate, GalleryRecord, KeyHash, NewTemplate, OnConflict, SigningKey, StoredKey,
    SubjectRecord, TemplateRecord,
};
