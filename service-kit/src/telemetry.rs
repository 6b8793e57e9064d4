//! Logging. Messages are constant, what varies is a field; fields are named alike everywhere:
//! `app.id`, `room.id`, `viewer.id`, `command.kind`, `event.kind`, `log.seq`, `read_model.name`,
//! `task.name`, `http.method`, `http.path`, `http.status`, `peer.addr`, `error`, `duration_ms`.
//!
//! Never logged: tokens, keys, bodies, what people wrote.

use std::io::IsTerminal;

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// The `[telemetry]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// Which messages, in the syntax of `RUST_LOG`: `info,nats=debug`.
    pub filter: String,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

/// Why logging did not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not understood.
    #[error("`telemetry.filter` is not a filter")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// Somebody in this process has started logging before.
    #[error("logging is started already")]
    Twice(#[source] TryInitError),
}

/// Starts logging to standard error, once in a process.
pub fn init(config: &TelemetryConfig) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&config.filter).map_err(TelemetryError::Filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match config.format {
        LogFormat::Text => builder.finish().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
    }
    .map_err(TelemetryError::Twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_makes_no_sense_is_refused() {
        let config = TelemetryConfig { filter: "a=b=c".to_owned(), ..Default::default() };

        assert!(matches!(init(&config), Err(TelemetryError::Filter(_))));
    }
}
