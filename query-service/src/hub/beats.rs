//! Clients without a stream that say that they are there: a line that ends by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use domain::ids::{RoomId, UserId};
use domain::timestamp::Timestamp;
use tokio::time::Instant;

use crate::hub::lock::{lock, read};
use crate::hub::people::{Line, People};
use crate::hub::{AppHub, Reader};

/// Of one room; more are answered, and not counted.
const BEATS_MAX: usize = 100_000;

/// Until when somebody is there who has said so.
#[derive(Debug, Default)]
pub(crate) struct Beats(Mutex<HashMap<UserId, (Arc<Line>, Instant)>>);

impl Beats {
    fn beat(&self, people: &People, reader: &Reader, until: Instant) {
        let mut beats = lock(&self.0);
        if let Some((_, known)) = beats.get_mut(&reader.user) {
            *known = until;
        } else if beats.len() < BEATS_MAX {
            beats.insert(reader.user.clone(), (people.enter(reader), until));
        }
    }

    /// Ends those that are over, and those of users who were sent away.
    pub(crate) fn expire(&self, people: &People, now: Instant) {
        let mut beats = lock(&self.0);
        beats.retain(|_, (line, until)| {
            let goes_on = now < *until && line.sent_away().is_none();
            if !goes_on {
                people.beat_ended(line);
            }
            goes_on
        });
    }
}

impl AppHub {
    /// Somebody is there until then; nothing if the room does not exist.
    pub(crate) fn beat(
        &self,
        room_id: &RoomId,
        reader: &Reader,
        until: Instant,
        now: Timestamp,
    ) -> Option<()> {
        let folded = read(&self.folded);
        let head = folded.state.rooms.get(room_id)?.seq;
        let mut rooms = self.rooms.lock();
        let known = rooms.get(room_id).cloned();
        let room = known.unwrap_or_else(|| rooms.create(room_id, head, now));
        room.beats.beat(room.people(), reader, until);
        Some(())
    }

    /// Whether somebody has a stream of the room here, or says that they are there.
    pub(crate) fn is_in(&self, room_id: &RoomId, user: &UserId) -> bool {
        let room = self.rooms.lock().get(room_id).cloned();
        room.is_some_and(|room| room.people().has(user))
    }
}
