//! `UnpinMessage` → `message_unpinned`. The tests stand beside those of [`super::pin_message`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnpinMessage {
    /// Which item of the room.
    pub room_seq: u64,
}

/// It is a message like any other again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageUnpinned {
    /// Which item of the room.
    pub room_seq: u64,
}

pub(crate) fn unpin_message(
    room: &Room,
    actor: &Actor,
    command: &UnpinMessage,
) -> Result<Vec<EventData>, Rejection> {
    let UnpinMessage { room_seq } = *command;
    may_run(room, actor)?;
    if !room.pinned.contains(&room_seq) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::MessageUnpinned(MessageUnpinned { room_seq })])
}
