//! Events are delivered to real receivers, with every fault that those have.

mod addresses;
mod faults;
mod order;
mod place;
mod receiver;
mod restart;
mod signing;
