//! How a stream begins: with everything after the client's id, or with the truth that it cannot.

use std::sync::Arc;

use domain::ids::RoomId;
use domain::timestamp::Timestamp;

use crate::drain::Stay;
use crate::feed::Feed;
use crate::feed::control::{self, SnapshotReason};
use crate::feed::timer::Timer;
use crate::history::{History, Place};
use crate::hub::frame::Frame;
use crate::hub::{AppHub, Reader};
use crate::metrics::Metrics;

/// Who listens to what, from where.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) hub: Arc<AppHub>,
    pub(crate) history: Arc<History>,
    pub(crate) room_id: RoomId,
    pub(crate) reader: Reader,
    /// The last `room_seq` that the client has.
    pub(crate) last_id: Option<u64>,
    /// When the client's token ends.
    pub(crate) expires_at: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) stay: Stay,
}

struct Beginning {
    /// Last one first.
    frames: Vec<Frame>,
    cursor: u64,
    /// What follows is in the history, not in the ring.
    is_behind: bool,
    outcome: &'static str,
}

/// Opens a feed; nothing if the room does not exist.
///
/// The subscription comes first: from then on the room's ring takes every item, so whatever is read
/// afterwards, snapshot or page, is continued by the ring without a hole.
pub(crate) async fn open(opening: Opening) -> Option<Feed> {
    let Opening { hub, history, room_id, reader, last_id, expires_at, now, stay } = opening;
    let subscription = hub.subscribe(&room_id, &reader, now)?;
    let room = subscription.room();
    let resume_items_max = hub.config().resume_items_max;

    let resumed = |id: u64, outcome| Beginning {
        frames: vec![control::resumed(id, hub.versions())],
        cursor: id,
        is_behind: outcome == "history",
        outcome,
    };
    let place = Place { room_id: &room_id, room };
    let beginning = match last_id {
        None => Err(SnapshotReason::Fresh),
        Some(id) if room.head() < id => Err(SnapshotReason::Ahead),
        Some(id) if room.oldest_cursor() <= id => Ok(resumed(id, "ring")),
        Some(id) if resume_items_max < room.head() - id => Err(SnapshotReason::TooOld),
        Some(id) => match history.page(&hub, place, id).await {
            // Not held until the client takes it: by then something in it may have been recalled.
            Some(_) => Ok(resumed(id, "history")),
            None if room.oldest_cursor() <= id => Ok(resumed(id, "ring")),
            None => Err(SnapshotReason::HistoryUnavailable),
        },
    };
    let beginning = match beginning {
        Ok(beginning) => beginning,
        Err(reason) => {
            let snapshot = hub.snapshot(&room_id, &reader, 0)?;
            let cursor = snapshot.room_seq;
            let mut frames = vec![control::snapshot(&snapshot, reason)];
            if let (SnapshotReason::TooOld, Some(id)) = (reason, last_id) {
                frames.push(control::too_old(id, cursor));
            }
            Beginning { frames, cursor, is_behind: false, outcome: reason.as_str() }
        }
    };
    Metrics::stream_begun(beginning.outcome);

    let timer = Timer::new(hub.config().heartbeat_ms, expires_at, now);
    let catch_up_left = beginning.is_behind.then_some(resume_items_max);
    Some(Feed {
        hub,
        history,
        room_id,
        reader,
        subscription,
        cursor: beginning.cursor,
        opening: beginning.frames,
        catch_up_left,
        timer,
        stay,
        was_up_to_date: false,
        was_told_to_go: false,
        seat: None,
    })
}
