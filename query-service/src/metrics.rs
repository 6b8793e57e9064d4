//! What the service counts. Handles are made once: a delivery must not look a name up.

use metrics::{Counter, Gauge, counter, gauge};

use crate::hub::ring::Run;

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
        }
    }

    /// Items went to so many viewers. `items / runs` is how many share a write.
    pub(crate) fn delivered(&self, run: &Run, viewers: u64) {
        self.items.increment(viewers * run.items());
        self.writes.increment(viewers);
        self.bytes.increment(viewers * run.sse.len() as u64);
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
