//! The store against registries that lie, fail, hang or are not there. One binary; nothing here touches the network.
//!
//! `cfg(test)` on each module tells clippy that helpers outside of test functions are test code as well.

#[cfg(test)]
mod archives;
#[cfg(test)]
mod cards;
#[cfg(test)]
mod manifest;
#[cfg(test)]
mod offline;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod registry_clients;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod world;
