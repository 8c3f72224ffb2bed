//! liveness: placeholder, replaced by its owner
