//! `FollowHost` → `host_followed`: a viewer follows whoever owns the room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_join;
use crate::room::state::Room;
use crate::state::{AppState, Context};

/// For everybody who is not banned, but the owner. A second time changes nothing. Who follows whom
/// grows with the viewers and so is not state: the read model knows it, and the state the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowHost {
    /// Set by the gateway: whether the actor follows, as the read model has it; absent if it did not
    /// answer, and then a second time is a second fact, which the read model counts once.
    #[serde(default)]
    #[schemars(skip)]
    pub follows: Option<bool>,
}

/// The actor follows the host from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFollowed {
    /// Whom: the owner of the room.
    pub host_id: UserId,
}

pub(crate) fn follow_host(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: &FollowHost,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_join(room, actor, context.now)?;
    if actor.user == room.owner {
        return Err(Rejection::NotAllowed { needed: "somebody else than the host".into() });
    }
    if follows(app, room, actor, command.follows) == Some(true) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::HostFollowed(HostFollowed { host_id: room.owner.clone() })])
}

/// Whether the actor follows the room's owner: what was decided last, else what the read model has.
pub(crate) fn follows(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    known: Option<bool>,
) -> Option<bool> {
    app.recent_follows.get(&(actor.user.clone(), room.owner.clone())).copied().or(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::ban_user::UserBanned;
    use crate::room::unfollow_host::HostUnfollowed;
    use crate::state::testing::{Given, host, viewer};

    #[test]
    fn everybody_but_the_banned_and_the_host_may_follow() {
        let follow = || RoomCommand::FollowHost(FollowHost::default());
        let followed = HostFollowed { host_id: "host".parse().unwrap() };
        let followed = || EventData::HostFollowed(followed.clone());
        Given::room().when(viewer("ann"), follow()).then([followed()]);
        let again = || Given::room().and_by(viewer("ann"), [followed()]);
        again().when(viewer("ann"), follow()).then([]);
        again().when(viewer("bob"), follow()).then([followed()]);
        Given::room().when(host(), follow()).then_refused("not_allowed");
        Given::nothing().when(viewer("ann"), follow()).then_refused("room_not_found");
        let user_id = "ann".parse().unwrap();
        let banned = UserBanned { user_id, seconds: 1, until: None, reason: None };
        let banned = Given::room().and_in_room([EventData::UserBanned(banned)]);
        banned.when(viewer("ann"), follow()).then_refused("banned");
    }

    #[test]
    fn the_read_model_is_believed_until_something_newer_is_known() {
        let follow = |follows| RoomCommand::FollowHost(FollowHost { follows });
        let host_id: UserId = "host".parse().unwrap();
        let followed = EventData::HostFollowed(HostFollowed { host_id: host_id.clone() });
        Given::room().when(viewer("ann"), follow(Some(true))).then([]);
        Given::room().when(viewer("ann"), follow(Some(false))).then([followed.clone()]);
        let stopped = EventData::HostUnfollowed(HostUnfollowed { host_id });
        let stopped = Given::room().and_by(viewer("ann"), [followed.clone(), stopped]);
        stopped.when(viewer("ann"), follow(Some(true))).then([followed]);
    }
}
