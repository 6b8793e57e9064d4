//! Who listens to a room over a socket of their own, in one part for each broadcaster.
//!
//! A part has a cursor: up to there its members have everything, or are being given it in the pass
//! that is under way. Members who join wait aside until the broadcaster takes them in, which it does
//! after it has moved the cursor; so whoever joins and then sees the cursor unmoved is in time.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::broadcast::Lanes;
use crate::broadcast::member::{Delivered, Member};
use crate::hub::lock::lock;
use crate::hub::ring::After;
use crate::hub::room::Room;
use crate::hub::run::Run;
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
}

#[derive(Debug, Default)]
struct Part {
    cursor: AtomicU64,
    queued: AtomicBool,
    joining: Mutex<Vec<Arc<Member>>>,
    /// Only the part's broadcaster takes this lock.
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    members: Vec<Arc<Member>>,
    pass: Option<Pass>,
}

/// One run on its way through the members.
#[derive(Debug)]
struct Pass {
    run: Run,
    at: usize,
}

impl Audience {
    pub(crate) fn new(lanes: Arc<Lanes>) -> Self {
        let begin = lanes.next_begin();
        Self { lanes, parts: OnceLock::new(), begin, joined: AtomicUsize::new(0) }
    }

    /// The part that a new member belongs to.
    pub(crate) fn pick_part(&self) -> usize {
        let joined = self.joined.fetch_add(1, Ordering::Relaxed);
        (self.begin + joined / MEMBERS_TOGETHER) % self.lanes.count()
    }

    /// The member has everything up to `cursor`; the broadcaster writes what follows.
    pub(crate) fn attach(&self, room: &Arc<Room>, lane: usize, member: &Arc<Member>, cursor: u64) {
        let parts = self.parts.get_or_init(|| {
            let part = |_| Part { cursor: AtomicU64::new(cursor), ..Part::default() };
            (0..self.lanes.count()).map(part).collect()
        });
        let Some(part) = parts.get(lane) else { return };
        let mut crowd = false;
        if member.attach(cursor) {
            let mut joining = lock(&part.joining);
            joining.push(Arc::clone(member));
            crowd = joining.len().is_multiple_of(MEMBERS_TOGETHER);
        }
        // A crowd that only joins and leaves must not gather while nothing is said.
        if crowd || cursor < part.cursor.load(Ordering::SeqCst) {
            self.enqueue(part, lane, room);
        }
    }

    /// Something new is in the ring.
    pub(crate) fn news(&self, room: &Arc<Room>) {
        for (lane, part) in self.parts.get().into_iter().flatten().enumerate() {
            self.enqueue(part, lane, room);
        }
    }

    fn enqueue(&self, part: &Part, lane: usize, room: &Arc<Room>) {
        if !part.queued.swap(true, Ordering::SeqCst) {
            self.lanes.enqueue(lane, Arc::clone(room));
        }
    }

    /// Goes on with the part's pass, or begins one, and queues the part again if there is more to do.
    pub(crate) fn turn(
        &self,
        room: &Arc<Room>,
        lane: usize,
        writes_left: &mut usize,
        metrics: &Metrics,
    ) {
        let Some(part) = self.parts.get().and_then(|parts| parts.get(lane)) else { return };
        // Before the ring is looked into: what comes afterwards queues the part again.
        part.queued.store(false, Ordering::SeqCst);
        if part.turn(room, writes_left, metrics) {
            self.enqueue(part, lane, room);
        }
    }
}

impl Part {
    /// True if there is more to do.
    fn turn(&self, room: &Room, writes_left: &mut usize, metrics: &Metrics) -> bool {
        let mut list = lock(&self.list);
        let list = &mut *list;
        let mut pass = match list.pass.take() {
            Some(pass) => pass,
            None => match room.after(self.cursor.load(Ordering::SeqCst)) {
                After::Run(run) => {
                    self.cursor.store(run.last, Ordering::SeqCst);
                    Pass { run, at: 0 }
                }
                After::UpToDate => {
                    self.take_in(list, self.cursor.load(Ordering::SeqCst), true);
                    return false;
                }
                After::Behind => {
                    // Everybody who is behind goes on alone, or is told that they are too slow.
                    let head = room.head();
                    self.cursor.store(head, Ordering::SeqCst);
                    self.take_in(list, head, true);
                    list.members.retain(|member| !member.is_behind(head));
                    return true;
                }
            },
        };
        self.take_in(list, pass.run.first - 1, pass.at == 0);
        if list.members.is_empty() {
            // Nobody to write to: the next pass begins at the present.
            self.cursor.store(room.head(), Ordering::SeqCst);
            return false;
        }
        let mut written = 0;
        while let Some(member) = list.members.get(pass.at) {
            if *writes_left == 0 {
                break;
            }
            match member.deliver(&pass.run, room) {
                Delivered::Written => {
                    written += 1;
                    *writes_left -= 1;
                    pass.at += 1;
                }
                Delivered::Nothing => pass.at += 1,
                Delivered::Gone => drop(list.members.swap_remove(pass.at)),
            }
        }
        metrics.delivered(&pass.run, written);
        if pass.at < list.members.len() {
            list.pass = Some(pass);
        }
        true
    }

    /// Lists those who have joined and have come to `cursor`; forgets those who have gone meanwhile.
    fn take_in(&self, list: &mut List, cursor: u64, may_move: bool) {
        let joining = std::mem::take(&mut *lock(&self.joining));
        if joining.is_empty() {
            return;
        }
        if may_move && MEMBERS_TOGETHER <= joining.len() {
            list.members.retain(|member| !member.is_gone());
        }
        list.members.extend(joining.into_iter().filter(|member| !member.is_behind(cursor)));
    }
}
