//! `[projector.outbox]`.

use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

/// How notices that follow from the log come into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxConfig {
    /// Age at which a notice is dropped. Below the window of the sequencer's ledger, which would
    /// refuse an older one.
    pub age_s_max: u32,
    /// Notices that are sent together.
    pub batch: u32,
    /// How often the outbox is looked into when nothing says that something is there.
    pub interval_ms: u64,
    /// How long the sequencer may take to answer.
    pub answer_timeout_ms: u64,
}

impl Default for OutboxConfig {
    fn default() -> Self {
        Self { age_s_max: 270, batch: 100, interval_ms: 1_000, answer_timeout_ms: 5_000 }
    }
}

impl OutboxConfig {
    /// The first moment that is not too old.
    pub(crate) fn floor(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0 - i64::from(self.age_s_max) * 1_000)
    }
}
