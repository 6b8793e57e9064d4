//! `ArchiveRoom` → `room_archived`: the end of a room's life. Its history stays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::permission::may_appoint;
use crate::room::state::Room;

/// For the room's host and admins, once the show is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveRoom {}

/// Nothing more happens in the room, it stands in no list, and its id is never used again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomArchived {}

pub(crate) fn archive_room(room: &Room, actor: &Actor) -> Result<Vec<EventData>, Rejection> {
    may_appoint(room, actor)?;
    if room.archived {
        return Ok(vec![]);
    }
    if room.status.is_open() {
        return Err(Rejection::RoomStillOpen { status: room.status });
    }
    Ok(vec![EventData::RoomArchived(RoomArchived {})])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::change_room_status::RoomStatusChanged;
    use crate::room::create_room::CreateRoom;
    use crate::room::leave_room::LeaveRoom;
    use crate::room::set_announcement::SetAnnouncement;
    use crate::room::status::RoomStatus;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn archive() -> RoomCommand {
        RoomCommand::ArchiveRoom(ArchiveRoom {})
    }

    fn with_status(to: RoomStatus) -> Given {
        let changed = RoomStatusChanged { from: RoomStatus::Scheduled, to };
        Given::room().and_in_room([EventData::RoomStatusChanged(changed)])
    }

    #[test]
    fn only_a_show_that_is_over_is_archived_by_its_host_or_an_admin() {
        let archived = || EventData::RoomArchived(RoomArchived {});
        for status in RoomStatus::ALL {
            let then = with_status(status).when(host(), archive());
            if status.is_open() {
                then.then_refused("room_still_open");
            } else {
                then.then([archived()]);
            }
        }
        with_status(RoomStatus::Ended).when(admin(), archive()).then([archived()]);
        with_status(RoomStatus::Ended).when(assistant(), archive()).then_refused("not_allowed");
        with_status(RoomStatus::Ended).when(viewer("ann"), archive()).then_refused("not_allowed");
    }

    #[test]
    fn an_archived_room_takes_nothing_and_its_id_is_never_used_again() {
        let given = || {
            let archived = EventData::RoomArchived(RoomArchived {});
            with_status(RoomStatus::Ended).and_in_room([archived])
        };
        let owner = host().user;
        let (kind, cover) = ("".into(), "".into());
        let (name, owner_unregistered) = ("Again".into(), false);
        let create = CreateRoom { name, owner, kind, cover, owner_unregistered };
        let announce = SetAnnouncement { text: "hello".into() };
        for command in [
            RoomCommand::CreateRoom(create),
            RoomCommand::SetAnnouncement(announce),
            RoomCommand::LeaveRoom(LeaveRoom {}),
        ] {
            given().when(admin(), command).then_refused("room_archived");
        }
        given().when(host(), archive()).then([]);
    }
}
