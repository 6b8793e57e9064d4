//! A private nats-server on a free port, in a directory of its own, gone when dropped.

use crate::config::NatsConfig;

/// A running nats-server with JetStream and `sync_interval: always`.
#[derive(Debug)]
pub struct TestServer {}

impl TestServer {
    /// Starts one and waits until it can be spoken to.
    pub async fn start() -> Self {
        todo!()
    }

    /// Where it listens: `nats://127.0.0.1:port`.
    pub fn url(&self) -> String {
        todo!()
    }

    /// The default settings with its address.
    pub fn config(&self) -> NatsConfig {
        NatsConfig { url: self.url(), ..NatsConfig::default() }
    }

    /// Ends it as a power cut would.
    pub fn kill9(&mut self) {
        todo!()
    }

    /// Starts it again on the same port and directory.
    pub async fn restart(&mut self) {
        todo!()
    }

    /// Stops it in its tracks (SIGSTOP).
    pub fn pause(&self) {
        todo!()
    }

    /// Lets it go on (SIGCONT).
    pub fn resume(&self) {
        todo!()
    }
}
