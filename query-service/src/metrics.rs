//! What the service counts. Handles are made once: a delivery must not look a name up.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use domain::ids::{AppId, RoomId};
use domain::view::feed_item::Priority;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::hub::lock::lock;
use crate::hub::merge::Shed;
use crate::hub::run::Run;

/// How items are written to a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Sse,
    WebSocket,
}

pub(crate) struct Metrics {
    /// Rooms with a ring in memory.
    pub(crate) rooms_active: Gauge,
    /// Bytes of all rings.
    pub(crate) ring_bytes: Gauge,
    /// Items that a ring gave up for newer ones.
    pub(crate) ring_evictions: Counter,
    items: Counter,
    writes: Counter,
    bytes: Counter,
    sse_open: Gauge,
    websocket_open: Gauge,
    /// From the moment at which items of a room are to go out until its last viewer is written to.
    small_room_wait: Histogram,
    big_room_wait: Histogram,
    shed_rooms: Mutex<HashSet<(AppId, RoomId)>>,
}

/// Rooms that the metrics name; what is left out in others is counted together.
const SHED_ROOMS_NAMED: usize = 1_000;

/// Listeners below which a room is a small one, for which nothing big is an excuse.
const SMALL_BELOW: usize = 100;

fn name(class: Priority) -> &'static str {
    match class {
        Priority::Lowest => "lowest",
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            rooms_active: gauge!("query_rooms_active"),
            ring_bytes: gauge!("query_ring_bytes"),
            ring_evictions: counter!("query_ring_evictions_total"),
            items: counter!("query_items_delivered_total"),
            writes: counter!("query_runs_delivered_total"),
            bytes: counter!("query_bytes_delivered_total"),
            sse_open: gauge!("query_streams_open", "transport" => "sse"),
            websocket_open: gauge!("query_streams_open", "transport" => "websocket"),
            small_room_wait: histogram!("query_push_wait_seconds", "room" => "small"),
            big_room_wait: histogram!("query_push_wait_seconds", "room" => "big"),
            shed_rooms: Mutex::default(),
        }
    }

    /// Items went to so many viewers. `items / runs` is how many share a write.
    pub(crate) fn delivered(&self, run: &Run, viewers: u64) {
        self.items.increment(viewers * run.items());
        self.writes.increment(viewers);
        self.bytes.increment(viewers * run.sse.len() as u64);
    }

    /// All viewers of a room with so many listeners have been written to, after so long.
    pub(crate) fn waited(&self, listeners: usize, waited: Duration) {
        let small = listeners < SMALL_BELOW;
        let wait = if small { &self.small_room_wait } else { &self.big_room_wait };
        wait.record(waited);
    }

    /// An item of a room is more than its viewers are sent.
    pub(crate) fn shed_in_room(&self, app: &AppId, room_id: &RoomId, class: Priority) {
        let mut named = lock(&self.shed_rooms);
        let key = (app.clone(), room_id.clone());
        let is_named = named.contains(&key) || named.len() < SHED_ROOMS_NAMED && named.insert(key);
        let room = if is_named { room_id.as_str() } else { "other" }.to_owned();
        let labels =
            [("app", app.as_str().to_owned()), ("room", room), ("class", name(class).to_owned())];
        counter!("query_room_items_shed_total", &labels).increment(1);
    }

    /// Items were left out for a viewer who does not keep up.
    pub(crate) fn shed_for_slow(shed: &Shed) {
        let classes = [
            (Priority::Normal, shed.normal),
            (Priority::Low, shed.low),
            (Priority::Lowest, shed.lowest),
        ];
        for (class, items) in classes.into_iter().filter(|(_, items)| 0 < *items) {
            counter!("query_viewer_items_shed_total", "class" => name(class)).increment(items);
        }
    }

    /// A stream is open until the guard is dropped.
    pub(crate) fn open(&self, transport: Transport) -> OpenGuard {
        let gauge = match transport {
            Transport::Sse => self.sse_open.clone(),
            Transport::WebSocket => self.websocket_open.clone(),
        };
        gauge.increment(1.0);
        OpenGuard(gauge)
    }

    /// How a stream began: from the ring, from history, or with a snapshot and why.
    pub(crate) fn stream_begun(how: &'static str) {
        counter!("query_streams_begun_total", "how" => how).increment(1);
    }

    /// A question to Postgres.
    pub(crate) fn postgres_asked() {
        counter!("query_postgres_questions_total").increment(1);
    }

    /// Where a segment of history came from: memory, Postgres, the log, or nowhere.
    pub(crate) fn segment_read(from: &'static str) {
        counter!("query_segments_read_total", "from" => from).increment(1);
    }

    /// Why we ended a stream.
    pub(crate) fn stream_ended(why: &'static str) {
        counter!("query_streams_ended_total", "why" => why).increment(1);
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

/// Counts an open stream.
pub(crate) struct OpenGuard(Gauge);

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl std::fmt::Debug for OpenGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenGuard")
    }
}
