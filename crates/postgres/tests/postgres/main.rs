//! The PostgreSQL store on a real server: one server a process, a database a test.

mod at_rest;
mod data_keys;
mod deletions;
mod inside;
mod outage;
mod servers;
mod silence;
mod support;

faceward_conformance::suite!(support::OneServer);
