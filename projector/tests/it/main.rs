//! On a real NATS and a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batches;
mod crash;
mod outbox;
mod rebuild;
mod refusal;
mod rows;
mod servers;
mod show;
