//! One connection, shared by everything in a process. Refuses servers that are too old, and
//! connects again by itself for ever afterwards.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::{ConnectOptions, Event};
use tokio::sync::watch;

use crate::Cause;
use crate::config::{NatsConfig, without_credentials};
use crate::version::{FLOOR, Version};

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
    /// How often the connection was made.
    pub(crate) connections: watch::Receiver<u64>,
}

impl Nats {
    /// Connects, and refuses a server that is too old or has no JetStream.
    pub async fn connect(config: &NatsConfig) -> Result<Self, ConnectError> {
        config.check()?;
        let url = without_credentials(&config.url);
        let addresses: Vec<&str> = config.url.split(',').map(str::trim).collect();
        let (counter, connections) = watch::channel(0);
        let client =
            options(config, counter).connect(addresses.as_slice()).await.map_err(|source| {
                ConnectError::Unreachable { url: url.clone(), source: source.into() }
            })?;

        let found = client.server_info().version;
        if Version::parse(&found).is_none_or(|version| version < FLOOR) {
            return Err(ConnectError::VersionTooOld { found, floor: FLOOR.to_string() });
        }
        let context = ContextBuilder::new().timeout(config.request_timeout()).build(client.clone());
        if let Err(source) = context.query_account().await {
            return Err(ConnectError::NoJetStream { url, source: source.into() });
        }
        tracing::info!(nats.url = url, nats.version = found, "connected to nats");
        Ok(Self { client, context, config: Arc::new(config.clone()), connections })
    }

    /// Whether the connection stands at this moment.
    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Waits for the connection, at most for the request timeout. What is sent without one waits in
    /// a queue and goes out when nobody expects it any more.
    pub(crate) async fn until_connected(&self) -> bool {
        const STEP: Duration = Duration::from_millis(10);
        let wait = async {
            while !self.is_connected() {
                tokio::time::sleep(STEP).await;
            }
        };
        self.is_connected()
            || tokio::time::timeout(self.config.request_timeout(), wait).await.is_ok()
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("config", &self.config).finish_non_exhaustive()
    }
}

fn options(config: &NatsConfig, counter: watch::Sender<u64>) -> ConnectOptions {
    let counter = Arc::new(counter);
    let delay_max = Duration::from_millis(config.reconnect_delay_ms_max);
    let options = ConnectOptions::new()
        .name("matinee")
        .connection_timeout(Duration::from_millis(config.connect_timeout_ms))
        .request_timeout(Some(config.request_timeout()))
        .ping_interval(Duration::from_millis(config.ping_interval_ms))
        .subscription_capacity(config.subscription_messages_max)
        .client_capacity(config.outgoing_messages_max)
        .max_reconnects(None)
        .reconnect_delay_callback(move |attempts| {
            let doublings = u32::try_from(attempts.min(16)).unwrap_or(16);
            Duration::from_millis(5).saturating_mul(1 << doublings).min(delay_max)
        })
        .event_callback(move |event| {
            if event == Event::Connected {
                counter.send_modify(|connections| *connections += 1);
            }
            report(&event);
            std::future::ready(())
        });
    match (&config.user, &config.password) {
        (Some(user), Some(password)) => options.user_and_password(user.clone(), password.clone()),
        (_, _) => options,
    }
}

fn report(event: &Event) {
    match event {
        Event::Connected => tracing::info!("nats connection stands"),
        Event::Disconnected => tracing::warn!("nats connection lost"),
        Event::LameDuckMode => tracing::info!("nats-server is about to stop"),
        Event::Draining | Event::Closed => tracing::info!("nats connection closed"),
        Event::SlowConsumer(_) => tracing::warn!("a nats subscription was full, messages dropped"),
        Event::ServerError(error) => tracing::warn!(error = %error, "nats-server complains"),
        Event::ClientError(error) => tracing::warn!(error = %error, "nats client complains"),
    }
}
