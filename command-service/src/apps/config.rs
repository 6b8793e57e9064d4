//! The numbers of the keeper.

use serde::{Deserialize, Serialize};

/// `[command.apps]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppsConfig {
    /// How often is looked for what is left of deleted apps.
    pub sweep_ms: u64,
    /// Pause before the next attempt when a log cannot be created or removed.
    pub retry_ms: u64,
    /// How long the sequencer of a deleted app may take to stop before its log is removed.
    pub stop_ms: u64,
}

impl Default for AppsConfig {
    fn default() -> Self {
        Self { sweep_ms: 10_000, retry_ms: 500, stop_ms: 2_000 }
    }
}
