//! The items that a viewer has missed and that the ring no longer has: a page of `room_feed`.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::RoomId;

use crate::hub::AppHub;
use crate::hub::frame::Frame;
use crate::hub::ring::Run;
use crate::read_models::ReadModels;
use crate::read_models::room_feed::Item;

/// The next items after `cursor`; nothing if the history cannot be read or does not have them.
///
/// The projector may be a moment behind the ring, so an empty page is asked for again, a few times.
pub(crate) async fn page(
    hub: &AppHub,
    read_models: &Arc<ReadModels>,
    room_id: &RoomId,
    cursor: u64,
) -> Option<Run> {
    let config = hub.config();
    for attempt in 0..config.resume_attempts {
        if 0 < attempt {
            tokio::time::sleep(Duration::from_millis(config.resume_retry_ms)).await;
        }
        let limit = config.resume_page_items;
        let items = read_models.feed_after(hub.app(), room_id, cursor, limit).await.ok()?;
        let items = shown_now(hub, room_id, items);
        if let Some(run) = dense_run(&|seq, json| hub.frame(seq, json), cursor, &items) {
            return Some(run);
        }
    }
    None
}

/// The items without the texts of which the table does not know yet that they were recalled.
pub(crate) fn shown_now(hub: &AppHub, room_id: &RoomId, items: Vec<Item>) -> Vec<Item> {
    let show = |item: Item| {
        if hub.is_recalled(room_id, item.room_seq) { item.recalled() } else { item }
    };
    items.into_iter().map(show).collect()
}

/// The items up to the first hole: a table that is being filled may have one, a viewer must not.
fn dense_run(frame: &dyn Fn(u64, &str) -> Frame, cursor: u64, items: &[Item]) -> Option<Run> {
    let dense = (cursor + 1..).zip(items).take_while(|(expected, item)| item.room_seq == *expected);
    let frames: Arc<[Frame]> = dense.map(|(_, item)| frame(item.room_seq, &item.json)).collect();
    let last = cursor + frames.len() as u64;
    (!frames.is_empty()).then(|| Run::join(cursor + 1, last, frames))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(seqs: &[u64]) -> Vec<Item> {
        seqs.iter().map(|seq| Item { room_seq: *seq, json: "{}".to_owned() }).collect()
    }

    #[test]
    fn a_page_ends_at_a_hole() {
        let frame = |seq: u64, json: &str| Frame::encode(Some(seq), json);
        let run = dense_run(&frame, 4, &items(&[5, 6, 8])).unwrap();
        assert_eq!((run.first, run.last), (5, 6));
        assert!(dense_run(&frame, 4, &items(&[6, 7])).is_none());
        assert!(dense_run(&frame, 4, &[]).is_none());
    }
}
