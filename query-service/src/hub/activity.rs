//! Rooms that are in memory, for whoever reads their history.

use std::sync::Arc;

use domain::ids::{LogSeq, RoomId};
use domain::timestamp::Timestamp;

use crate::hub::AppHub;
use crate::hub::lock::read;
use crate::hub::room::Room;

impl AppHub {
    /// A place in the log after which an item of an active room and all its followers stand.
    pub(crate) fn place_before(&self, room_id: &RoomId, room_seq: u64) -> Option<LogSeq> {
        self.rooms.lock().get(room_id)?.place_before(room_seq)
    }

    /// A room, in memory from now until it is idle; nothing if it does not exist.
    pub(crate) fn activate(&self, room_id: &RoomId, now: Timestamp) -> Option<Arc<Room>> {
        let folded = read(&self.folded);
        let head = folded.state.rooms.get(room_id)?.seq;
        let mut rooms = self.rooms.lock();
        let known = rooms.get(room_id).cloned();
        Some(known.unwrap_or_else(|| rooms.create(room_id, head, now)))
    }

    /// All rooms in memory.
    pub(crate) fn all_active(&self) -> Vec<(RoomId, Arc<Room>)> {
        self.rooms.lock().named().map(|(id, room)| (id.clone(), room.clone())).collect()
    }

    /// A room in memory.
    pub(crate) fn active(&self, room_id: &RoomId) -> Option<Arc<Room>> {
        self.rooms.lock().get(room_id).cloned()
    }
}
