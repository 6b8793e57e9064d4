//! The numbers of the gateway.

use serde::{Deserialize, Serialize};

/// `[gateway]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewayConfig {
    /// Bytes of a request's body.
    pub body_bytes_max: usize,
    /// Bytes of a batch.
    pub batch_bytes_max: usize,
    /// Lines of a batch.
    pub batch_lines_max: usize,
    /// Time for an answer, a change of leader included, before the caller is told to ask again.
    pub answer_timeout_ms: u64,
    /// Pause before the next attempt while no instance leads.
    pub leader_retry_ms: u64,
    /// Time for the lookup of a profile; without an answer the sender is shown without a level.
    pub profile_timeout_ms: u64,
    /// Time until a room is refused because nobody has registered under its owner's id.
    pub owner_wait_ms: u64,
    /// How long a looked-up profile is used.
    pub profile_ttl_ms: u64,
    /// Profiles kept.
    pub profiles_max: u64,
    /// Time until this instance has read back what an operator changed, before the answer.
    pub registry_wait_ms: u64,
    /// Commands from `WebSocket` connections that are worked on at once.
    pub relayed_max: usize,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            body_bytes_max: 256 * 1024,
            batch_bytes_max: 4 * 1024 * 1024,
            batch_lines_max: 10_000,
            answer_timeout_ms: 8_000,
            leader_retry_ms: 100,
            profile_timeout_ms: 300,
            owner_wait_ms: 1_000,
            profile_ttl_ms: 5_000,
            profiles_max: 200_000,
            registry_wait_ms: 2_000,
            relayed_max: 1_024,
        }
    }
}
