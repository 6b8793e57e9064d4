//! A real nats-server for tests and benchmarks, and a proxy that loses what the server says.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod proxy;
mod server;

pub use proxy::Proxy;
pub use server::TestServer;
