//! `JoinRoom` → `room_joined`: a viewer comes in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::permission::may_join;
use crate::room::state::Room;
use crate::state::Context;

/// For everybody who is not banned, also when the show is over: the replay is watched too. Who is in a room grows with
/// its viewers and so is not state: a second join is a second fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinRoom {}

/// The actor is in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomJoined {}

pub(crate) fn join_room(
    room: &Room,
    actor: &Actor,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_join(room, actor, context.now)?;
    Ok(vec![EventData::RoomJoined(RoomJoined {})])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, viewer};

    #[test]
    fn everybody_may_join_a_room_that_exists() {
        let join = || RoomCommand::JoinRoom(JoinRoom {});
        Given::room().when(viewer("ann"), join()).then([EventData::RoomJoined(RoomJoined {})]);
        Given::nothing().when(viewer("ann"), join()).then_refused("room_not_found");
    }
}
