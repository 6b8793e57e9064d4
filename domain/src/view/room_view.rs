//! A room as a newcomer sees it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::field::Clearance;
use crate::ids::{CounterKey, FieldKey, ProductId, RoomId, UserId};
use crate::room::shelf::Shelved;
use crate::room::state::{Room, Totals};
use crate::room::status::RoomStatus;
use crate::timestamp::Timestamp;
use crate::view::clearance::Fields;

/// The room at `room_seq`: the stream after it continues from exactly here.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "as in the room")]
pub struct RoomView<'a> {
    pub room_id: &'a RoomId,
    pub room_seq: u64,
    pub at: Timestamp,
    pub name: &'a str,
    pub owner: &'a UserId,
    /// Empty if nobody has said.
    pub kind: &'a str,
    /// Empty if there is none.
    pub cover: &'a str,
    pub archived: bool,
    pub status: RoomStatus,
    /// Empty if there is none.
    pub announcement: &'a str,
    /// Empty if there is none.
    pub introduction: &'a str,
    /// Custom fields that the reader may read, by key.
    pub fields: BTreeMap<&'a FieldKey, FieldView<'a>>,
    /// Numbers that those who run the room change.
    pub counters: &'a BTreeMap<CounterKey, i64>,
    pub assistants: &'a BTreeSet<UserId>,
    /// When the show first went live; null before.
    pub live_at: Option<Timestamp>,
    /// In the order in which it is shown.
    pub shelf: Vec<ProductView<'a>>,
    pub spotlight: Option<&'a ProductId>,
    /// Seconds between two messages of a viewer; 0 is off.
    pub slow_mode_s: u32,
    /// Everybody is muted, except for those who are listed; null is off.
    pub mute_all: Option<MuteAllView<'a>>,
    /// By `room_seq`.
    pub pinned: &'a BTreeSet<u64>,
    pub totals: &'a Totals,
}

/// A product on the shelf.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "as on the shelf")]
pub struct ProductView<'a> {
    pub product_id: &'a ProductId,
    pub title: &'a str,
    pub price_cents: u64,
    /// Null if the merchant does not say.
    pub stock: Option<u32>,
    pub sold_out: bool,
}

impl<'a> ProductView<'a> {
    fn of(shelved: &'a Shelved) -> Self {
        let Shelved { product_id, product, sold_out } = shelved;
        let (title, price_cents, stock) = (&*product.title, product.price_cents, product.stock);
        Self { product_id, title, price_cents, stock, sold_out: *sold_out }
    }
}

/// Who may talk while everybody is muted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MuteAllView<'a> {
    /// Besides those who run the room.
    pub allow: &'a BTreeSet<UserId>,
}

/// The value of a custom field.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldView<'a> {
    /// Never empty.
    pub value: &'a str,
    /// What a command names that must not overwrite a later change.
    pub version: u64,
}

fn readable<'a>(
    room: &'a Room,
    fields: &Fields,
    clearance: Clearance,
) -> BTreeMap<&'a FieldKey, FieldView<'a>> {
    let may =
        |key: &FieldKey| fields.get(key).is_some_and(|field| field.is_shown(&room.kind, clearance));
    let shown = room.fields.iter().filter(|(key, field)| !field.value.is_empty() && may(key));
    shown
        .map(|(key, field)| (key, FieldView { value: &field.value, version: field.version }))
        .collect()
}

impl<'a> RoomView<'a> {
    /// The view of a room for a reader with this clearance.
    pub fn of(room_id: &'a RoomId, room: &'a Room, fields: &Fields, clearance: Clearance) -> Self {
        Self {
            room_id,
            room_seq: room.seq,
            at: room.changed_at,
            name: &room.name,
            owner: &room.owner,
            kind: &room.kind,
            cover: &room.cover,
            archived: room.archived,
            status: room.status,
            announcement: &room.announcement,
            introduction: &room.introduction,
            fields: readable(room, fields, clearance),
            counters: &room.counters,
            assistants: &room.assistants,
            live_at: room.live_at,
            shelf: room.shelf.iter().map(ProductView::of).collect(),
            spotlight: room.spotlight.as_ref(),
            slow_mode_s: room.slow_mode.seconds,
            mute_all: room.mute_all.as_ref().map(|allow| MuteAllView { allow }),
            pinned: &room.pinned,
            totals: &room.totals,
        }
    }
}
