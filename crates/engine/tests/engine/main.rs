//! The engine on real photos and on crafted ones, with the real networks: loaded once for all tests.

mod decoding;
mod deepfake;
mod detection;
mod embedding;
mod encode;
mod face;
mod limits;
mod outputs;
mod quality;
mod setup;
mod stopping;
