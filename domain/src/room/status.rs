//! The five states of a room and which may follow which.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the show stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomStatus {
    /// Announced, not begun. Viewers may already chat.
    Scheduled,
    /// On air.
    Live,
    /// On air, the host is away.
    Paused,
    /// Over. Final, except for a replay.
    Ended,
    /// Over, and the recording can be watched.
    Replay,
}

impl RoomStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Scheduled, Self::Live, Self::Paused, Self::Ended, Self::Replay];

    /// Whether `next` may follow. A status never follows itself: that is "already so".
    pub fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Scheduled | Self::Paused, Self::Live | Self::Ended)
                | (Self::Live, Self::Paused | Self::Ended)
                | (Self::Ended, Self::Replay)
                | (Self::Replay, Self::Ended)
        )
    }

    /// The name in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Ended => "ended",
            Self::Replay => "replay",
        }
    }

    /// Whether viewers can still send something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Scheduled | Self::Live | Self::Paused)
    }
}

impl fmt::Display for RoomStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
