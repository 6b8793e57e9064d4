//! A room as a newcomer sees it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ids::{ProductId, RoomId, UserId};
use crate::room::state::{Product, Room, Totals};
use crate::room::status::RoomStatus;
use crate::timestamp::Timestamp;

/// The room at `room_seq`: the stream after it continues from exactly here.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "as in the room")]
pub struct RoomView<'a> {
    pub room_id: &'a RoomId,
    pub room_seq: u64,
    pub at: Timestamp,
    pub name: &'a str,
    pub owner: &'a UserId,
    pub status: RoomStatus,
    pub shelf: &'a BTreeMap<ProductId, Product>,
    pub spotlight: Option<&'a ProductId>,
    pub totals: &'a Totals,
}

impl<'a> RoomView<'a> {
    /// The view of a room.
    pub fn of(room_id: &'a RoomId, room: &'a Room) -> Self {
        Self {
            room_id,
            room_seq: room.seq,
            at: room.changed_at,
            name: &room.name,
            owner: &room.owner,
            status: room.status,
            shelf: &room.shelf,
            spotlight: room.spotlight.as_ref(),
            totals: &room.totals,
        }
    }
}
