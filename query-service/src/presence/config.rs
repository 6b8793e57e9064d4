//! The `[query.presence]` section.

use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, check_range};

/// How viewers are counted over all instances, and how they are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PresenceConfig {
    /// How often an instance counts and tells the others what has changed; 0 switches counting off.
    pub exchange_ms: u64,
    /// An instance that is silent for this long is taken for dead, and its viewers for gone.
    pub expiry_ms: u64,
    /// Users of a set that is counted exactly; larger ones are estimated.
    pub exact_users_max: usize,
    /// Bytes of what an instance tells at once; a room alone may be larger.
    pub bulletin_bytes_max: usize,
    /// Whether viewers without an account count as users.
    pub counts_guests: bool,
    /// A change of at least so much is told to viewers after `push_pause_ms`.
    pub push_change_percent: u32,
    /// The shortest time between two figures.
    pub push_pause_ms: u64,
    /// After this long any change is told.
    pub push_within_ms: u64,
    /// How long a room that nobody is in is counted on in memory.
    pub forget_ms: u64,
    /// How often the peak of a room and who has been there are written into Postgres.
    pub record_ms: u64,
    /// Who has joined a room is left by the system when the last that was seen of them is so long ago;
    /// 0 switches it off.
    pub leave_after_ms: u64,
    /// Users who are gone and not left yet; more of them stay in the list.
    pub leaves_waiting_max: usize,
    /// Users who are left with one request.
    pub leaves_per_request_max: usize,
    /// How long the answer to it may take.
    pub leave_timeout_ms: u64,
}

impl Default for PresenceConfig {
    fn default() -> Self {
        Self {
            exchange_ms: 1_000,
            expiry_ms: 5_000,
            exact_users_max: 10_000,
            bulletin_bytes_max: 256 << 10,
            counts_guests: true,
            push_change_percent: 5,
            push_pause_ms: 2_000,
            push_within_ms: 10_000,
            forget_ms: 3_600_000,
            record_ms: 5_000,
            leave_after_ms: 20_000,
            leaves_waiting_max: 100_000,
            leaves_per_request_max: 500,
            leave_timeout_ms: 5_000,
        }
    }
}

impl PresenceConfig {
    /// Refuses limits that make no sense.
    pub(crate) fn check(&self) -> Result<(), OutOfRange> {
        check_range("query.presence.exchange_ms", self.exchange_ms, 0..=60_000)?;
        // Less than a few exchanges, and one that is lost is a death.
        let least = self.exchange_ms.saturating_mul(3).max(10);
        check_range("query.presence.expiry_ms", self.expiry_ms, least..=600_000)?;
        check_range("query.presence.exact_users_max", self.exact_users_max, 0..=20_000)?;
        let bytes = self.bulletin_bytes_max;
        check_range("query.presence.bulletin_bytes_max", bytes, 1_024..=1 << 20)?;
        check_range("query.presence.push_change_percent", self.push_change_percent, 0..=100)?;
        check_range("query.presence.push_pause_ms", self.push_pause_ms, 0..=600_000)?;
        check_range("query.presence.push_within_ms", self.push_within_ms, 0..=600_000)?;
        check_range("query.presence.forget_ms", self.forget_ms, 1_000..=604_800_000)?;
        check_range("query.presence.record_ms", self.record_ms, 10..=3_600_000)?;
        check_range("query.presence.leave_after_ms", self.leave_after_ms, 0..=3_600_000)?;
        let most = self.leaves_waiting_max;
        check_range("query.presence.leaves_waiting_max", most, 0..=10_000_000)?;
        let most = self.leaves_per_request_max;
        check_range("query.presence.leaves_per_request_max", most, 1..=1_000)?;
        check_range("query.presence.leave_timeout_ms", self.leave_timeout_ms, 10..=60_000)
    }
}
