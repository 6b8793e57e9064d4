//! `[projector]`.

use std::time::Duration;

use nats::TailConfig;
use serde::{Deserialize, Serialize};

use crate::outbox::config::OutboxConfig;

/// How the log becomes tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectorConfig {
    /// Events in one transaction while it keeps up. A larger commit is a batch of its own.
    pub batch_events_live: usize,
    /// Events in one transaction while it is behind, and in a rebuild.
    pub batch_events_catch_up: usize,
    /// Stored bytes of the commits that are decoded ahead, and so the most that one batch holds.
    pub ahead_bytes: usize,
    /// Whether a batch waits for Postgres's disk. Rows and checkpoint are lost together or not at
    /// all and come again from the log, so waiting buys nothing and competes with the log's own
    /// writes for the disk.
    pub synchronous_commit: bool,
    /// The first pause after Postgres failed; it doubles with every further failure.
    pub backoff_ms: u64,
    /// The longest pause.
    pub backoff_ms_max: u64,
    /// How often the end of the log is asked for, to tell how far behind the tables are.
    pub lag_interval_ms: u64,
    /// How long a rebuild waits for readers to let go of the old tables before it gives up.
    pub switch_lock_timeout_ms: u64,
    /// Memory of Postgres for comparing tables.
    pub compare_work_mem_mb: u32,
    /// Notices that follow from the log.
    pub outbox: OutboxConfig,
}

impl Default for ProjectorConfig {
    fn default() -> Self {
        Self {
            batch_events_live: 1_000,
            batch_events_catch_up: 5_000,
            ahead_bytes: 8 << 20,
            synchronous_commit: false,
            backoff_ms: 100,
            backoff_ms_max: 5_000,
            lag_interval_ms: 1_000,
            switch_lock_timeout_ms: 10_000,
            compare_work_mem_mb: 128,
            outbox: OutboxConfig::default(),
        }
    }
}

impl ProjectorConfig {
    /// Enough ahead for the largest batch, also where every commit has one event.
    pub(crate) fn tail(&self) -> TailConfig {
        TailConfig {
            ahead_commits: self.batch_events_catch_up,
            ahead_bytes: self.ahead_bytes,
            ..TailConfig::default()
        }
    }

    /// The pause after this many failures in a row.
    pub(crate) fn backoff(&self, failures: u32) -> Duration {
        let doubled = self.backoff_ms.saturating_mul(1 << failures.saturating_sub(1).min(16));
        Duration::from_millis(doubled.min(self.backoff_ms_max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_its_limit() {
        let config = ProjectorConfig::default();
        let pauses = [1, 2, 3, 7, 200].map(|failures| config.backoff(failures).as_millis());
        assert_eq!(pauses, [100, 200, 400, 5_000, 5_000]);
    }
}
