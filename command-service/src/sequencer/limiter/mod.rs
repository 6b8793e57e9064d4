//! Too much at once: what a room takes in a second, and what one user may send.
//!
//! Local to the leader. Nothing of it is in the log or the ledger: a command that is shed leaves no
//! trace, and the same id may be sent again. A new leader begins with full buckets.

mod bucket;
pub mod config;
mod demand;
mod expiring;
#[cfg(test)]
mod tests;
mod window;

use domain::actor::Actor;
use domain::command::{Action, AppCommand};
use domain::event::EventData;
use domain::ids::{RoomId, UserId};
use domain::rejection::Rejection;
use domain::timestamp::Timestamp;
use domain::view::feed_item::Priority;
use serde::{Deserialize, Serialize};

use self::bucket::RoomBuckets;
use self::config::LimiterConfig;
use self::demand::{Demand, is_trusted};
use self::expiring::Expiring;
use self::window::Window;

/// A bucket is full again after this long, and need not be remembered.
const BUCKET_FULL_MS: u32 = 1_000;
/// The window of broadcasts.
const SECOND_MS: u32 = 1_000;

/// A command that was left out because of how much else was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shed {
    /// In which class it was.
    pub class: Priority,
    /// Which limit it met.
    pub reason: ShedReason,
    /// When the same command has a chance.
    pub retry_after_ms: u64,
}

/// The limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShedReason {
    /// The room takes no more in this second.
    RoomRate,
    /// The user has sent enough messages to this room.
    UserMessages,
    /// The user has sent enough likes.
    UserLikes,
    /// The app has told all rooms enough.
    Broadcasts,
}

impl ShedReason {
    /// As in JSON; also the label of the metric.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RoomRate => "room_rate",
            Self::UserMessages => "user_messages",
            Self::UserLikes => "user_likes",
            Self::Broadcasts => "broadcasts",
        }
    }
}

/// How much has been sent a moment ago.
#[derive(Debug)]
pub struct Limiter {
    config: LimiterConfig,
    rooms: Expiring<RoomId, RoomBuckets>,
    messages: Expiring<(RoomId, UserId), Window>,
    likes: Expiring<UserId, Window>,
    broadcasts: Window,
}

/// A command that is within its user's limit of messages, and may still meet the others.
#[derive(Debug, Clone, Copy)]
pub struct Admission(Option<Demand>);

impl Limiter {
    /// Nothing has been sent yet.
    pub fn new(config: LimiterConfig) -> Self {
        let entries_max = config.entries_max;
        Self {
            rooms: Expiring::new(BUCKET_FULL_MS, entries_max),
            messages: Expiring::new(config.user_messages_window_ms, entries_max),
            likes: Expiring::new(config.user_likes_window_ms, entries_max),
            broadcasts: Window::default(),
            config,
        }
    }

    /// Before the decision: counts also what a rule will refuse, so that nobody fills the log with
    /// refusals.
    pub fn before(
        &mut self,
        actor: &Actor,
        action: &Action,
        now: Timestamp,
    ) -> Result<Admission, Shed> {
        if let (Action::App(AppCommand::BroadcastMessage(_)), max @ 1..) =
            (action, self.config.broadcasts_per_s)
        {
            // Also for the merchant's servers: each one wakes every stream of the app.
            let taken = self.broadcasts.take(1, max, SECOND_MS, now);
            taken.map_err(|ms| shed(Priority::High, ShedReason::Broadcasts, ms))?;
        }
        let Some(demand) = Demand::of(action) else { return Ok(Admission(None)) };
        if self.config.trusted_exempt && is_trusted(actor) {
            return Ok(Admission(None));
        }
        let LimiterConfig { user_messages: max, user_messages_window_ms: window_ms, .. } =
            self.config;
        if let (Demand::Message(class), Action::Room { room_id, .. }, 1..) = (demand, action, max) {
            let key = (room_id.clone(), actor.user.clone());
            let taken = self.messages.entry(key, now).take(1, max, window_ms, now);
            taken.map_err(|ms| shed(class, ShedReason::UserMessages, ms))?;
        }
        Ok(Admission(Some(demand)))
    }

    /// After the decision: only what would be recorded takes from the room.
    pub fn after(
        &mut self,
        Admission(demand): Admission,
        decided: &Result<Vec<EventData>, Rejection>,
        user: &UserId,
        room_id: Option<&RoomId>,
        now: Timestamp,
    ) -> Result<(), Shed> {
        let (Some(demand), Some(room_id), Ok([_, ..])) = (demand, room_id, decided.as_deref())
        else {
            return Ok(());
        };
        let config = &self.config;
        let class = demand.class();
        match demand {
            Demand::Likes(_) if config.user_likes == 0 => Ok(()),
            Demand::Likes(count) => {
                let (max, window_ms) = (config.user_likes, config.user_likes_window_ms);
                let window = self.likes.entry(user.clone(), now);
                let taken = window.take(count, max, window_ms, now);
                taken.map_err(|ms| shed(class, ShedReason::UserLikes, ms))
            }
            Demand::Message(_) | Demand::Paid if config.room_messages_per_s == 0 => Ok(()),
            Demand::Message(_) | Demand::Paid => {
                let taken = self.rooms.entry(room_id.clone(), now).take(class, config, now);
                taken.map_err(|ms| shed(class, ShedReason::RoomRate, ms))
            }
        }
    }
}

fn shed(class: Priority, reason: ShedReason, retry_after_ms: u64) -> Shed {
    Shed { class, reason, retry_after_ms }
}
