//! The HTTP side as clients meet it: real connections to a listening server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod auth;
mod bodies;
mod cors;
mod exhausted;
mod hostile;
mod limits;
mod registry;
mod routing;
mod server;
mod shutdown;
mod takeover;
mod webhook;
