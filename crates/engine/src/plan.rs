//! Wanted outputs to ordered steps.
