//! `ChangeRoomStatus` → `room_status_changed`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;
use crate::room::status::RoomStatus;

/// For those who run the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRoomStatus {
    /// The status to come.
    pub status: RoomStatus,
}

/// The show stands elsewhere now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomStatusChanged {
    /// Before.
    pub from: RoomStatus,
    /// Now.
    pub to: RoomStatus,
}

pub(crate) fn change_room_status(
    room: &Room,
    actor: &Actor,
    command: ChangeRoomStatus,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    let (from, to) = (room.status, command.status);
    if from == to {
        return Ok(vec![]);
    }
    if !from.can_become(to) {
        return Err(Rejection::IllegalTransition { from, to });
    }
    Ok(vec![EventData::RoomStatusChanged(RoomStatusChanged { from, to })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn change(status: RoomStatus) -> RoomCommand {
        RoomCommand::ChangeRoomStatus(ChangeRoomStatus { status })
    }

    fn changed(from: RoomStatus, to: RoomStatus) -> EventData {
        EventData::RoomStatusChanged(RoomStatusChanged { from, to })
    }

    #[test]
    fn every_pair_of_states_is_legal_already_so_or_refused() {
        use RoomStatus::{Ended, Live, Paused, Replay, Scheduled};
        let legal = [
            (Scheduled, Live),
            (Scheduled, Ended),
            (Live, Paused),
            (Live, Ended),
            (Paused, Live),
            (Paused, Ended),
            (Ended, Replay),
            (Replay, Ended),
        ];
        for from in RoomStatus::ALL {
            for to in RoomStatus::ALL {
                let given = Given::room().and_in_room([changed(Scheduled, from)]);
                let then = given.when(host(), change(to));
                if from == to {
                    then.then([]);
                } else if legal.contains(&(from, to)) {
                    then.then([changed(from, to)]);
                } else {
                    then.then_refused("illegal_transition");
                }
            }
        }
    }

    #[test]
    fn the_host_an_assistant_and_an_admin_may_and_nobody_else() {
        let live = || change(RoomStatus::Live);
        Given::room().when(assistant(), live()).then_accepted();
        Given::room().when(admin(), live()).then_accepted();
        Given::room().when(viewer("host"), live()).then_refused("not_allowed");
        let other_host = Actor { user: "other".parse().unwrap(), ..host() };
        Given::room().when(other_host, live()).then_refused("not_allowed");
        Given::nothing().when(host(), live()).then_refused("room_not_found");
    }
}
