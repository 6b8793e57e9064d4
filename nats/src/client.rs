//! One connection, shared by everything in a process. Refuses servers that are too old, and
//! connects again by itself for ever afterwards.

use std::fmt;
use std::sync::Arc;

use crate::Cause;
use crate::config::NatsConfig;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers there, or the server turned us away.
    #[error("cannot connect to nats at `{url}`")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Older servers drop settings without a word and lose acknowledged messages.
    #[error("nats-server {found} is too old: {floor} or later is needed")]
    VersionTooOld {
        /// What the server says it is.
        found: String,
        /// The oldest that is accepted.
        floor: String,
    },
    /// The server runs without JetStream, or not for this user.
    #[error("nats-server at `{url}` has no JetStream for this user")]
    NoJetStream {
        /// Where.
        url: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A setting makes no sense.
    #[error("setting `{key}` {rule}")]
    InvalidSetting {
        /// Which.
        key: &'static str,
        /// What it must be.
        rule: &'static str,
    },
}

/// A connection to NATS. Cheap to clone.
#[derive(Clone)]
pub struct Nats {
    pub(crate) client: async_nats::Client,
    pub(crate) context: async_nats::jetstream::Context,
    pub(crate) config: Arc<NatsConfig>,
}

impl Nats {
    /// Connects, and refuses a server that is too old or has no JetStream.
    pub async fn connect(config: &NatsConfig) -> Result<Self, ConnectError> {
        let _ = config;
        todo!()
    }

    /// Whether the connection stands at this moment.
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("config", &self.config).finish_non_exhaustive()
    }
}
