//! The HTTP surface over real models and real photos: one service for all tests, an app of its own for each.

mod admin;
mod bombs;
mod challenges;
mod exact_ids;
mod harness;
mod http2;
mod leaving;
mod limits;
mod links;
mod logs;
mod missing_models;
mod native;
mod one_truth;
mod ooto;
mod ooto_faults;
mod photos;
mod protection;
mod readable_bodies;
mod riset;
mod riset_faces;
mod riset_faults;
mod sessions;
#[path = "../support/shape.rs"]
mod shape;
mod socket;
mod store_away;
mod surface;
mod terms;
mod tls;
mod traces;
mod webhooks;
