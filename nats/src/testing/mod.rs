//! A real nats-server for tests and benchmarks, and a proxy that loses what the server says.

mod proxy;
mod server;

pub use proxy::Proxy;
pub use server::TestServer;
