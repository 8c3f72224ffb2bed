//! landmarks: placeholder, replaced by its owner
