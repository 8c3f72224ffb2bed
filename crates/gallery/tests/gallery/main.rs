//! The gallery from outside: one folder a test, opened, used, closed, killed and opened again.

mod apps;
mod at_rest;
mod audit;
mod durability;
mod erasure;
mod model;
mod names;
mod search;
mod support;
mod templates;
