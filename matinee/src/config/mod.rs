//! Everything that can be configured, in one file: `matinee.default.toml` has every key with its
//! default and a comment, `--config FILE` and `MATINEE__SECTION__KEY` change them.

use std::path::{Path, PathBuf};

use callbacks::CallbacksConfig;
use command_service::config::CommandConfig;
use migrations::connection::PostgresConfig;
use nats::NatsConfig;
use projector::ProjectorConfig;
use query_service::QueryConfig;
use serde::{Deserialize, Serialize};
use service_kit::apps::{AppConfig, RegistryConfig};
use service_kit::auth::AuthConfig;
use service_kit::config::ConfigError;
use service_kit::telemetry::TelemetryConfig;
use signer_service::SignerConfig;

use crate::supervise::nats_server::NatsServerConfig;
use crate::supervise::postgres_server::PostgresServerConfig;

/// The defaults and their documentation.
pub const DEFAULTS: &str = include_str!("../../matinee.default.toml");

/// The whole configuration. Passed down in parts; only `system` holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatineeConfig {
    /// Where `up` keeps everything.
    pub data_dir: PathBuf,
    /// How long the services may take to stop.
    pub stop_timeout_ms: u64,
    /// The tenants.
    pub apps: Vec<AppConfig>,
    /// Tenants that come and go.
    pub registry: RegistryConfig,
    /// Who asks.
    pub auth: AuthConfig,
    /// Logging.
    pub telemetry: TelemetryConfig,
    /// The connection to NATS.
    pub nats: NatsConfig,
    /// The private nats-server.
    pub nats_server: NatsServerConfig,
    /// The connection to Postgres.
    pub postgres: PostgresConfig,
    /// The private Postgres.
    pub postgres_server: PostgresServerConfig,
    /// The command-service.
    pub command: CommandConfig,
    /// The projector.
    pub projector: ProjectorConfig,
    /// The query-service.
    pub query: QueryConfig,
    /// The signer-service.
    pub signer: SignerConfig,
    /// What merchants' servers are told.
    pub callbacks: CallbacksConfig,
}

impl MatineeConfig {
    /// Defaults, then the file, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        service_kit::config::load(DEFAULTS, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_has_every_key_and_nothing_else() {
        let config: MatineeConfig = toml::from_str(DEFAULTS).unwrap();

        let written: toml::Table = DEFAULTS.parse().unwrap();
        let effective = toml::Table::try_from(&config).unwrap();

        let mut missing = Vec::new();
        collect_missing(&effective, &written, "", &mut missing);
        assert!(missing.is_empty(), "not in matinee.default.toml: {missing:#?}");
    }

    #[test]
    fn every_key_of_the_default_file_has_a_comment() {
        let lines: Vec<&str> = DEFAULTS.lines().collect();
        for pair in lines.windows(2) {
            let is_key = pair[1].split_once(" = ").is_some_and(|(key, _)| {
                key.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            });
            assert!(!is_key || pair[0].starts_with('#'), "no comment above `{}`", pair[1]);
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_services() {
        let config: MatineeConfig = toml::from_str(DEFAULTS).unwrap();

        // What differs is in the file alone: the ports, and that the servers are private.
        let mut command = config.command.clone();
        command.http.listen = CommandConfig::default().http.listen;
        assert_eq!(command, CommandConfig::default());
        let mut query = config.query.clone();
        query.http.listen = QueryConfig::default().http.listen;
        assert_eq!(query, QueryConfig::default());
        let mut signer = config.signer.clone();
        signer.http.listen = SignerConfig::default().http.listen;
        assert_eq!(signer, SignerConfig::default());
        let mut callbacks = config.callbacks.clone();
        callbacks.http.listen = CallbacksConfig::default().http.listen;
        assert_eq!(callbacks, CallbacksConfig::default());
        assert_eq!(config.projector, ProjectorConfig::default());
        assert_eq!(config.auth, AuthConfig::default());
        assert_eq!(config.telemetry, TelemetryConfig::default());
        assert_eq!(
            NatsConfig { url: NatsConfig::default().url, ..config.nats },
            NatsConfig::default()
        );
    }

    fn collect_missing(
        effective: &toml::Table,
        written: &toml::Table,
        path: &str,
        missing: &mut Vec<String>,
    ) {
        for (key, value) in effective {
            let path = format!("{path}.{key}");
            match (value, written.get(key)) {
                (_, None) => missing.push(format!("{path} = {value}")),
                (toml::Value::Table(inner), Some(toml::Value::Table(written))) => {
                    collect_missing(inner, written, &path, missing);
                }
                (_, Some(_)) => {}
            }
        }
    }
}
