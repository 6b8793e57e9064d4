//! The way to Postgres and back with what [`super::record`] keeps. One visit at a time, beside the
//! counting, which does not wait for it.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::{AppId, RoomId};
use tokio::time::Instant;

use crate::presence::Keeper;
use crate::presence::record::Record;
use crate::read_models::ReadModels;

/// Rooms that are read or written with one question.
const ROOMS_AT_ONCE: usize = 100;

/// What one visit to Postgres has brought.
#[derive(Debug, Default)]
pub(super) struct Visit {
    /// Peak and unique of all rooms, if they were asked for.
    pub(super) counts: Option<Vec<(RoomId, u64, u64)>>,
    /// Nothing where there is no row.
    pub(super) read: Vec<(RoomId, Option<Record>)>,
    /// What stands there now.
    pub(super) written: Vec<(RoomId, Record)>,
    /// To be read again: somebody else has written, or Postgres did not answer.
    pub(super) unread: Vec<RoomId>,
}

/// A visit under way.
pub(super) type Visiting = Pin<Box<dyn Future<Output = Visit> + Send>>;

/// What there is to do in Postgres.
#[derive(Debug, Default)]
struct Errand {
    wants_counts: bool,
    read: Vec<RoomId>,
    write: Vec<(RoomId, Record)>,
}

impl Errand {
    fn is_empty(&self) -> bool {
        !self.wants_counts && self.read.is_empty() && self.write.is_empty()
    }

    async fn run(self, read_models: Arc<ReadModels>, app: AppId) -> Visit {
        let mut visit = Visit::default();
        if self.wants_counts {
            visit.counts = read_models.audience_counts(&app).await.ok();
        }
        // Where Postgres does not answer, it will not for the next rooms.
        let mut answers = visit.counts.is_some() || !self.wants_counts;
        for rooms in self.read.chunks(ROOMS_AT_ONCE) {
            let records =
                if answers { read_models.audiences(&app, rooms).await.ok() } else { None };
            let Some(records) = records else {
                answers = false;
                visit.unread.extend_from_slice(rooms);
                continue;
            };
            let mut records: HashMap<RoomId, Record> = records.into_iter().collect();
            let read = rooms.iter().map(|room_id| (room_id.clone(), records.remove(room_id)));
            visit.read.extend(read);
        }
        let mut write = self.write;
        // In one order everywhere: two that write many rows do not wait for each other.
        write.sort_by(|(one, _), (other, _)| one.cmp(other));
        for records in write.chunks(ROOMS_AT_ONCE) {
            let written =
                if answers { read_models.write_audiences(&app, records).await.ok() } else { None };
            answers &= written.is_some();
            let written = written.unwrap_or_default();
            for (room_id, record) in records {
                if written.contains(room_id) {
                    visit.written.push((room_id.clone(), record.clone()));
                } else {
                    visit.unread.push(room_id.clone());
                }
            }
        }
        visit
    }
}

impl Keeper {
    /// Asks Postgres for what is not known of the rooms, and tells it now and then what is new.
    pub(super) fn look_up(&mut self, now: Instant) {
        if self.visiting.is_some() {
            return;
        }
        let mut errand = Errand { wants_counts: self.wants_counts, ..Errand::default() };
        errand.read = self.board.unread();
        for room_id in &errand.read {
            self.board.at_least(room_id, &self.hub.online(room_id));
        }
        if Duration::from_millis(self.config.record_ms) <= now.duration_since(self.recorded_at) {
            self.recorded_at = now;
            errand.write = self.board.unwritten();
        }
        if !errand.is_empty() {
            let app = self.hub.app().clone();
            self.visiting = Some(Box::pin(errand.run(self.read_models.clone(), app)));
        }
    }

    pub(super) fn visited(&mut self, mut visit: Visit) {
        self.visiting = None;
        if let Some(counts) = visit.counts.take() {
            self.wants_counts = false;
            self.lost.ever(counts.iter().map(|(room_id, ..)| room_id.clone()));
            self.hub.measured_before(counts);
        }
        self.board.visited(visit);
    }

    /// Writes what is not written at the end.
    pub(super) async fn record_rest(&mut self) {
        if let Some(visiting) = self.visiting.take() {
            let visit = visiting.await;
            self.visited(visit);
        }
        let errand = Errand { write: self.board.unwritten(), ..Errand::default() };
        errand.run(self.read_models.clone(), self.hub.app().clone()).await;
    }
}

/// Waits for ever where nobody is under way.
pub(super) async fn back(visiting: Option<&mut Visiting>) -> Visit {
    match visiting {
        Some(visiting) => visiting.await,
        None => std::future::pending().await,
    }
}
