//! `PinMessage` → `message_pinned`: a message that everybody shall see while it is pinned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_run;
use crate::room::recent_messages::{Known, RecentMessage};
use crate::room::state::Room;
use crate::state::Context;

/// For those who run the room; chat, custom and paid messages, and not one that was recalled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PinMessage {
    /// Which item of the room.
    pub room_seq: u64,
}

/// Until it is unpinned or recalled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePinned {
    /// Which item of the room.
    pub room_seq: u64,
}

pub(crate) fn pin_message(
    room: &Room,
    actor: &Actor,
    command: &PinMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let PinMessage { room_seq } = *command;
    may_run(room, actor)?;
    in_range("room_seq", room_seq, 1, room.seq)?;
    match room.recent.find(room_seq) {
        Known::NoMessage | Known::Message(RecentMessage { recalled: true, .. }) => {
            return Err(Rejection::MessageNotFound { room_seq });
        }
        Known::Message(_) | Known::Forgotten => {}
    }
    if room.pinned.contains(&room_seq) {
        return Ok(vec![]);
    }
    let max = context.limits.pins_per_room_max;
    if max as usize <= room.pinned.len() {
        return Err(Rejection::TooManyPins { max });
    }
    Ok(vec![EventData::MessagePinned(MessagePinned { room_seq })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::recall_message::MessageRecalled;
    use crate::room::send_message::MessageSent;
    use crate::room::unpin_message::{MessageUnpinned, UnpinMessage};
    use crate::state::testing::{Given, assistant, host, viewer};

    fn pin(room_seq: u64) -> RoomCommand {
        RoomCommand::PinMessage(PinMessage { room_seq })
    }

    fn unpin(room_seq: u64) -> RoomCommand {
        RoomCommand::UnpinMessage(UnpinMessage { room_seq })
    }

    fn pinned(room_seq: u64) -> EventData {
        EventData::MessagePinned(MessagePinned { room_seq })
    }

    /// A room with messages at 2 to 5.
    fn given() -> Given {
        let hi = EventData::MessageSent(MessageSent { text: "hi".into(), reply_to: None });
        Given::room().and_by(viewer("ann"), vec![hi; 4])
    }

    #[test]
    fn those_who_run_the_room_pin_messages_once_each() {
        given().when(host(), pin(2)).then([pinned(2)]);
        given().when(assistant(), pin(2)).then([pinned(2)]);
        given().when(viewer("ann"), pin(2)).then_refused("not_allowed");
        given().when(host(), pin(1)).then_refused("message_not_found");
        given().when(host(), pin(6)).then_refused("out_of_range");
        given().and_in_room([pinned(2)]).when(host(), pin(2)).then([]);
    }

    #[test]
    fn three_messages_are_pinned_at_most() {
        let two = || given().and_in_room([pinned(2), pinned(3)]);
        two().when(host(), pin(4)).then([pinned(4)]);
        two().and_in_room([pinned(4)]).when(host(), pin(5)).then_refused("too_many_pins");
    }

    #[test]
    fn what_is_unpinned_or_recalled_is_no_longer_pinned() {
        let unpinned = EventData::MessageUnpinned(MessageUnpinned { room_seq: 2 });
        given().and_in_room([pinned(2)]).when(host(), unpin(2)).then([unpinned]);
        given().when(host(), unpin(2)).then([]);
        given().and_in_room([pinned(2)]).when(viewer("ann"), unpin(2)).then_refused("not_allowed");
        let recalled = MessageRecalled { room_seq: 2, user_id: None };
        let recalled = || [pinned(2), EventData::MessageRecalled(recalled.clone())];
        given().and_in_room(recalled()).when(host(), unpin(2)).then([]);
        given().and_in_room(recalled()).when(host(), pin(2)).then_refused("message_not_found");
    }
}
