//! Rooms that wait for a moment of their own, the earliest first. Pure: no timer, no clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use crate::hub::room::Room;

#[derive(Debug, Default)]
pub(crate) struct Waiting {
    rooms: BTreeMap<(Instant, u64), Arc<Room>>,
    /// Tells rooms of one moment apart.
    number: u64,
}

impl Waiting {
    /// True if nobody else waits for an earlier moment.
    pub(crate) fn add(&mut self, at: Instant, room: Arc<Room>) -> bool {
        self.number += 1;
        let key = (at, self.number);
        self.rooms.insert(key, room);
        self.rooms.first_key_value().is_some_and(|(first, _)| *first == key)
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.rooms.first_key_value().map(|((at, _), _)| *at)
    }

    /// Those whose moment has come.
    pub(crate) fn take_until(&mut self, now: Instant) -> impl Iterator<Item = Arc<Room>> + use<> {
        let later = self.rooms.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.rooms, later).into_values()
    }
}
