//! Tests against a real nats-server, one of its own for each test.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod append;
mod bulletin;
mod checkpoint;
mod commits;
mod connect;
mod lease;
mod open_log;
mod service;
mod snapshot;
mod tail;
mod tail_errors;
