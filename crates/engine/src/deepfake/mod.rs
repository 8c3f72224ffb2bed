//! deepfake
