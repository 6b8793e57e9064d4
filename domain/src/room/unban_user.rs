//! `UnbanUser` → `user_unbanned`.

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
pub struct UnbanUser {
    /// Who.
    pub user_id: UserId,
}

/// The user may come in and send again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserUnbanned {
    /// Whom it concerns.
    pub user_id: UserId,
}

pub(crate) fn unban_user(
    room: &Room,
    actor: &Actor,
    command: UnbanUser,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    if !room.bans.contains_key(&command.user_id) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::UserUnbanned(UserUnbanned { user_id: command.user_id })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::ban_user::UserBanned;
    use crate::room::join_room::JoinRoom;
    use crate::state::testing::{Given, assistant, host, viewer};

    #[test]
    fn only_somebody_who_is_banned_is_unbanned_and_may_come_again() {
        let user_id: UserId = "ann".parse().unwrap();
        let unban = || RoomCommand::UnbanUser(UnbanUser { user_id: user_id.clone() });
        let join = || RoomCommand::JoinRoom(JoinRoom {});
        let banned = UserBanned { user_id: user_id.clone(), seconds: 5, until: None, reason: None };
        let given = || Given::room().and_in_room([EventData::UserBanned(banned.clone())]);
        let unbanned = || EventData::UserUnbanned(UserUnbanned { user_id: user_id.clone() });
        given().when(host(), unban()).then([unbanned()]);
        given().when(viewer("bob"), unban()).then_refused("not_allowed");
        Given::room().when(host(), unban()).then([]);
        given().when(viewer("ann"), join()).then_refused("banned");
        let own = UserBanned { user_id: assistant().user, seconds: 5, until: None, reason: None };
        let own_ban = UnbanUser { user_id: assistant().user };
        let lift = RoomCommand::UnbanUser(own_ban);
        let banned = Given::room().and_in_room([EventData::UserBanned(own)]);
        banned.when(assistant(), lift).then_refused("banned");
        given().and_in_room([unbanned()]).when(viewer("ann"), join()).then_accepted();
    }
}
