//! `SendMessage` → `message_held`: a message that waits until somebody who runs the room has looked; custom
//! and paid ones too.
//!
//! [`crate::room::review_message`] ends the wait, or a day does. The state holds what waits: few for a
//! room, which is a limit, and [`HELD_MAX`] for an app, of which the oldest goes for the newest.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::limits::Limits;
use crate::rejection::Rejection;
use crate::room::said::{Besides, Said};
use crate::room::state::Room;
use crate::timestamp::Timestamp;

/// Messages that wait in all rooms of an app together. A constant and no setting: every fold of a log
/// must hold the same.
pub const HELD_MAX: usize = 2_000;
/// How long a message waits.
pub const HELD_FOR_S: u32 = 86_400;

/// Those who run the room see it, and its sender; others learn only that the place is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageHeld {
    /// What they typed; of a custom message, its `data`.
    pub text: Arc<str>,
    /// `room_seq` of what they reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// What else it has, if it is no chat message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub besides: Option<Besides>,
}

/// A message that waits, with all that it needs to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldMessage {
    /// Who sent it, as they were then.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// What they typed; of a custom message, its `data`.
    pub text: Arc<str>,
    /// `room_seq` of what they reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// What else it has, if it is no chat message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub besides: Option<Besides>,
}

impl HeldMessage {
    /// Whether somebody may still look at it; not from the instant on at which the day is over.
    pub fn waits(&self, now: Timestamp) -> bool {
        now < self.at.plus_seconds(HELD_FOR_S)
    }
}

/// What waits in a room, by `room_seq`.
pub type HeldMessages = BTreeMap<u64, HeldMessage>;

/// The message as one that waits; refused where as many wait as may.
pub(crate) fn hold(
    room: &Room,
    said: Said,
    (field, now): (String, Timestamp),
    limits: &Limits,
) -> Result<EventData, Rejection> {
    let waiting = room.held.values().filter(|held| held.waits(now)).count();
    if limits.held_per_room_max as usize <= waiting {
        return Err(Rejection::TextRefused { field });
    }
    let Said { text, reply_to, besides } = said;
    Ok(EventData::MessageHeld(MessageHeld { text, reply_to, besides }))
}
