//! How many are in a room, as its viewers are told: the newest figure alone, under a number that
//! rises. Whoever was too slow for one gets the next, so there is nothing to miss, and it can wait a
//! while for items to go out with.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::ids::RoomId;
use tokio::time::Instant;

use crate::hub::AppHub;
use crate::hub::frame::Frame;
use crate::hub::lock::lock;
use crate::hub::room::Room;
use crate::presence::board::Online;

/// What hangs in one room.
#[derive(Debug, Default)]
pub(crate) struct Sign {
    frame: Mutex<Option<Frame>>,
    number: AtomicU64,
    /// The number of the one that viewers have been told of, or are being told.
    posted: AtomicU64,
}

/// A figure, and its number.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) number: u64,
    pub(crate) frame: Frame,
}

/// The newest figures of all rooms in which somebody is or was.
#[derive(Debug, Default)]
pub(crate) struct Figures(Mutex<HashMap<RoomId, Online>>);

impl Sign {
    pub(crate) fn set(&self, frame: Frame) {
        let mut hung = lock(&self.frame);
        *hung = Some(frame);
        self.number.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn number(&self) -> u64 {
        self.number.load(Ordering::SeqCst)
    }

    /// What has been hung up since `seen`.
    pub(crate) fn after(&self, seen: u64) -> Option<Posted> {
        if self.number() == seen {
            return None;
        }
        let hung = lock(&self.frame);
        hung.clone().map(|frame| Posted { number: self.number(), frame })
    }

    /// Whether viewers are still to be told; who asks tells them.
    pub(crate) fn take_news(&self) -> bool {
        let number = self.number();
        self.posted.swap(number, Ordering::SeqCst) != number
    }
}

impl AppHub {
    /// The rooms with a ring, among them all that somebody listens to.
    pub(crate) fn people_of_rooms(&self) -> Vec<(RoomId, Arc<Room>)> {
        self.rooms.lock().by_id().map(|(id, room)| (id.clone(), room.clone())).collect()
    }

    /// A new figure, and the frame with which viewers are told, if they are: with the next items, or
    /// alone if there are none for a while.
    pub(crate) fn set_online(&self, room_id: &RoomId, online: Online, frame: Option<Frame>) {
        {
            let mut figures = lock(&self.figures.0);
            if online.connections == 0 && online.unique == 0 {
                figures.remove(room_id);
            } else {
                figures.insert(room_id.clone(), online);
            }
        }
        let Some(frame) = frame else { return };
        let room = self.rooms.lock().get(room_id).cloned();
        if let Some(room) = room {
            room.show_online(frame);
            let wait = Duration::from_millis(self.config().online_wait_ms);
            self.ticker().add(Instant::now() + wait, room);
        }
    }

    /// What was measured of rooms before this process began.
    pub(crate) fn measured_before(&self, counts: Vec<(RoomId, u64, u64)>) {
        let mut figures = lock(&self.figures.0);
        for (room_id, peak, unique) in counts {
            let online = figures.entry(room_id).or_default();
            online.peak = online.peak.max(peak);
            online.unique = online.unique.max(unique);
        }
    }

    /// The newest figure; zeros where nobody has been.
    pub(crate) fn online(&self, room_id: &RoomId) -> Online {
        lock(&self.figures.0).get(room_id).copied().unwrap_or_default()
    }
}
