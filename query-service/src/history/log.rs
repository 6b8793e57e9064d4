//! The items of one room, read from the log: while Postgres is away, or behind.
//!
//! The log is in the order of the app, not of a room, so this is a walk past everybody else's events.
//! It begins at a place that the hub has noted, and how far back that may be has a limit.

use domain::event::{EventData, Scope};
use domain::ids::{LogSeq, RoomId};
use domain::view::feed_item::feed_item;
use domain::view::recalled::recalled_item;
use nats::{Nats, TailConfig};
use service_kit::error_chain::ErrorChain;

use crate::config::HistoryConfig;
use crate::hub::AppHub;
use crate::hub::frame::Frame;

/// The room's items from `first`, or at least those after `cursor`, to what the hub shows now, in
/// order; nothing if the walk would be too long or the log cannot be read.
pub(super) async fn read(
    nats: &Nats,
    hub: &AppHub,
    room_id: &RoomId,
    first: u64,
    cursor: u64,
    config: &HistoryConfig,
) -> Option<Vec<(u64, Frame)>> {
    let (end, commits_max) = (hub.log_seq(), config.log_commits_max);
    let earliest = LogSeq(end.0.saturating_sub(commits_max));
    let places = [first, cursor + 1].map(|room_seq| hub.place_before(room_id, room_seq));
    let begin = match places.into_iter().flatten().find(|place| earliest <= *place) {
        Some(place) => place,
        // Without a place it may be anywhere: what is within the limit is looked through.
        None if places == [None, None] => earliest,
        None => return None,
    };
    if end <= begin {
        return None;
    }
    let log = nats.open_log(hub.app()).await;
    let log = log.inspect_err(|error| not_read(hub, &ErrorChain(error))).ok()?;
    let mut tail = log.tail(begin, TailConfig::default());
    let (mut items, mut bytes): (Vec<(u64, Frame)>, _) = (Vec::new(), 0);
    loop {
        let commit = tail.next().await;
        let commit = commit.inspect_err(|error| not_read(hub, &ErrorChain(error))).ok()?;
        bytes += commit.bytes;
        if config.log_bytes_max < bytes {
            return None;
        }
        for event in &commit.commit.events {
            let Scope::Room { room_id: its_room, room_seq } = &event.scope else { continue };
            if its_room == room_id
                && first <= *room_seq
                && let Some(json) = feed_item(event)
            {
                items.push((*room_seq, hub.frame(*room_seq, &json)));
            }
            if its_room == room_id
                && let EventData::MessageRecalled(recalled) = &event.data
            {
                take_back(&mut items, recalled.room_seq);
            }
        }
        if end <= commit.seq {
            return Some(items);
        }
    }
}

/// Nobody is shown again what a message said that was taken back later in the log.
fn take_back(items: &mut [(u64, Frame)], recalled: u64) {
    // In the order of the room.
    if let Ok(place) = items.binary_search_by_key(&recalled, |(room_seq, _)| *room_seq)
        && let Some((room_seq, frame)) = items.get_mut(place)
    {
        *frame = Frame::encode(Some(*room_seq), &recalled_item(frame.json()));
    }
}

fn not_read(hub: &AppHub, error: &dyn std::fmt::Display) {
    tracing::warn!(app.id = %hub.app(), %error, "history not read from the log");
}
