//! The active rooms of an app, and the bound on what all their rings hold together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use domain::event::EventData;
use domain::ids::{LogSeq, RoomId};
use domain::state::AppState;
use domain::timestamp::Timestamp;

use crate::broadcast::Lanes;
use crate::config::{HubConfig, ShapingConfig};
use crate::hub::budget::Budget;
use crate::hub::frame::Frame;
use crate::hub::item::Item;
use crate::hub::lock::lock;
use crate::hub::moves::Moves;
use crate::hub::notice::Audience;
use crate::hub::ring::RingLimits;
use crate::hub::room::{Room, Start};
use crate::metrics::Metrics;

#[derive(Debug)]
pub(crate) struct Rooms(Mutex<Active>);

/// The rooms under their lock.
#[derive(Debug)]
pub(crate) struct Active {
    rooms: HashMap<RoomId, Arc<Room>>,
    /// Numbers what [`crate::hub::changes`] are told.
    changes: u64,
    /// Bytes of all rings.
    bytes: usize,
    bytes_max: usize,
    idle_ms: i64,
    limits: RingLimits,
    shaping: ShapingConfig,
    moves_max: usize,
    moves_window_ms: u64,
    notices_max: usize,
    lanes: Arc<Lanes>,
    metrics: Arc<Metrics>,
}

impl Rooms {
    pub(crate) fn new(config: &HubConfig, lanes: Arc<Lanes>, metrics: Arc<Metrics>) -> Self {
        Self(Mutex::new(Active {
            rooms: HashMap::new(),
            changes: 0,
            bytes: 0,
            bytes_max: config.rings_bytes_max,
            idle_ms: config.ring_idle_ms.cast_signed(),
            limits: RingLimits {
                items_max: config.ring_items_max,
                bytes_max: config.ring_bytes_max,
                run_bytes_max: config.run_bytes_max,
            },
            shaping: config.shaping,
            moves_max: config.moves_per_window_max,
            moves_window_ms: config.moves_window_ms,
            notices_max: config.notices_max,
            lanes,
            metrics,
        }))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Active> {
        lock(&self.0)
    }
}

impl Active {
    pub(crate) fn get(&self, room_id: &RoomId) -> Option<&Arc<Room>> {
        self.rooms.get(room_id)
    }

    pub(crate) fn by_id(&self) -> impl Iterator<Item = (&RoomId, &Arc<Room>)> {
        self.rooms.iter()
    }

    pub(crate) fn named(&self) -> impl Iterator<Item = (&RoomId, &Arc<Room>)> {
        self.rooms.iter()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.rooms.values()
    }

    /// Makes a room whose last item is `head`.
    pub(crate) fn create(&mut self, room_id: &RoomId, head: u64, now: Timestamp) -> Arc<Room> {
        let lanes = Arc::clone(&self.lanes);
        let start = Start { head, change: self.next_change(), at: now };
        let (limits, budget) = (self.limits, Budget::new(&self.shaping));
        let moves = Moves::new(self.moves_max, self.moves_window_ms);
        let room = Arc::new(Room::new(start, limits, (budget, moves), self.notices_max, lanes));
        self.rooms.insert(room_id.clone(), room.clone());
        self.metrics.rooms_active.increment(1.0);
        room
    }

    /// Puts the next item into a room, and makes room for it elsewhere if all together are too many.
    pub(crate) fn push(
        &mut self,
        room: &Room,
        room_seq: u64,
        item: Item,
        after: LogSeq,
        now: Timestamp,
    ) {
        let (evicted, grown) = room.push(room_seq, item, after, now);
        self.grow(grown);
        self.metrics.ring_evictions.increment(evicted);
        if self.bytes_max < self.bytes {
            self.shrink();
        }
    }

    /// Takes the text out of an item that a ring may still hold.
    pub(crate) fn recall(&mut self, room: &Room, room_seq: u64) {
        let number = self.next_change();
        let grown = room.recall(room_seq, number);
        self.grow(grown);
    }

    /// An event of the whole app concerns those who are in rooms, or what was kept of them.
    pub(crate) fn app_changed(&mut self, data: &EventData, app: &AppState) {
        if let EventData::FieldDefined(_) = data {
            self.all_changed();
        } else if let EventData::AdminsSet(_) = data {
            self.rooms.values().for_each(|room| room.people().send_unlisted_away(app));
        }
    }

    /// Nothing that was kept of any room's history is good any more.
    fn all_changed(&mut self) {
        let number = self.next_change();
        for room in self.rooms.values() {
            room.all_changed(number);
        }
    }

    fn next_change(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }

    /// Gives a notice to the rooms that it concerns and that are active; they are still to be woken.
    pub(crate) fn tell(&self, audience: Audience<'_>, frame: &Frame) -> Vec<Arc<Room>> {
        let rooms: Vec<Arc<Room>> = match audience {
            Audience::App => self.rooms.values().cloned().collect(),
            Audience::Rooms(ids) => {
                ids.iter().filter_map(|room_id| self.rooms.get(room_id)).cloned().collect()
            }
        };
        for room in &rooms {
            room.tell(frame.clone());
        }
        rooms
    }

    /// Drops the rooms in which nothing happens and to which nobody listens.
    pub(crate) fn sweep(&mut self, now: Timestamp) {
        let since = Timestamp(now.0 - self.idle_ms);
        let idle: Vec<RoomId> = self.ids(|room| room.is_idle(since));
        for room_id in idle {
            self.drop_room(&room_id);
        }
    }

    /// Drops all rooms. Who listens to one keeps it until they have gone.
    pub(crate) fn clear(&mut self) {
        for room_id in self.ids(|_| true) {
            self.drop_room(&room_id);
        }
    }

    /// Down to three quarters of the bound: first rooms without listeners, longest idle first, then
    /// the older half of every ring.
    fn shrink(&mut self) {
        let enough = self.bytes_max / 4 * 3;
        let mut unwatched = self.ids(|room| !room.is_watched());
        unwatched.sort_by_key(|room_id| self.rooms.get(room_id).map(|room| room.active_at()));
        for room_id in unwatched {
            if self.bytes <= enough {
                return;
            }
            self.drop_room(&room_id);
        }
        if enough < self.bytes {
            let halved: Vec<(u64, isize)> = self.rooms.values().map(|room| room.halve()).collect();
            for (evicted, grown) in halved {
                self.grow(grown);
                self.metrics.ring_evictions.increment(evicted);
            }
        }
    }

    fn grow(&mut self, grown: isize) {
        self.bytes = self.bytes.saturating_add_signed(grown);
        // A gauge counts in floating point; bytes of one ring are far from where that is inexact.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        self.metrics.ring_bytes.increment(grown as f64);
    }

    fn ids(&self, wanted: impl Fn(&Room) -> bool) -> Vec<RoomId> {
        let found = self.rooms.iter().filter(|(_, room)| wanted(room));
        found.map(|(room_id, _)| room_id.clone()).collect()
    }

    fn drop_room(&mut self, room_id: &RoomId) {
        if let Some(room) = self.rooms.remove(room_id) {
            self.grow(-room.bytes().cast_signed());
            self.metrics.rooms_active.decrement(1.0);
        }
    }
}
