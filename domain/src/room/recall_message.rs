//! `RecallMessage` → `message_recalled`: a message is taken back, and nobody is shown it again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_run;
use crate::room::recent_messages::Known;
use crate::room::state::Room;
use crate::state::Context;

/// For the sender, within a while, and for those who run the room at any time. Chat, custom and paid
/// messages; of a message so old that it is not remembered, those who run the room are believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallMessage {
    /// Which item of the room.
    pub room_seq: u64,
}

/// The message keeps its place and its sender, and loses its text wherever it is shown. The log keeps
/// the fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecalled {
    /// Which item of the room.
    pub room_seq: u64,
    /// Whose message it was; absent if it was too old to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

pub(crate) fn recall_message(
    room: &Room,
    actor: &Actor,
    command: &RecallMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let RecallMessage { room_seq } = *command;
    in_range("room_seq", room_seq, 1, room.seq)?;
    let user_id = match room.recent.find(room_seq) {
        Known::NoMessage => return Err(Rejection::MessageNotFound { room_seq }),
        Known::Forgotten => {
            may_run(room, actor)?;
            None
        }
        Known::Message(message) => {
            let is_own = message.user == actor.user;
            let window_s = context.limits.recall_window_s;
            match may_run(room, actor) {
                Err(_) if is_own && context.now < message.at.plus_seconds(window_s) => {}
                Err(_) if is_own => return Err(Rejection::RecallTooLate { window_s }),
                may => may?,
            }
            if message.recalled {
                return Ok(vec![]);
            }
            Some(message.user.clone())
        }
    };
    Ok(vec![EventData::MessageRecalled(MessageRecalled { room_seq, user_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::join_room::RoomJoined;
    use crate::room::recent_messages::RECENT_MESSAGES_MAX;
    use crate::room::send_message::MessageSent;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn recall(room_seq: u64) -> RoomCommand {
        RoomCommand::RecallMessage(RecallMessage { room_seq })
    }

    fn sent(text: &str) -> EventData {
        EventData::MessageSent(MessageSent { text: text.into(), reply_to: None })
    }

    fn recalled(room_seq: u64, user: &str) -> EventData {
        let user_id = Some(user.parse().unwrap());
        EventData::MessageRecalled(MessageRecalled { room_seq, user_id })
    }

    /// A room with ann's message at 2 and somebody's coming at 3.
    fn given() -> Given {
        let room = Given::room().and_by(viewer("ann"), [sent("oops")]);
        room.and_by(viewer("bob"), [EventData::RoomJoined(RoomJoined {})])
    }

    #[test]
    fn the_sender_has_120_s_and_those_who_run_the_room_have_no_limit() {
        given().when(viewer("ann"), recall(2)).then([recalled(2, "ann")]);
        given().after_ms(119_999).when(viewer("ann"), recall(2)).then([recalled(2, "ann")]);
        let late = given().after_ms(120_000);
        late.when(viewer("ann"), recall(2)).then_refused("recall_too_late");
        given().when(viewer("bob"), recall(2)).then_refused("not_allowed");
        for who in [host(), assistant()] {
            given().after_ms(1 << 40).when(who, recall(2)).then([recalled(2, "ann")]);
        }
    }

    #[test]
    fn twice_is_already_so_and_only_a_message_can_be_recalled() {
        let again = given().and_by(viewer("ann"), [recalled(2, "ann")]);
        again.when(viewer("ann"), recall(2)).then([]);
        given().when(host(), recall(1)).then_refused("message_not_found");
        given().when(host(), recall(3)).then_refused("message_not_found");
        given().when(host(), recall(4)).then_refused("out_of_range");
        given().when(host(), recall(0)).then_refused("out_of_range");
    }

    #[test]
    fn of_a_message_that_is_forgotten_those_who_run_the_room_are_believed() {
        let full = || given().and_by(viewer("bob"), vec![sent("hi"); RECENT_MESSAGES_MAX - 1]);
        full().when(viewer("ann"), recall(2)).then([recalled(2, "ann")]);
        let beyond = || full().and_by(viewer("bob"), [sent("one more")]);
        beyond().when(viewer("ann"), recall(2)).then_refused("not_allowed");
        let unknown = MessageRecalled { room_seq: 2, user_id: None };
        beyond().when(host(), recall(2)).then([EventData::MessageRecalled(unknown)]);
        beyond().when(host(), recall(3)).then_refused("message_not_found");
    }
}
