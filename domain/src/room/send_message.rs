//! `SendMessage` → `message_sent`: chat.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::{is_exempt, may_talk};
use crate::room::state::Room;
use crate::state::Context;
use crate::text;

/// For everybody who is not muted and, in slow mode, has waited, while the show is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// What they typed.
    pub text: Arc<str>,
    /// `room_seq` of what they reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
}

/// Everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSent {
    /// What they typed.
    pub text: Arc<str>,
    /// `room_seq` of what they reply to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
}

pub(crate) fn send_message(
    room: &Room,
    actor: &Actor,
    command: SendMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_talk(room, actor, context.now)?;
    if room.slow_mode.seconds != 0 && !is_exempt(room, actor) {
        room.slow_mode.check(&actor.user, context.now)?;
    }
    text::check("text", &command.text, context.limits.message_bytes_max, true)?;
    let SendMessage { text, reply_to } = command;
    if let Some(reply_to) = reply_to {
        in_range("reply_to", reply_to, 1, room.seq)?;
    }
    Ok(vec![EventData::MessageSent(MessageSent { text, reply_to })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Role;
    use crate::command::RoomCommand;
    use crate::room::change_room_status::RoomStatusChanged;
    use crate::room::join_room::JoinRoom;
    use crate::room::mute_user::UserMuted;
    use crate::room::send_likes::SendLikes;
    use crate::room::status::RoomStatus;
    use crate::state::testing::{Given, viewer};

    fn send(text: &str) -> RoomCommand {
        RoomCommand::SendMessage(SendMessage { text: text.into(), reply_to: None })
    }

    #[test]
    fn a_text_is_recorded_as_it_was_typed() {
        let text = "  <b>hi</b> 笑死 \u{200b}\u{202e}\r\n";
        let sent = EventData::MessageSent(MessageSent { text: text.into(), reply_to: None });
        Given::room().when(viewer("ann"), send(text)).then([sent]);
    }

    #[test]
    fn a_guest_comes_and_goes_but_says_nothing() {
        let guest = || Actor { role: Role::Guest, ..viewer("gus") };
        let likes = RoomCommand::SendLikes(SendLikes { count: 1 });
        Given::room().when(guest(), send("hi")).then_refused("not_allowed");
        Given::room().when(guest(), likes).then_refused("not_allowed");
        let join = RoomCommand::JoinRoom(JoinRoom {});
        Given::room().when(guest(), join).then_accepted();
    }

    #[test]
    fn a_text_has_1_to_12288_bytes() {
        let ann = || viewer("ann");
        Given::room().when(ann(), send(&"x".repeat(12_288))).then_accepted();
        Given::room().when(ann(), send(&"x".repeat(12_289))).then_refused("text_too_long");
        Given::room().when(ann(), send("")).then_refused("text_empty");
        Given::room().when(ann(), send("\0")).then_refused("text_unstorable");
    }

    #[test]
    fn a_reply_is_to_something_that_is_there() {
        let reply =
            |to| RoomCommand::SendMessage(SendMessage { text: "yes".into(), reply_to: Some(to) });
        let first = || EventData::MessageSent(MessageSent { text: "tea?".into(), reply_to: None });
        let given = || Given::room().and_in_room([first()]);
        let sent = MessageSent { text: "yes".into(), reply_to: Some(2) };
        given().when(viewer("ann"), reply(2)).then([EventData::MessageSent(sent)]);
        given().when(viewer("ann"), reply(1)).then_accepted();
        given().when(viewer("ann"), reply(0)).then_refused("out_of_range");
        given().when(viewer("ann"), reply(3)).then_refused("out_of_range");
    }

    #[test]
    fn nothing_is_sent_to_a_show_that_is_over() {
        for status in RoomStatus::ALL {
            let changed = RoomStatusChanged { from: RoomStatus::Scheduled, to: status };
            let given = Given::room().and_in_room([EventData::RoomStatusChanged(changed)]);
            let then = given.when(viewer("ann"), send("hi"));
            if status.is_open() { then.then_accepted() } else { then.then_refused("room_closed") }
        }
    }

    #[test]
    fn a_mute_ends_exactly_when_it_says() {
        let given = || {
            let given = Given::room();
            let until = Some(given.now().plus_seconds(10));
            let muted = UserMuted { user_id: "ann".parse().unwrap(), seconds: 10, until };
            given.and_in_room([EventData::UserMuted(muted)])
        };
        given().when(viewer("bob"), send("hi")).then_accepted();
        given().when(viewer("ann"), send("hi")).then_refused("muted");
        given().after_ms(9_999).when(viewer("ann"), send("hi")).then_refused("muted");
        given().after_ms(10_000).when(viewer("ann"), send("hi")).then_accepted();
    }

    #[test]
    fn a_mute_without_end_does_not_end() {
        let user_id = "ann".parse().unwrap();
        let muted = UserMuted { user_id, seconds: u32::MAX, until: None };
        let given = Given::room().and_in_room([EventData::UserMuted(muted)]);
        given.after_ms(1 << 50).when(viewer("ann"), send("hi")).then_refused("muted");
    }
}
