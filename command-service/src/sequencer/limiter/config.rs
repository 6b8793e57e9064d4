//! How much may be sent to a room, and by one user.

use serde::{Deserialize, Serialize};
use service_kit::config::at_speed;

/// `[sequencer.limiter]`. A rate or a number of 0 switches its limit off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimiterConfig {
    /// Messages and gifts of all kinds that a room takes in a second (IM/3663).
    pub room_messages_per_s: u32,
    /// On top of these, of priority `high` alone.
    pub room_high_reserve_per_s: u32,
    /// Messages of one user to one room in a window.
    pub user_messages: u32,
    /// That window.
    pub user_messages_window_ms: u32,
    /// Likes of one user, in all rooms, in a window. At least `limits.like_count_max`, or the
    /// largest command would never pass.
    pub user_likes: u32,
    /// That window.
    pub user_likes_window_ms: u32,
    /// Broadcasts to all rooms in a second, whoever sends them.
    pub broadcasts_per_s: u32,
    /// Whether the merchant's servers, also in a user's name, are outside all of this.
    pub trusted_exempt: bool,
    /// Rooms, and users, that are remembered; above it the limits of the longest silent begin anew.
    pub entries_max: usize,
}

impl Default for LimiterConfig {
    fn default() -> Self {
        Self {
            room_messages_per_s: 40,
            room_high_reserve_per_s: 20,
            user_messages: 30,
            user_messages_window_ms: 10_000,
            user_likes: 1_000,
            user_likes_window_ms: 10_000,
            broadcasts_per_s: 5,
            trusted_exempt: true,
            entries_max: 200_000,
        }
    }
}

impl LimiterConfig {
    /// No limit at all.
    pub fn off() -> Self {
        Self {
            room_messages_per_s: 0,
            user_messages: 0,
            user_likes: 0,
            broadcasts_per_s: 0,
            ..Self::default()
        }
    }

    /// The same limits for a show that is played at a multiple of its speed.
    #[must_use]
    pub fn at_speed(self, speed: f64) -> Self {
        let times = |limit| at_speed(limit, speed);
        Self {
            room_messages_per_s: times(self.room_messages_per_s),
            room_high_reserve_per_s: times(self.room_high_reserve_per_s),
            user_messages: times(self.user_messages),
            user_likes: times(self.user_likes),
            ..self
        }
    }
}
