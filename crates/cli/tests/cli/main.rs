//! The built binary from outside: arguments in, text and exit codes out.

mod apps;
mod audit;
mod backup;
mod configuration;
mod database;
mod deletion;
mod doctor;
mod enroll;
mod help;
mod http;
mod master_key;
mod measuring;
mod milvus;
mod moving;
mod operators;
mod photos;
mod process;
mod serve;
mod traces;
mod webhooks;
