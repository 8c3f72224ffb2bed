//! Whether a face is genuine: neither swapped nor generated.
//!
//! The place of the step. No model for it can be had from a registry (`models/trained` will hold one of our own); until
//! then every request for it is answered `Unavailable`, never with a number.
