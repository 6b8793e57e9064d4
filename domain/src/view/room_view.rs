//! A room as a newcomer sees it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::{ProductId, RoomId, UserId};
use crate::room::state::{Product, Room, Totals};
use crate::room::status::RoomStatus;
use crate::timestamp::Timestamp;

/// The room at `room_seq`: the stream after it continues from exactly here.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "as in the room")]
pub struct RoomView<'a> {
    pub room_id: &'a RoomId,
    pub room_seq: u64,
    pub at: Timestamp,
    pub name: &'a str,
    pub owner: &'a UserId,
    pub status: RoomStatus,
    /// Empty if there is none.
    pub announcement: &'a str,
    /// Empty if there is none.
    pub introduction: &'a str,
    pub assistants: &'a BTreeSet<UserId>,
    pub shelf: &'a BTreeMap<ProductId, Product>,
    pub spotlight: Option<&'a ProductId>,
    /// Seconds between two messages of a viewer; 0 is off.
    pub slow_mode_s: u32,
    /// Everybody is muted, except for those who are listed; null is off.
    pub mute_all: Option<MuteAllView<'a>>,
    pub totals: &'a Totals,
}

/// Who may talk while everybody is muted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MuteAllView<'a> {
    /// Besides those who run the room.
    pub allow: &'a BTreeSet<UserId>,
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
            announcement: &room.announcement,
            introduction: &room.introduction,
            assistants: &room.assistants,
            shelf: &room.shelf,
            spotlight: room.spotlight.as_ref(),
            slow_mode_s: room.slow_mode.seconds,
            mute_all: room.mute_all.as_ref().map(|allow| MuteAllView { allow }),
            totals: &room.totals,
        }
    }
}
