//! The settings of the connection, of what is created through it, and every limit on both.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::client::ConnectError;

/// How to reach NATS and what to ask of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NatsConfig {
    /// `nats://host:port`, several separated by commas.
    pub url: String,
    /// User name, when the server asks for one.
    pub user: Option<String>,
    /// Its password. Never printed.
    #[serde(skip_serializing)]
    pub password: Option<String>,
    /// Copies of everything stored: 1, or 3 in a cluster.
    pub replicas: usize,
    /// How long one attempt to connect may take.
    pub connect_timeout_ms: u64,
    /// How long an answer may take, an acknowledgement of an append among them. After it nobody
    /// knows whether the append was stored.
    pub request_timeout_ms: u64,
    /// How often a silent connection is probed; three silent intervals end it.
    pub ping_interval_ms: u64,
    /// The longest pause between two attempts to connect again.
    pub reconnect_delay_ms_max: u64,
    /// Messages that wait in one subscription; what comes on top is dropped by the client and
    /// noticed by the tail or by the requester's timeout.
    pub subscription_messages_max: usize,
    /// Messages that wait to be sent.
    pub outgoing_messages_max: usize,
    /// How long a lease lives without renewal.
    pub lease_ttl_ms: u64,
    /// The largest snapshot that is written or read, uncompressed.
    pub snapshot_bytes_max: usize,
    /// How long the transfer of a snapshot may take.
    pub snapshot_timeout_ms: u64,
}

impl Default for NatsConfig {
    fn default() -> Self {
        Self {
            url: "nats://127.0.0.1:4222".to_owned(),
            user: None,
            password: None,
            replicas: 1,
            connect_timeout_ms: 5_000,
            request_timeout_ms: 2_000,
            ping_interval_ms: 2_000,
            reconnect_delay_ms_max: 500,
            subscription_messages_max: 4_096,
            outgoing_messages_max: 2_048,
            lease_ttl_ms: 3_000,
            snapshot_bytes_max: 1 << 30,
            snapshot_timeout_ms: 60_000,
        }
    }
}

impl NatsConfig {
    pub(crate) fn check(&self) -> Result<(), ConnectError> {
        let rules = [
            ("replicas", matches!(self.replicas, 1 | 3 | 5), "must be 1, 3 or 5"),
            ("connect_timeout_ms", 0 < self.connect_timeout_ms, "must be above 0"),
            ("request_timeout_ms", 0 < self.request_timeout_ms, "must be above 0"),
            ("ping_interval_ms", 100 <= self.ping_interval_ms, "must be 100 or more"),
            (
                "subscription_messages_max",
                64 <= self.subscription_messages_max,
                "must be 64 or more",
            ),
            ("outgoing_messages_max", 0 < self.outgoing_messages_max, "must be above 0"),
            // The server refuses a shorter window of duplicates, which a bucket's age implies.
            ("lease_ttl_ms", 500 <= self.lease_ttl_ms, "must be 500 or more"),
        ];
        match rules.into_iter().find(|(_, holds, _)| !holds) {
            Some((key, _, rule)) => Err(ConnectError::InvalidSetting { key, rule }),
            None => Ok(()),
        }
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    pub(crate) fn lease_ttl(&self) -> Duration {
        Duration::from_millis(self.lease_ttl_ms)
    }

    pub(crate) fn snapshot_timeout(&self) -> Duration {
        Duration::from_millis(self.snapshot_timeout_ms)
    }
}

impl fmt::Debug for NatsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsConfig")
            .field("url", &without_credentials(&self.url))
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}

/// The addresses without what stands before an `@`: a URL may carry a password too.
pub(crate) fn without_credentials(urls: &str) -> String {
    let bare = |url: &str| match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}{}", &url[..scheme + 3], &url[at + 1..])
        }
        (None, Some(at)) => url[at + 1..].to_owned(),
        (_, _) => url.to_owned(),
    };
    urls.split(',').map(bare).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_ever_printed() {
        let config = NatsConfig {
            url: "nats://sam:hush1@one:4222,two:4222, tls://hush2@three".to_owned(),
            password: Some("hush3".to_owned()),
            ..NatsConfig::default()
        };
        let printed = format!("{config:?} {}", serde_json::to_string(&config).unwrap());
        assert!(!format!("{config:?}").contains("hush"), "{printed}");
        assert!(!printed.contains("hush3"), "{printed}");
        assert_eq!(without_credentials("nats://sam:hush@one:4222"), "nats://one:4222");
    }

    #[test]
    fn a_setting_that_makes_no_sense_is_named() {
        let config = NatsConfig { replicas: 2, ..NatsConfig::default() };
        assert_eq!(config.check().unwrap_err().to_string(), "setting `replicas` must be 1, 3 or 5");
        assert!(NatsConfig::default().check().is_ok());
    }
}
