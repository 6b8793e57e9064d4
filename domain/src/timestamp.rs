//! An instant: Unix milliseconds, UTC.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Unix milliseconds, UTC. Comes with the command; nothing in this crate reads a clock.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This instant and `seconds` more, or the end of time.
    #[must_use]
    pub fn plus_seconds(self, seconds: u32) -> Self {
        Self(self.0.saturating_add(i64::from(seconds) * 1_000))
    }
}
