//! Writes a room's items to its viewers' sockets: one task for each core, which owns its part of each
//! room's audience. No task is woken for each viewer, and what has gathered while a room's turn came
//! goes out in one write.
//!
//! [`audience`] is who listens to a room, [`member`] one of them, [`round`] what they are brought,
//! [`gather`] how a busy room makes fewer rounds, [`outlet`] the socket as everybody else sees it. A
//! viewer is in an audience only while they keep up: who does not, or is to be told something of their
//! own, is served by their own task ([`crate::feed`]) until they are up to date.

pub(crate) mod audience;
pub(crate) mod gather;
pub(crate) mod member;
pub(crate) mod outlet;
mod round;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::broadcast::audience::Turn;
use crate::broadcast::gather::Gather;
use crate::hub::lock::lock;
use crate::hub::room::Room;
use crate::hub::waiting::Waiting;
use crate::metrics::Metrics;

/// Writes after which other rooms and other tasks have their turn: well below a millisecond.
const WRITES_PER_TURN: usize = 128;

/// Of what can wait, so much is written after each turn even if the turns never end.
const LATER_WRITES_PER_TURN: usize = 16;

/// The rooms that wait for their turn, for each broadcaster.
#[derive(Debug)]
pub(crate) struct Lanes {
    each: Box<[Lane]>,
    gather: Gather,
    rooms: AtomicUsize,
}

#[derive(Debug, Default)]
struct Lane {
    /// A room is in each of the queues once at most: see [`audience::Audience`].
    queue: Mutex<VecDeque<Arc<Room>>>,
    /// Rooms that have only to say what can wait for all others.
    later: Mutex<VecDeque<Arc<Room>>>,
    arrived: Notify,
}

/// What there is to do for a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Now,
    Later,
}

impl Lanes {
    pub(crate) fn new(count: usize, gather: Gather) -> Self {
        let each = (0..count.max(1)).map(|_| Lane::default()).collect();
        Self { each, gather, rooms: AtomicUsize::new(0) }
    }

    pub(crate) fn count(&self) -> usize {
        self.each.len()
    }

    /// Where the next room begins, so that small rooms spread over all broadcasters.
    fn next_begin(&self) -> usize {
        self.rooms.fetch_add(1, Ordering::Relaxed)
    }

    fn enqueue(&self, lane: usize, queue: Queue, room: Arc<Room>) {
        if let Some(lane) = self.each.get(lane) {
            lock(lane.queue(queue)).push_back(room);
            lane.arrived.notify_one();
        }
    }
}

impl Lane {
    fn queue(&self, queue: Queue) -> &Mutex<VecDeque<Arc<Room>>> {
        match queue {
            Queue::Now => &self.queue,
            Queue::Later => &self.later,
        }
    }

    fn next(&self, queue: Queue) -> Option<(Queue, Arc<Room>)> {
        lock(self.queue(queue)).pop_front().map(|room| (queue, room))
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
    let mut broadcaster = Broadcaster::new(lanes, lane, metrics);
    shutdown.run_until_cancelled(broadcaster.run()).await;
}

struct Broadcaster {
    lanes: Arc<Lanes>,
    lane: usize,
    metrics: Arc<Metrics>,
    /// Rooms that gather until then.
    resting: Waiting,
}

impl Broadcaster {
    fn new(lanes: Arc<Lanes>, lane: usize, metrics: Arc<Metrics>) -> Self {
        Self { lanes, lane, metrics, resting: Waiting::default() }
    }

    async fn run(&mut self) {
        let lanes = Arc::clone(&self.lanes);
        let Some(lane) = lanes.each.get(self.lane) else { return };
        loop {
            if self.turn(lane) {
                tokio::task::yield_now().await;
                continue;
            }
            match self.resting.next_at() {
                None => lane.arrived.notified().await,
                Some(at) => tokio::select! {
                    () = lane.arrived.notified() => {}
                    () = sleep_until(at) => {}
                },
            }
        }
    }

    /// Writes until so much is written that others have their turn: other tasks, and in the next turn
    /// the rooms that have come meanwhile. False if nobody waits for a turn any more.
    fn turn(&mut self, lane: &Lane) -> bool {
        self.wake_rested();
        let mut writes_left = WRITES_PER_TURN;
        while 0 < writes_left {
            let next = lane.next(Queue::Now).or_else(|| lane.next(Queue::Later));
            let Some((queue, room)) = next else { return false };
            self.give_turn(queue, &room, &mut writes_left);
        }
        if let Some((queue, room)) = lane.next(Queue::Later) {
            self.give_turn(queue, &room, &mut LATER_WRITES_PER_TURN.clone());
        }
        true
    }

    fn give_turn(&mut self, queue: Queue, room: &Arc<Room>, writes_left: &mut usize) {
        let audience = room.audience();
        let turn = audience.turn(room, self.lane, queue, writes_left, &self.metrics);
        if let Turn::Rests(until) = turn {
            self.resting.add(until, Arc::clone(room));
        }
    }

    fn wake_rested(&mut self) {
        if self.resting.next_at().is_some() {
            for room in self.resting.take_until(Instant::now()) {
                room.audience().rested(&room, self.lane);
            }
        }
    }
}
