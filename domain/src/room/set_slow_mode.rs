//! `SetSlowMode` → `slow_mode_set`: how long a viewer waits between two messages.
//!
//! The clocks are in [`crate::room::slow_mode`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_run;
use crate::room::state::Room;
use crate::state::Context;

/// For those who run the room, whom it does not slow down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSlowMode {
    /// Between two messages of a viewer; 0 is off.
    pub seconds: u32,
}

/// Holds from here on; nobody waits for what they sent before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowModeSet {
    /// Between two messages of a viewer; 0 is off.
    pub seconds: u32,
}

pub(crate) fn set_slow_mode(
    room: &Room,
    actor: &Actor,
    command: &SetSlowMode,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    let seconds = command.seconds;
    in_range("seconds", u64::from(seconds), 0, u64::from(context.limits.slow_mode_s_max))?;
    if seconds == room.slow_mode.seconds {
        return Ok(vec![]);
    }
    Ok(vec![EventData::SlowModeSet(SlowModeSet { seconds })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::send_likes::SendLikes;
    use crate::room::send_message::{MessageSent, SendMessage};
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn slow(seconds: u32) -> EventData {
        EventData::SlowModeSet(SlowModeSet { seconds })
    }

    fn set(seconds: u32) -> RoomCommand {
        RoomCommand::SetSlowMode(SetSlowMode { seconds })
    }

    fn send() -> RoomCommand {
        RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None })
    }

    fn sent() -> EventData {
        EventData::MessageSent(MessageSent { text: "hi".into(), reply_to: None })
    }

    #[test]
    fn it_is_0_to_3600_seconds() {
        Given::room().when(host(), set(3_600)).then([slow(3_600)]);
        Given::room().when(host(), set(3_601)).then_refused("out_of_range");
        Given::room().when(host(), set(0)).then([]);
        Given::room().when(viewer("ann"), set(5)).then_refused("not_allowed");
        let given = || Given::room().and_in_room([slow(5)]);
        given().when(assistant(), set(5)).then([]);
        given().when(assistant(), set(0)).then([slow(0)]);
    }

    #[test]
    fn the_next_message_waits_exactly_so_long() {
        let given = || Given::room().and_in_room([slow(10)]).and_by(viewer("ann"), [sent()]);
        given().when(viewer("bob"), send()).then_accepted();
        given().when(viewer("ann"), send()).then_refused("slow_mode");
        given().after_ms(9_999).when(viewer("ann"), send()).then_refused("slow_mode");
        given().after_ms(10_000).when(viewer("ann"), send()).then_accepted();
        given().when(viewer("ann"), RoomCommand::SendLikes(SendLikes { count: 1 })).then_accepted();
        for seconds in [20, 0] {
            let again = given().and_in_room([slow(seconds)]);
            again.when(viewer("ann"), send()).then_accepted();
        }
    }

    #[test]
    fn those_who_run_the_room_do_not_wait() {
        for actor in [host(), assistant(), admin(), viewer("host")] {
            let given = Given::room().and_in_room([slow(10)]);
            given.and_by(actor.clone(), [sent()]).when(actor, send()).then_accepted();
        }
    }
}
