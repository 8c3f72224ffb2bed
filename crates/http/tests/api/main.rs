//! The HTTP surface over real models and real photos: one service for all tests, an app of its own for each.

mod challenges;
mod harness;
mod logs;
mod native;
mod ooto;
mod ooto_faults;
mod photos;
mod protection;
mod riset;
mod riset_faces;
mod riset_faults;
#[path = "../support/shape.rs"]
mod shape;
mod socket;
mod surface;
