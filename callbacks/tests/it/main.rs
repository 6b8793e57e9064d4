//! Callbacks against a real nats-server and a real receiver.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod delivery;
mod failures;
mod operators;
mod world;
