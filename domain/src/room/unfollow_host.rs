//! `UnfollowHost` → `host_unfollowed`: a viewer no longer follows whoever owns the room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::{LogSeq, UserId};
use crate::rejection::Rejection;
use crate::room::follow_host::follows;
use crate::room::state::Room;
use crate::state::AppState;

/// For everybody, also for the banned: nobody is kept on a list. Whoever does not follow stays as
/// they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnfollowHost {
    /// Set by the gateway, as in [`FollowHost`](crate::room::follow_host::FollowHost).
    #[serde(default)]
    #[schemars(skip)]
    pub follows: bool,
    /// Set by the gateway, as there.
    #[serde(default)]
    #[schemars(skip)]
    pub as_of: LogSeq,
}

/// The actor does not follow the host from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostUnfollowed {
    /// Whom: the owner of the room.
    pub host_id: UserId,
}

#[expect(clippy::unnecessary_wraps, reason = "a rule may refuse, this one never does")]
pub(crate) fn unfollow_host(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: &UnfollowHost,
) -> Result<Vec<EventData>, Rejection> {
    if follows(app, room, actor, (command.follows, command.as_of)) == Some(false) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::HostUnfollowed(HostUnfollowed { host_id: room.owner.clone() })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::follow_host::HostFollowed;
    use crate::state::testing::{Given, viewer};

    #[test]
    fn everybody_may_stop_following() {
        let unfollow = |follows| {
            RoomCommand::UnfollowHost(UnfollowHost { follows, ..UnfollowHost::default() })
        };
        let host_id: UserId = "host".parse().unwrap();
        let followed = EventData::HostFollowed(HostFollowed { host_id: host_id.clone() });
        let unfollowed = EventData::HostUnfollowed(HostUnfollowed { host_id });
        let ann = || viewer("ann");
        let given = || Given::room().and_by(ann(), [followed.clone()]);
        given().when(ann(), unfollow(true)).then([unfollowed.clone()]);
        given().when(ann(), unfollow(false)).then([unfollowed.clone()]);
        Given::room().when(ann(), unfollow(true)).then([unfollowed.clone()]);
        Given::room().when(ann(), unfollow(false)).then([]);
        given().and_by(ann(), [unfollowed]).when(ann(), unfollow(true)).then([]);
        Given::nothing().when(ann(), unfollow(false)).then_refused("room_not_found");
    }
}
