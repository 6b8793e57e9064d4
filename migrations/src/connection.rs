//! Connections to Postgres, and what is said when there is none.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use service_kit::config::Secret;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

/// `[postgres]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PostgresConfig {
    /// `postgres://user:password@host:port/database`. Without it `matinee up` starts a server of
    /// its own; everything else says that it is missing.
    pub url: Option<Secret<String>>,
    /// How long one attempt to connect may take.
    pub connect_timeout_ms: u64,
    /// Connections that one service opens at most.
    pub connections_max: usize,
}

impl Default for PostgresConfig {
    fn default() -> Self {
        Self { url: None, connect_timeout_ms: 5_000, connections_max: 8 }
    }
}

/// Why there is no connection. Never shows the password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Not configured.
    #[error("`postgres.url` is not set")]
    NoUrl,
    /// Not an address. The cause is left out: it could quote parts of the address.
    #[error("`postgres.url` is not of the form `postgres://user:password@host:port/database`")]
    MalformedUrl,
    /// Nobody there, or not in time.
    #[error("could not reach Postgres at {target}; is it running?")]
    Unreachable {
        /// Where, and as whom.
        target: String,
        /// Why not.
        #[source]
        source: tokio_postgres::Error,
    },
    /// No answer within `postgres.connect_timeout_ms`.
    #[error("Postgres at {target} did not answer within {timeout_ms} ms")]
    TimedOut {
        /// Where, and as whom.
        target: String,
        /// The limit.
        timeout_ms: u64,
    },
    /// It is there and will not let us in: role, password, `pg_hba.conf`.
    #[error("Postgres refused {target}")]
    Refused {
        /// Where, and as whom.
        target: String,
        /// Why.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The database is not there.
    #[error("Postgres at {target} has no such database; create it with `createdb`")]
    NoDatabase {
        /// Where, and as whom.
        target: String,
        /// Postgres's words.
        #[source]
        source: tokio_postgres::Error,
    },
}

/// Connects once. The connection is driven by a task that ends when the client is dropped or the
/// server goes away.
pub async fn connect(config: &PostgresConfig) -> Result<Client, ConnectError> {
    let url = config.url.as_ref().ok_or(ConnectError::NoUrl)?;
    let mut parsed: Config = url.expose().parse().ok().ok_or(ConnectError::MalformedUrl)?;
    parsed.application_name("matinee").keepalives_idle(Duration::from_secs(30));
    let target = describe(&parsed);
    let limit = Duration::from_millis(config.connect_timeout_ms);
    let Ok(connected) = tokio::time::timeout(limit, parsed.connect(NoTls)).await else {
        return Err(ConnectError::TimedOut { target, timeout_ms: config.connect_timeout_ms });
    };
    let (client, connection) = connected.map_err(|source| match source.code() {
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => {
            ConnectError::NoDatabase { target, source }
        }
        // Starting up or shutting down: it will be there in a moment.
        Some(code) if *code == SqlState::CANNOT_CONNECT_NOW => {
            ConnectError::Unreachable { target, source }
        }
        Some(_) => ConnectError::Refused { target, source },
        None => ConnectError::Unreachable { target, source },
    })?;
    tokio::spawn(async move {
        // Whoever uses the client gets an error of their own; this one has the reason.
        if let Err(error) = connection.await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "connection to Postgres ended"
            );
        }
    });
    Ok(client)
}

/// Where and as whom, without the password.
fn describe(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().unwrap_or("(no user)");
    let database = config.get_dbname().unwrap_or(user);
    format!("`{host}:{port}`, database `{database}`, as `{user}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> PostgresConfig {
        PostgresConfig { url: Some(Secret::new(url.to_owned())), ..PostgresConfig::default() }
    }

    #[tokio::test]
    async fn an_error_says_where_and_never_shows_the_password() {
        // Port 1 is not listened on.
        let refused =
            connect(&config("postgres://shop:hunter2@127.0.0.1:1/show")).await.unwrap_err();
        let malformed =
            connect(&config("postgres://shop:hunter2@127.0.0.1:x/show")).await.unwrap_err();

        let text = refused.to_string();
        assert!(text.contains("`127.0.0.1:1`, database `show`, as `shop`"), "{text}");
        assert!(!format!("{refused:?}{malformed:?}{malformed}").contains("hunter2"));
    }
}
