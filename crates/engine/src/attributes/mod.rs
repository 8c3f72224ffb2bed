//! attributes: placeholder, replaced by its owner
