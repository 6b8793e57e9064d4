//! How a stream begins: with everything after the client's id, or with the truth that it cannot.

use std::sync::Arc;

use domain::ids::RoomId;
use domain::timestamp::Timestamp;

use crate::feed::control::{self, SnapshotReason};
use crate::feed::timer::Timer;
use crate::feed::{Feed, catch_up};
use crate::hub::frame::Frame;
use crate::hub::ring::Run;
use crate::hub::{AppHub, Reader};
use crate::metrics::Metrics;
use crate::read_models::ReadModels;

/// Who listens to what, from where.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) hub: Arc<AppHub>,
    pub(crate) read_models: Arc<ReadModels>,
    pub(crate) room_id: RoomId,
    pub(crate) reader: Reader,
    /// The last `room_seq` that the client has.
    pub(crate) last_id: Option<u64>,
    /// When the client's token ends.
    pub(crate) expires_at: Timestamp,
    pub(crate) now: Timestamp,
}

struct Beginning {
    frame: Frame,
    cursor: u64,
    page: Option<Run>,
    outcome: &'static str,
}

/// Opens a feed; nothing if the room does not exist.
///
/// The subscription comes first: from then on the room's ring takes every item, so whatever is read
/// afterwards, snapshot or page, is continued by the ring without a hole.
pub(crate) async fn open(opening: Opening) -> Option<Feed> {
    let Opening { hub, read_models, room_id, reader, last_id, expires_at, now } = opening;
    let subscription = hub.subscribe(&room_id, &reader, now)?;
    let room = subscription.room();
    let resume_items_max = hub.config().resume_items_max;

    let resumed = |id: u64, page: Option<Run>, outcome| Beginning {
        frame: control::resumed(id, hub.versions()),
        cursor: id,
        page,
        outcome,
    };
    let beginning = match last_id {
        None => Err(SnapshotReason::Fresh),
        Some(id) if room.head() < id => Err(SnapshotReason::Ahead),
        Some(id) if room.oldest_cursor() <= id => Ok(resumed(id, None, "ring")),
        Some(id) if resume_items_max < room.head() - id => Err(SnapshotReason::TooOld),
        Some(id) => match catch_up::page(&hub, &read_models, &room_id, id).await {
            Some(run) => Ok(resumed(id, Some(run), "history")),
            None if room.oldest_cursor() <= id => Ok(resumed(id, None, "ring")),
            None => Err(SnapshotReason::HistoryUnavailable),
        },
    };
    let beginning = match beginning {
        Ok(beginning) => beginning,
        Err(reason) => {
            let snapshot = hub.snapshot(&room_id, &reader, 0)?;
            let frame = control::snapshot(&snapshot, reason);
            let cursor = snapshot.room_seq;
            Beginning { frame, cursor, page: None, outcome: reason.as_str() }
        }
    };
    Metrics::stream_begun(beginning.outcome);

    let timer = Timer::new(hub.config().heartbeat_ms, expires_at, now);
    let catch_up_left = beginning.page.is_some().then_some(resume_items_max);
    Some(Feed {
        hub,
        read_models,
        room_id,
        reader,
        subscription,
        cursor: beginning.cursor,
        opening: Some(beginning.frame),
        page: beginning.page,
        catch_up_left,
        timer,
        was_up_to_date: false,
        was_told_to_go: false,
        seat: None,
    })
}
