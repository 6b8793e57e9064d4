//! `LeaveRoom` → `room_left`: a viewer goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::state::Room;

/// For everybody but the owner, who can only end the show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveRoom {}

/// The actor is no longer in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomLeft {}

pub(crate) fn leave_room(room: &Room, actor: &Actor) -> Result<Vec<EventData>, Rejection> {
    if room.owner == actor.user {
        return Err(Rejection::NotAllowed {
            needed: "somebody other than the room's owner".into(),
        });
    }
    Ok(vec![EventData::RoomLeft(RoomLeft {})])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, host, viewer};

    #[test]
    fn everybody_but_the_owner_may_leave() {
        let leave = || RoomCommand::LeaveRoom(LeaveRoom {});
        Given::room().when(viewer("ann"), leave()).then([EventData::RoomLeft(RoomLeft {})]);
        Given::room().when(host(), leave()).then_refused("not_allowed");
    }
}
