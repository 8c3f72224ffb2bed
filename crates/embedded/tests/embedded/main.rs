//! The embedded store from outside: one folder a test, opened, used, closed, killed and opened again.

mod at_rest;
mod audit;
mod backup;
mod data_keys;
mod deletions;
mod durability;
mod erasure;
mod master_key;
mod previous;
mod restart;
mod sessions;
mod snapshot_traces;
mod snapshots;
mod support;
mod webhooks;

faceward_conformance::suite!(support::Folder);
