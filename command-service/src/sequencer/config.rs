//! The numbers of a sequencer.

use serde::{Deserialize, Serialize};

use super::ledger::LedgerConfig;
use super::limiter::config::LimiterConfig;

/// `[sequencer]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SequencerConfig {
    /// Submissions that may wait; one more gets 503.
    pub queue_submissions_max: usize,
    /// Submissions of one pack.
    pub pack_submissions_max: usize,
    /// Bytes of one commit.
    pub pack_bytes_max: usize,
    /// Commands forwarded from other instances that are handled at once.
    pub remote_requests_max: usize,
    /// How often an instance that does not lead asks for the lease.
    pub lease_retry_ms: u64,
    /// How often the leader renews the lease, which is gone after 3 s.
    pub lease_renew_ms: u64,
    /// Time to find out whether an append was stored, before the leader steps down.
    pub append_doubt_ms: u64,
    /// A snapshot is made after so many commits.
    pub snapshot_every_commits: u64,
    /// Answers that are remembered.
    pub ledger: LedgerConfig,
    /// How much may be sent.
    pub limiter: LimiterConfig,
}

impl Default for SequencerConfig {
    fn default() -> Self {
        Self {
            queue_submissions_max: 8_192,
            pack_submissions_max: 2_048,
            pack_bytes_max: 512 * 1024,
            remote_requests_max: 256,
            lease_retry_ms: 500,
            lease_renew_ms: 1_000,
            append_doubt_ms: 10_000,
            snapshot_every_commits: 20_000,
            ledger: LedgerConfig::default(),
            limiter: LimiterConfig::default(),
        }
    }
}
