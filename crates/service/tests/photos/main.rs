//! The use cases on real photos: engine, gallery in a temporary folder, scheduler, policy together.
//!
//! One binary, so that the models are loaded once.

mod apart;
mod audit;
mod challenges;
mod enrollment;
mod faults;
mod fixture;
mod forged;
mod information;
mod leaving;
mod load;
mod reloading;
mod retention;
mod sessions;
mod starting;
mod verification;
