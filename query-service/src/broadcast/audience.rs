//! Who listens to a room over a socket of their own, in one part for each broadcaster.
//!
//! A part has a cursor: up to there its members have everything, or are being given it in the pass
//! that is under way. Members who join wait aside until the broadcaster takes them in, which it does
//! after it has moved the cursor; so whoever joins and then sees the cursor unmoved is in time. The
//! figure of who is there goes the same way.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokio::time::Instant;

use crate::broadcast::gather::Gather;
use crate::broadcast::member::{Delivered, Member};
use crate::broadcast::round::Round;
use crate::broadcast::{Lanes, Queue};
use crate::hub::lock::lock;
use crate::hub::ring::After;
use crate::hub::room::Room;
use crate::metrics::Metrics;

/// Members of one part before the next part is filled: a small room is one broadcaster's.
const MEMBERS_TOGETHER: usize = 64;

#[derive(Debug)]
pub(crate) struct Audience {
    lanes: Arc<Lanes>,
    /// Made for the first member.
    parts: OnceLock<Box<[Part]>>,
    begin: usize,
    joined: AtomicUsize,
    /// Up to here the room's items are to go out. What came after it waits for its tick, unless a pass
    /// takes it along.
    released: AtomicU64,
}

#[derive(Debug, Default)]
struct Part {
    cursor: AtomicU64,
    /// The number of the figure that its members have.
    sign: AtomicU64,
    queued: AtomicBool,
    queued_later: AtomicBool,
    /// Something urgent is to go out: the part does not rest.
    urgent: AtomicBool,
    joining: Mutex<Vec<Arc<Member>>>,
    /// When the oldest of what is to go out was released.
    released_at: Mutex<Option<Instant>>,
    /// Only the part's broadcaster takes this lock.
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    members: Vec<Arc<Member>>,
    pass: Option<Pass>,
    /// After a long pass more is gathered until then.
    rests_until: Option<Instant>,
    /// The broadcaster looks again then.
    is_resting: bool,
}

/// One round on its way through the members.
#[derive(Debug)]
struct Pass {
    round: Round,
    at: usize,
    began: Instant,
    released_at: Option<Instant>,
}

/// How a turn ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Done,
    /// There may be more to do.
    More(Queue),
    /// The broadcaster is to look again then.
    Rests(Instant),
}

impl Audience {
    pub(crate) fn new(lanes: Arc<Lanes>, head: u64) -> Self {
        let begin = lanes.next_begin();
        let (joined, released) = (AtomicUsize::new(0), AtomicU64::new(head));
        Self { lanes, parts: OnceLock::new(), begin, joined, released }
    }

    /// The part that a new member belongs to.
    pub(crate) fn pick_part(&self) -> usize {
        let joined = self.joined.fetch_add(1, Ordering::Relaxed);
        (self.begin + joined / MEMBERS_TOGETHER) % self.lanes.count()
    }

    /// The member has everything up to `cursor`, and the figure `sign`; the broadcaster writes what
    /// follows.
    pub(crate) fn attach(
        &self,
        room: &Arc<Room>,
        lane: usize,
        member: &Arc<Member>,
        (cursor, sign): (u64, u64),
    ) {
        let parts = self.parts.get_or_init(|| {
            let part = |_| Part {
                cursor: AtomicU64::new(cursor),
                sign: AtomicU64::new(sign),
                ..Part::default()
            };
            (0..self.lanes.count()).map(part).collect()
        });
        let Some(part) = parts.get(lane) else { return };
        let mut crowd = false;
        if member.attach(cursor, sign) {
            let mut joining = lock(&part.joining);
            joining.push(Arc::clone(member));
            crowd = joining.len().is_multiple_of(MEMBERS_TOGETHER);
        }
        // Also what was released before there were parts.
        let gone_by = part.cursor.load(Ordering::SeqCst).max(self.released.load(Ordering::SeqCst));
        let sign_gone_by = part.sign.load(Ordering::SeqCst).max(room.sign_number());
        // A crowd that only joins and leaves must not gather while nothing is said.
        if crowd || cursor < gone_by || sign < sign_gone_by {
            self.enqueue(part, lane, Queue::Now, room);
        }
    }

    /// What is in the ring is to go out, at once if it is urgent.
    pub(crate) fn news(&self, room: &Arc<Room>, urgent: bool) {
        self.released.fetch_max(room.head(), Ordering::SeqCst);
        let mut now = None;
        for (lane, part) in self.parts.get().into_iter().flatten().enumerate() {
            let now = *now.get_or_insert_with(Instant::now);
            lock(&part.released_at).get_or_insert(now);
            if urgent {
                part.urgent.store(true, Ordering::SeqCst);
            }
            self.enqueue(part, lane, Queue::Now, room);
        }
    }

    /// There is another figure of who is there.
    pub(crate) fn sign_changed(&self, room: &Arc<Room>) {
        for (lane, part) in self.parts.get().into_iter().flatten().enumerate() {
            self.enqueue(part, lane, Queue::Later, room);
        }
    }

    /// The time is over for which a part has rested.
    pub(super) fn rested(&self, room: &Arc<Room>, lane: usize) {
        if let Some(part) = self.parts.get().and_then(|parts| parts.get(lane)) {
            lock(&part.list).is_resting = false;
            self.enqueue(part, lane, Queue::Now, room);
        }
    }

    fn enqueue(&self, part: &Part, lane: usize, queue: Queue, room: &Arc<Room>) {
        if !part.queued(queue).swap(true, Ordering::SeqCst) {
            self.lanes.enqueue(lane, queue, Arc::clone(room));
        }
    }

    /// Goes on with the part's pass, or begins one, and queues the part again if there is more to do.
    pub(super) fn turn(
        &self,
        room: &Arc<Room>,
        lane: usize,
        queue: Queue,
        writes_left: &mut usize,
        metrics: &Metrics,
    ) -> Turn {
        let Some(part) = self.parts.get().and_then(|parts| parts.get(lane)) else {
            return Turn::Done;
        };
        // Before the ring is looked into: what comes afterwards queues the part again.
        part.queued(queue).store(false, Ordering::SeqCst);
        if queue == Queue::Later && part.queued.load(Ordering::SeqCst) {
            // Its turn comes, and takes along what could wait.
            return Turn::Done;
        }
        let turn = part.turn(room, writes_left, self.lanes.gather, metrics);
        if let Turn::More(queue) = turn {
            self.enqueue(part, lane, queue, room);
        }
        turn
    }
}

impl Part {
    fn queued(&self, queue: Queue) -> &AtomicBool {
        match queue {
            Queue::Now => &self.queued,
            Queue::Later => &self.queued_later,
        }
    }

    fn turn(
        &self,
        room: &Room,
        writes_left: &mut usize,
        gather: Gather,
        metrics: &Metrics,
    ) -> Turn {
        let mut list = lock(&self.list);
        let list = &mut *list;
        let mut pass = match list.pass.take() {
            Some(pass) => pass,
            None => match self.begin(list, room) {
                Ok(pass) => pass,
                Err(turn) => return turn,
            },
        };
        self.take_in_for(list, &pass);
        if list.members.is_empty() {
            // Nobody to write to: the next pass begins at the present.
            self.cursor.store(room.head(), Ordering::SeqCst);
            return Turn::Done;
        }
        let mut written = 0;
        while let Some(member) = list.members.get(pass.at) {
            if *writes_left == 0 {
                break;
            }
            match member.deliver(&pass.round, room) {
                Delivered::Written => {
                    written += 1;
                    *writes_left -= 1;
                    pass.at += 1;
                }
                Delivered::Nothing => pass.at += 1,
                Delivered::Gone => drop(list.members.swap_remove(pass.at)),
            }
        }
        let run = pass.round.run();
        if let Some(run) = run {
            metrics.delivered(run, written);
        }
        if pass.at < list.members.len() {
            let queue = if run.is_some() { Queue::Now } else { Queue::Later };
            list.pass = Some(pass);
            return Turn::More(queue);
        }
        let now = Instant::now();
        if let Some(released_at) = pass.released_at {
            metrics.waited(room.listeners(), now.duration_since(released_at));
        }
        let wait = gather.wait_after(now.duration_since(pass.began));
        // A single item, and nothing behind it, is no sign of a busy room.
        let is_busy = |last| run.is_some_and(|run| 1 < run.items()) || last < room.head();
        let rest = wait.filter(|_| is_busy(self.cursor.load(Ordering::SeqCst)));
        list.rests_until = rest.map(|rest| now + rest);
        Turn::More(Queue::Now)
    }

    /// The next pass, if there is something to bring.
    fn begin(&self, list: &mut List, room: &Room) -> Result<Pass, Turn> {
        let is_urgent = self.urgent.swap(false, Ordering::SeqCst);
        let began = Instant::now();
        if let Some(until) = list.rests_until.filter(|until| !is_urgent && began < *until) {
            // Asked for once, however often it is looked at meanwhile.
            let is_new = !std::mem::replace(&mut list.is_resting, true);
            return Err(if is_new { Turn::Rests(until) } else { Turn::Done });
        }
        list.rests_until = None;
        let (cursor, seen) = (self.cursor.load(Ordering::SeqCst), self.sign.load(Ordering::SeqCst));
        let released = room.audience().released.load(Ordering::SeqCst);
        let after = if cursor < released { room.after(cursor) } else { After::UpToDate };
        let run = match after {
            After::Run(run) => Some(run),
            After::UpToDate => None,
            After::Behind => {
                // Everybody who is behind goes on alone, or is told that they are too slow.
                let head = room.head();
                self.cursor.store(head, Ordering::SeqCst);
                self.take_in(list, (head, 0), true);
                list.members.retain(|member| !member.is_behind(head, 0));
                return Err(Turn::More(Queue::Now));
            }
        };
        let released_at = lock(&self.released_at).take();
        let Some(round) = Round::new(run, room.sign_after(seen)) else {
            self.take_in(list, (cursor, seen), true);
            return Err(Turn::Done);
        };
        if let Some(run) = round.run() {
            self.cursor.store(run.last, Ordering::SeqCst);
        }
        if let Some(posted) = round.sign() {
            self.sign.store(posted.number, Ordering::SeqCst);
        }
        Ok(Pass { round, at: 0, began, released_at })
    }

    /// Lists those who have joined and whom the pass will bring what they lack.
    fn take_in_for(&self, list: &mut List, pass: &Pass) {
        let cursor = match pass.round.run() {
            Some(run) => run.first - 1,
            None => self.cursor.load(Ordering::SeqCst),
        };
        let sign = match pass.round.sign() {
            Some(_) => 0,
            None => self.sign.load(Ordering::SeqCst),
        };
        self.take_in(list, (cursor, sign), pass.at == 0);
    }

    /// Lists those who have joined and have come as far; forgets those who have gone meanwhile.
    fn take_in(&self, list: &mut List, (cursor, sign): (u64, u64), may_move: bool) {
        let joining = std::mem::take(&mut *lock(&self.joining));
        if joining.is_empty() {
            return;
        }
        if may_move && MEMBERS_TOGETHER <= joining.len() {
            list.members.retain(|member| !member.is_gone());
        }
        list.members.extend(joining.into_iter().filter(|member| !member.is_behind(cursor, sign)));
    }
}
