//! `DismissAssistant` → `assistant_dismissed`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_appoint;
use crate::room::state::Room;

/// For the host and admins; an assistant may also resign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissAssistant {
    /// Who.
    pub user_id: UserId,
}

/// The user's token is again what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssistantDismissed {
    /// Whom it concerns.
    pub user_id: UserId,
}

pub(crate) fn dismiss_assistant(
    room: &Room,
    actor: &Actor,
    command: DismissAssistant,
) -> Result<Vec<EventData>, Rejection> {
    let user_id = command.user_id;
    if user_id != actor.user {
        may_appoint(room, actor)?;
    }
    if !room.assistants.contains(&user_id) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::AssistantDismissed(AssistantDismissed { user_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::appoint_assistant::AssistantAppointed;
    use crate::room::set_slow_mode::SetSlowMode;
    use crate::state::testing::{Given, host, viewer};

    #[test]
    fn who_is_dismissed_is_a_viewer_again() {
        let user_id: UserId = "ann".parse().unwrap();
        let dismiss =
            || RoomCommand::DismissAssistant(DismissAssistant { user_id: user_id.clone() });
        let appointed =
            EventData::AssistantAppointed(AssistantAppointed { user_id: user_id.clone() });
        let given = || Given::room().and_in_room([appointed.clone()]);
        let dismissed =
            || EventData::AssistantDismissed(AssistantDismissed { user_id: user_id.clone() });
        given().when(host(), dismiss()).then([dismissed()]);
        given().when(viewer("ann"), dismiss()).then([dismissed()]);
        given().when(viewer("bob"), dismiss()).then_refused("not_allowed");
        Given::room().when(host(), dismiss()).then([]);
        let run = RoomCommand::SetSlowMode(SetSlowMode { seconds: 5 });
        given().and_in_room([dismissed()]).when(viewer("ann"), run).then_refused("not_allowed");
    }
}
