//! `SendCustomMessage` → `custom_message_sent`: what a client and its merchant agreed on between them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::permission::{is_exempt, may_run, may_talk};
use crate::room::state::Room;
use crate::state::Context;
use crate::text;
use crate::view::feed_item::Priority;

/// For everybody who is not muted, while the show is on; `high` is not for viewers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendCustomMessage {
    /// What kind of message it is.
    pub data: Arc<str>,
    /// For people, for instance where a client does not know the kind.
    #[serde(default)]
    pub description: Arc<str>,
    /// What belongs to it, often JSON; nobody here looks into it.
    #[serde(default)]
    pub extension: Arc<str>,
    /// What is left out first under load.
    #[serde(default)]
    pub priority: Priority,
}

/// Everybody gets it, byte for byte. It counts as no chat message and earns no points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct CustomMessageSent {
    pub data: Arc<str>,
    #[serde(default)]
    pub description: Arc<str>,
    #[serde(default)]
    pub extension: Arc<str>,
    pub priority: Priority,
}

pub(crate) fn send_custom_message(
    room: &Room,
    actor: &Actor,
    command: SendCustomMessage,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SendCustomMessage { data, description, extension, priority } = command;
    // Who may send `high` would never be shed.
    if priority == Priority::High && actor.via.is_none() {
        may_run(room, actor)?;
    }
    may_talk(room, actor, context.now)?;
    if room.slow_mode.seconds != 0 && !is_exempt(room, actor) {
        room.slow_mode.check(&actor.user, context.now)?;
    }
    let limits = context.limits;
    text::check("data", &data, limits.custom_data_bytes_max, true)?;
    text::check("description", &description, limits.custom_description_bytes_max, false)?;
    text::check("extension", &extension, limits.custom_extension_bytes_max, false)?;
    let (bytes, bytes_max) =
        (data.len() + description.len() + extension.len(), limits.message_bytes_max);
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    if bytes_max < bytes {
        let field = "data, description and extension".into();
        return Err(Rejection::TextTooLong { field, bytes, bytes_max });
    }
    let sent = CustomMessageSent { data, description, extension, priority };
    Ok(vec![EventData::CustomMessageSent(sent)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::ids::UserId;
    use crate::room::change_room_status::RoomStatusChanged;
    use crate::room::mute_user::UserMuted;
    use crate::room::send_message::SendMessage;
    use crate::room::set_slow_mode::SlowModeSet;
    use crate::room::status::RoomStatus;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn send(data: &str, description: &str, extension: &str, priority: Priority) -> RoomCommand {
        RoomCommand::SendCustomMessage(SendCustomMessage {
            data: data.into(),
            description: description.into(),
            extension: extension.into(),
            priority,
        })
    }

    fn sized(data: usize, description: usize, extension: usize) -> RoomCommand {
        let texts = [data, description, extension].map(|bytes| "x".repeat(bytes));
        send(&texts[0], &texts[1], &texts[2], Priority::Normal)
    }

    #[test]
    fn it_is_recorded_as_it_was_sent() {
        let sent = CustomMessageSent {
            data: "follow".into(),
            description: String::new().into(),
            extension: "{\"since\": 1}\n笑".into(),
            priority: Priority::Low,
        };
        let command = send("follow", "", "{\"since\": 1}\n笑", Priority::Low);
        Given::room().when(viewer("ann"), command).then([EventData::CustomMessageSent(sent)]);
    }

    #[test]
    fn each_part_and_the_whole_have_a_limit() {
        let ann = || viewer("ann");
        Given::room().when(ann(), sized(1_024, 1_024, 10_240)).then_accepted();
        Given::room().when(ann(), sized(1_024, 1_024, 10_241)).then_refused("text_too_long");
        Given::room().when(ann(), sized(1_025, 0, 0)).then_refused("text_too_long");
        Given::room().when(ann(), sized(1, 1_025, 0)).then_refused("text_too_long");
        Given::room().when(ann(), sized(1, 0, 12_287)).then_accepted();
        Given::room().when(ann(), sized(1, 0, 12_289)).then_refused("text_too_long");
        Given::room().when(ann(), sized(0, 1, 1)).then_refused("text_empty");
        let unstorable = send("like", "", "\0", Priority::Normal);
        Given::room().when(ann(), unstorable).then_refused("text_unstorable");
    }

    #[test]
    fn high_is_for_those_who_run_the_room_and_for_the_merchants_servers() {
        let high = || send("gift", "", "", Priority::High);
        let via: UserId = admin().user;
        let in_the_name_of_ann = Actor { via: Some(via), ..viewer("ann") };
        for actor in [host(), assistant(), admin(), in_the_name_of_ann] {
            Given::room().when(actor, high()).then_accepted();
        }
        let other_host = Actor { user: "other".parse().unwrap(), ..host() };
        for actor in [viewer("ann"), other_host] {
            Given::room().when(actor, high()).then_refused("not_allowed");
        }
        for priority in [Priority::Normal, Priority::Low, Priority::Lowest] {
            Given::room().when(viewer("ann"), send("like", "", "", priority)).then_accepted();
        }
    }

    #[test]
    fn slow_mode_holds_for_it_and_for_chat_together() {
        let slow = || {
            let slow_mode = EventData::SlowModeSet(SlowModeSet { seconds: 10 });
            let sent = CustomMessageSent {
                data: "wave".into(),
                description: "".into(),
                extension: "".into(),
                priority: Priority::Low,
            };
            let sent = EventData::CustomMessageSent(sent);
            Given::room().and_in_room([slow_mode]).and_by(viewer("ann"), [sent])
        };
        let chat = || RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None });
        slow().when(viewer("ann"), chat()).then_refused("slow_mode");
        slow().when(viewer("ann"), send("wave", "", "", Priority::Low)).then_refused("slow_mode");
        slow()
            .after_ms(10_000)
            .when(viewer("ann"), send("wave", "", "", Priority::Low))
            .then_accepted();
        slow().when(viewer("bob"), send("wave", "", "", Priority::Low)).then_accepted();
        slow().when(host(), send("wave", "", "", Priority::Low)).then_accepted();
    }

    #[test]
    fn a_mute_and_the_end_of_the_show_hold_for_it_too() {
        let send = || send("like", "", "", Priority::Lowest);
        let user_id = "ann".parse().unwrap();
        let muted = UserMuted { user_id, seconds: u32::MAX, until: None };
        let given = Given::room().and_in_room([EventData::UserMuted(muted)]);
        given.when(viewer("ann"), send()).then_refused("muted");
        let ended = RoomStatusChanged { from: RoomStatus::Live, to: RoomStatus::Ended };
        let given = Given::room().and_in_room([EventData::RoomStatusChanged(ended)]);
        given.when(viewer("ann"), send()).then_refused("room_closed");
    }
}
