//! `AppointAssistant` → `assistant_appointed`: a viewer helps to run this one room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_appoint;
use crate::room::state::Room;
use crate::state::Context;

/// For the host and admins. The user needs no other token: in this room theirs is an assistant's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointAssistant {
    /// Who.
    pub user_id: UserId,
}

/// The user may run the room until they are dismissed or banned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantAppointed {
    /// Whom it concerns.
    pub user_id: UserId,
}

pub(crate) fn appoint_assistant(
    room: &Room,
    actor: &Actor,
    command: AppointAssistant,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_appoint(room, actor)?;
    let user_id = command.user_id;
    if user_id == room.owner || room.assistants.contains(&user_id) {
        return Ok(vec![]);
    }
    let max = context.limits.assistants_per_room_max;
    if max as usize <= room.assistants.len() {
        return Err(Rejection::TooManyAssistants { max });
    }
    Ok(vec![EventData::AssistantAppointed(AssistantAppointed { user_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::ban_user::UserBanned;
    use crate::room::set_slow_mode::SetSlowMode;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn appoint(user: &str) -> RoomCommand {
        RoomCommand::AppointAssistant(AppointAssistant { user_id: user.parse().unwrap() })
    }

    fn appointed(user: &str) -> EventData {
        EventData::AssistantAppointed(AssistantAppointed { user_id: user.parse().unwrap() })
    }

    #[test]
    fn the_host_and_admins_appoint_and_assistants_do_not() {
        Given::room().when(host(), appoint("ann")).then([appointed("ann")]);
        Given::room().when(admin(), appoint("ann")).then([appointed("ann")]);
        Given::room().when(assistant(), appoint("ann")).then_refused("not_allowed");
        Given::room().when(viewer("ann"), appoint("ann")).then_refused("not_allowed");
        Given::room().when(host(), appoint("host")).then([]);
        let given = || Given::room().and_in_room([appointed("ann")]);
        given().when(host(), appoint("ann")).then([]);
        given().when(viewer("ann"), appoint("bob")).then_refused("not_allowed");
    }

    #[test]
    fn an_appointed_viewer_runs_the_room_until_they_are_banned() {
        let run = || RoomCommand::SetSlowMode(SetSlowMode { seconds: 5 });
        let given = || Given::room().and_in_room([appointed("ann")]);
        given().when(viewer("ann"), run()).then_accepted();
        given().when(viewer("bob"), run()).then_refused("not_allowed");
        let user_id = "ann".parse().unwrap();
        let until = Some(given().now().plus_seconds(5));
        let banned = UserBanned { user_id, seconds: 5, until, reason: None };
        let banned = || given().and_in_room([EventData::UserBanned(banned.clone())]);
        banned().when(viewer("ann"), run()).then_refused("banned");
        banned().after_ms(5_000).when(viewer("ann"), run()).then_refused("not_allowed");
    }

    #[test]
    fn a_room_has_a_limited_number_of_assistants() {
        let given = || {
            let given = Given::room().limits(|limits| limits.assistants_per_room_max = 2);
            given.and_in_room([appointed("ann")])
        };
        given().when(host(), appoint("bob")).then_accepted();
        let full = given().and_in_room([appointed("bob")]);
        full.when(host(), appoint("cid")).then_refused("too_many_assistants");
    }
}
