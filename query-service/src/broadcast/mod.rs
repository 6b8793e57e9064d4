//! Writes a room's items to its viewers' sockets: one task for each core, which owns its part of each
//! room's audience. No task is woken for each viewer, and what has gathered while a room's turn came
//! goes out in one write.
//!
//! [`audience`] is who listens to a room, [`member`] one of them, [`outlet`] the socket as everybody
//! else sees it. A viewer is in an audience only while they keep up: who does not, or is to be told
//! something of their own, is served by their own task ([`crate::feed`]) until they are up to date.

pub(crate) mod audience;
pub(crate) mod member;
pub(crate) mod outlet;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::hub::lock::lock;
use crate::hub::room::Room;
use crate::metrics::Metrics;

/// Writes after which other rooms and other tasks have their turn: well below a millisecond.
const WRITES_PER_TURN: usize = 128;

/// The rooms that wait for their turn, for each broadcaster.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Box<[Lane]>,
    rooms: AtomicUsize,
}

#[derive(Debug, Default)]
struct Lane {
    queue: Mutex<VecDeque<Arc<Room>>>,
    arrived: Notify,
}

impl Lanes {
    pub(crate) fn new(count: usize) -> Self {
        let lanes = (0..count.max(1)).map(|_| Lane::default()).collect();
        Self { lanes, rooms: AtomicUsize::new(0) }
    }

    pub(crate) fn count(&self) -> usize {
        self.lanes.len()
    }

    /// Where the next room begins, so that small rooms spread over all broadcasters.
    fn next_begin(&self) -> usize {
        self.rooms.fetch_add(1, Ordering::Relaxed)
    }

    /// A room is in a lane's queue once at most: see [`audience::Audience`].
    pub(crate) fn enqueue(&self, lane: usize, room: Arc<Room>) {
        if let Some(lane) = self.lanes.get(lane) {
            lock(&lane.queue).push_back(room);
            lane.arrived.notify_one();
        }
    }

    fn next(&self, lane: usize) -> Option<Arc<Room>> {
        lock(&self.lanes.get(lane)?.queue).pop_front()
    }
}

/// Gives the rooms of one lane their turns, until shutdown.
///
/// Rooms take turns of bounded length, so that a small room waits for as many turns as there are big
/// ones with something to say, and not for the thousands of their viewers.
pub(crate) async fn broadcast(
    lanes: Arc<Lanes>,
    lane: usize,
    metrics: Arc<Metrics>,
    shutdown: CancellationToken,
) {
    let broadcasting = async {
        loop {
            if turn(&lanes, lane, &metrics) {
                tokio::task::yield_now().await;
            } else if let Some(lane) = lanes.lanes.get(lane) {
                lane.arrived.notified().await;
            }
        }
    };
    shutdown.run_until_cancelled(broadcasting).await;
}

/// Writes until so much is written that others have their turn: other tasks, and in the next turn the
/// rooms that have come meanwhile. False if nobody waits any more.
fn turn(lanes: &Lanes, lane: usize, metrics: &Metrics) -> bool {
    let mut writes_left = WRITES_PER_TURN;
    while 0 < writes_left {
        let Some(room) = lanes.next(lane) else { return false };
        room.audience().turn(&room, lane, &mut writes_left, metrics);
    }
    true
}
