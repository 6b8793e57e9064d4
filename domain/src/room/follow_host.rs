//! `FollowHost` → `host_followed`: a viewer follows whoever owns the room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_join;
use crate::room::state::Room;
use crate::state::Context;

/// For everybody who is not banned, but the owner. Who follows whom grows with the viewers and so is
/// not state: a second time is a second fact, and the read model is a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowHost {}

/// The actor follows the host from now on, if they did not before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFollowed {
    /// Whom: the owner of the room.
    pub host_id: UserId,
}

pub(crate) fn follow_host(
    room: &Room,
    actor: &Actor,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_join(room, actor, context.now)?;
    if actor.user == room.owner {
        return Err(Rejection::NotAllowed { needed: "somebody else than the host".into() });
    }
    Ok(vec![EventData::HostFollowed(HostFollowed { host_id: room.owner.clone() })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::ban_user::UserBanned;
    use crate::state::testing::{Given, host, viewer};

    #[test]
    fn everybody_but_the_banned_and_the_host_may_follow() {
        let follow = || RoomCommand::FollowHost(FollowHost {});
        let followed = HostFollowed { host_id: "host".parse().unwrap() };
        let followed = || EventData::HostFollowed(followed.clone());
        Given::room().when(viewer("ann"), follow()).then([followed()]);
        let again = Given::room().and_by(viewer("ann"), [followed()]);
        again.when(viewer("ann"), follow()).then([followed()]);
        Given::room().when(host(), follow()).then_refused("not_allowed");
        Given::nothing().when(viewer("ann"), follow()).then_refused("room_not_found");
        let user_id = "ann".parse().unwrap();
        let banned = UserBanned { user_id, seconds: 1, until: None, reason: None };
        let banned = Given::room().and_in_room([EventData::UserBanned(banned)]);
        banned.when(viewer("ann"), follow()).then_refused("banned");
    }
}
