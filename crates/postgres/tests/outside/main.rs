//! The PostgreSQL store where a real Milvus searches: one server of each a process, a database and its collections a test.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod crash;
mod index;
mod outage;
mod reconcile;
mod rotation;
mod support;

// A fresh place costs Milvus two seconds.
faceward_conformance::suite!(support::SearchingInMilvus, 6);
