//! `UnfollowHost` → `host_unfollowed`: a viewer no longer follows whoever owns the room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::state::Room;

/// For everybody, also for the banned: nobody is kept on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnfollowHost {}

/// The actor does not follow the host from now on, whether they did before or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostUnfollowed {
    /// Whom: the owner of the room.
    pub host_id: UserId,
}

#[expect(clippy::unnecessary_wraps, reason = "a rule may refuse, this one never does")]
pub(crate) fn unfollow_host(room: &Room, _actor: &Actor) -> Result<Vec<EventData>, Rejection> {
    Ok(vec![EventData::HostUnfollowed(HostUnfollowed { host_id: room.owner.clone() })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, viewer};

    #[test]
    fn everybody_may_stop_following() {
        let unfollow = || RoomCommand::UnfollowHost(UnfollowHost {});
        let unfollowed = HostUnfollowed { host_id: "host".parse().unwrap() };
        let then = Given::room().when(viewer("ann"), unfollow());
        then.then([EventData::HostUnfollowed(unfollowed)]);
        Given::nothing().when(viewer("ann"), unfollow()).then_refused("room_not_found");
    }
}
