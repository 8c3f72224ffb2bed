//! What a worker may ask whoever it works for, while it works.

use std::any::Any;

/// A core that is lent until this is dropped.
pub type SpareCore = Box<dyn Any>;

/// What a worker may ask while it works. Nothing that is answered changes what it finds.
#[derive(Clone, Copy)]
pub struct Meanwhile<'a> {
    /// Whether anybody still waits for the analysis. Asked before each face and each step.
    pub wanted: &'a dyn Fn() -> bool,
    /// A core that nobody else needs now, if there is one: then a part of the steps runs there, beside the others.
    pub spare_core: &'a dyn Fn() -> Option<SpareCore>,
}

impl Meanwhile<'static> {
    /// Somebody waits for as long as it takes, and every other core is busy.
    pub const PATIENT: Self = Self { wanted: &|| true, spare_core: &|| None };
}
