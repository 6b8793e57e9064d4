//! `UnmuteUser` → `user_unmuted`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmuteUser {
    /// Who.
    pub user_id: UserId,
}

/// The user may send again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserUnmuted {
    /// Who.
    pub user_id: UserId,
}

pub(crate) fn unmute_user(
    room: &Room,
    actor: &Actor,
    command: UnmuteUser,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    if !room.mutes.contains_key(&command.user_id) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::UserUnmuted(UserUnmuted { user_id: command.user_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::mute_user::UserMuted;
    use crate::room::send_message::SendMessage;
    use crate::state::testing::{Given, host, viewer};

    #[test]
    fn only_somebody_who_is_muted_is_unmuted() {
        let user_id: UserId = "ann".parse().unwrap();
        let unmute = || RoomCommand::UnmuteUser(UnmuteUser { user_id: user_id.clone() });
        let muted = UserMuted { user_id: user_id.clone(), seconds: 5, until: None };
        let given = || Given::room().and_in_room([EventData::UserMuted(muted.clone())]);
        let unmuted = EventData::UserUnmuted(UserUnmuted { user_id: user_id.clone() });
        given().when(host(), unmute()).then([unmuted]);
        given().when(viewer("bob"), unmute()).then_refused("not_allowed");
        Given::room().when(host(), unmute()).then([]);
    }

    #[test]
    fn an_unmuted_user_may_send_again() {
        let user_id: UserId = "ann".parse().unwrap();
        let muted = UserMuted { user_id: user_id.clone(), seconds: 5, until: None };
        let send = || RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None });
        let given = || Given::room().and_in_room([EventData::UserMuted(muted.clone())]);
        given().when(viewer("ann"), send()).then_refused("muted");
        let unmuted = EventData::UserUnmuted(UserUnmuted { user_id });
        given().and_in_room([unmuted]).when(viewer("ann"), send()).then_accepted();
    }
}
