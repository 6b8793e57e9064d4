//! One active room: its ring, and the signal that wakes its listeners.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use domain::field::Clearance;
use domain::ids::{LogSeq, RoomId};
use domain::room::state::Room as RoomState;
use domain::state::AppState;
use domain::timestamp::Timestamp;
use domain::view::feed_item::Priority;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::broadcast::Lanes;
use crate::broadcast::audience::Audience;
use crate::history::places::Places;
use crate::hub::beats::Beats;
use crate::hub::budget::Budget;
use crate::hub::changes::Changes;
use crate::hub::frame::Frame;
use crate::hub::item::Item;
use crate::hub::lock::lock;
use crate::hub::moves::Moves;
use crate::hub::notice::{NextNotice, Notices};
use crate::hub::online::{Posted, Sign};
use crate::hub::pace::{Pace, Tick, Turn};
use crate::hub::people::People;
use crate::hub::ring::{After, Ring, RingLimits};
use crate::hub::view::view_json;
use crate::insight::shed::ShedCounts;

/// Why nothing more comes from a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// This process is going down; another serves the room.
    Shutdown,
    /// The log cannot be read any further.
    LogStopped,
    /// The app was disabled, has expired or was deleted.
    AppClosed,
}

/// With the places of the room and of the app that it shows.
type View = ((u64, u64), Arc<str>);

/// Where a room stands when it becomes active.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// `room_seq` of its last item.
    pub(crate) head: u64,
    /// The number of the newest change: what was before is not known.
    pub(crate) change: u64,
    pub(crate) at: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Room {
    ring: Mutex<Ring>,
    budget: Mutex<Budget>,
    pub(super) moves: Mutex<Moves>,
    /// The view as JSON for each clearance, with its `room_seq` and `app_seq`: newcomers at the same
    /// place share it.
    views: Mutex<[Option<View>; Clearance::ALL.len()]>,
    /// Notices, and the end: for everybody.
    pub(super) signal: watch::Sender<Option<End>>,
    /// Items and figures, for those who are not in the audience.
    pub(super) news: watch::Sender<()>,
    audience: Audience,
    pub(super) people: People,
    pub(crate) beats: Beats,
    pub(super) online: Sign,
    pace: Mutex<Pace>,
    /// Where to read in the log what the ring no longer has.
    places: Mutex<Places>,
    changes: Mutex<Changes>,
    /// What was left out.
    pub(crate) shed: ShedCounts,
    active_at: AtomicI64,
    notices: Mutex<Notices>,
    /// Of `notices`, so that a stream looks without a lock.
    pub(super) notices_head: AtomicU64,
}

impl Room {
    pub(crate) fn new(
        start: Start,
        limits: RingLimits,
        (budget, moves): (Budget, Moves),
        notices_max: usize,
        lanes: Arc<Lanes>,
    ) -> Self {
        Self {
            ring: Mutex::new(Ring::new(start.head, limits)),
            budget: Mutex::new(budget),
            moves: Mutex::new(moves),
            views: Mutex::default(),
            signal: watch::Sender::new(None),
            news: watch::Sender::new(()),
            audience: Audience::new(lanes, start.head),
            people: People::default(),
            beats: Beats::default(),
            online: Sign::default(),
            pace: Mutex::default(),
            places: Mutex::default(),
            shed: ShedCounts::default(),
            changes: Mutex::new(Changes::new(start.change)),
            active_at: AtomicI64::new(start.at.0),
            notices: Mutex::new(Notices::new(notices_max)),
            notices_head: AtomicU64::new(0),
        }
    }

    /// Takes the next item, which stands in the log somewhere after `after`. Gives back how many it
    /// evicted and how many bytes the ring grew.
    pub(crate) fn push(
        &self,
        room_seq: u64,
        item: Item,
        after: LogSeq,
        now: Timestamp,
    ) -> (u64, isize) {
        self.active_at.store(now.0, Ordering::Relaxed);
        lock(&self.places).note(room_seq, after);
        let mut ring = lock(&self.ring);
        let before = ring.bytes();
        let evicted = ring.push(room_seq, item);
        (evicted, ring.bytes().cast_signed() - before.cast_signed())
    }

    /// An item that the ring holds.
    pub(crate) fn item(&self, room_seq: u64) -> Option<Frame> {
        lock(&self.ring).item(room_seq)
    }

    /// Takes the text out of an item. Gives back how many bytes the ring grew.
    pub(crate) fn recall(&self, room_seq: u64, number: u64) -> isize {
        lock(&self.changes).recalled(number, room_seq);
        let mut ring = lock(&self.ring);
        let before = ring.bytes();
        ring.recall(room_seq);
        ring.bytes().cast_signed() - before.cast_signed()
    }

    /// Evicts the older half. Gives back the same as [`Room::push`].
    pub(crate) fn halve(&self) -> (u64, isize) {
        let mut ring = lock(&self.ring);
        let before = ring.bytes();
        let evicted = ring.halve();
        (evicted, ring.bytes().cast_signed() - before.cast_signed())
    }

    /// Takes a notice and wakes all streams.
    pub(crate) fn tell(&self, frame: Frame) {
        let mut notices = lock(&self.notices);
        notices.push(frame);
        self.notices_head.store(notices.head(), Ordering::Release);
        drop(notices);
        self.signal.send_modify(|_| ());
    }

    /// The notice after `cursor`, which moves past it.
    pub(crate) fn next_notice(&self, cursor: &mut u64) -> NextNotice {
        if self.notices_head.load(Ordering::Acquire) == *cursor {
            return NextNotice::None;
        }
        lock(&self.notices).after(cursor)
    }

    /// What those get who keep up.
    pub(crate) fn after(&self, cursor: u64) -> After {
        lock(&self.ring).after(cursor, Priority::Lowest)
    }

    /// What those get who do not: less, the more they are behind; nothing if they must go.
    pub(crate) fn after_for_slow(&self, cursor: u64, backlog_max: usize) -> Option<After> {
        let mut ring = lock(&self.ring);
        let keep = ring.keep_for(cursor, backlog_max)?;
        Some(ring.after(cursor, keep))
    }

    /// Takes an item out of what viewers are sent in a second; false if it is too much.
    pub(crate) fn affords(&self, class: Priority, at: Timestamp) -> bool {
        lock(&self.budget).take(class, at)
    }

    pub(crate) fn head(&self) -> u64 {
        lock(&self.ring).head()
    }

    pub(crate) fn oldest_cursor(&self) -> u64 {
        lock(&self.ring).oldest_cursor()
    }

    pub(crate) fn all_changed(&self, number: u64) {
        lock(&self.changes).all_changed(number);
    }

    pub(crate) fn newest_change(&self) -> u64 {
        lock(&self.changes).newest()
    }

    /// As [`Changes::recalls_since`], with the number of the newest change.
    pub(crate) fn recalls_since(&self, number: u64) -> Option<(Vec<u64>, u64)> {
        let changes = lock(&self.changes);
        changes.recalls_since(number).map(|recalls| (recalls, changes.newest()))
    }

    pub(crate) fn is_recalled(&self, room_seq: u64) -> bool {
        lock(&self.changes).is_recalled(room_seq)
    }

    /// As [`Places::before`].
    pub(crate) fn place_before(&self, room_seq: u64) -> Option<LogSeq> {
        lock(&self.places).before(room_seq)
    }

    pub(crate) fn newest(&self, count: usize) -> Vec<Frame> {
        lock(&self.ring).newest(count)
    }

    pub(crate) fn bytes(&self) -> usize {
        lock(&self.ring).bytes()
    }

    pub(crate) fn view(
        &self,
        room_id: &RoomId,
        state: &RoomState,
        app: &AppState,
        clearance: Clearance,
    ) -> Arc<str> {
        // Without fields all see the same; with them the definitions matter too.
        let plain = state.fields.is_empty();
        let clearance = if plain { Clearance::Admin } else { clearance };
        let at = (state.seq, if plain { 0 } else { app.app_seq });
        let mut cached = lock(&self.views);
        let Some(slot) = cached.get_mut(clearance as usize) else {
            return view_json(room_id, state, &app.fields, clearance);
        };
        match slot {
            Some((seen, view)) if *seen == at => view.clone(),
            Some(_) | None => {
                let view = view_json(room_id, state, &app.fields, clearance);
                *slot = Some((at, view.clone()));
                view
            }
        }
    }

    /// Wakes the listeners about what is new, now or when the tick ends, of which the caller is told.
    pub(crate) fn news(self: &Arc<Self>, now: Instant, tick: Option<Tick>, urgent: bool) -> Turn {
        let turn = lock(&self.pace).news(now, tick, urgent);
        if turn == Turn::Now {
            self.wake(urgent);
        }
        turn
    }

    /// The tick has ended, or the time for which a figure has waited for items.
    pub(crate) fn wake_if_due(self: &Arc<Self>, now: Instant) {
        if lock(&self.pace).is_due(now) {
            self.wake(false);
        } else if self.online.take_news() {
            self.audience.sign_changed(self);
            self.news.send_modify(|()| ());
        }
    }

    fn wake(self: &Arc<Self>, urgent: bool) {
        // The figure goes along.
        self.online.take_news();
        self.audience.news(self, urgent);
        self.news.send_modify(|()| ());
    }

    pub(crate) fn audience(&self) -> &Audience {
        &self.audience
    }

    /// How many there are; viewers are told with the next items, or by [`Room::wake_if_due`].
    pub(crate) fn show_online(&self, frame: Frame) {
        self.online.set(frame);
    }

    pub(crate) fn sign_number(&self) -> u64 {
        self.online.number()
    }

    /// The newest figure, if it is another than that with the number `seen`.
    pub(crate) fn sign_after(&self, seen: u64) -> Option<Posted> {
        self.online.after(seen)
    }

    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    pub(crate) fn end(&self, end: End) {
        self.signal.send_modify(|ended| *ended = ended.or(Some(end)));
    }

    /// Has all streams look what is new.
    pub(crate) fn wake_streams(&self) {
        self.signal.send_modify(|_| ());
    }

    /// Nobody listens, and nothing has happened since `since`.
    pub(crate) fn is_idle(&self, since: Timestamp) -> bool {
        !self.is_watched() && self.active_at() < since
    }

    pub(crate) fn is_watched(&self) -> bool {
        0 < self.listeners() || !self.people.is_empty()
    }

    pub(crate) fn listeners(&self) -> usize {
        self.signal.receiver_count()
    }

    pub(crate) fn active_at(&self) -> Timestamp {
        Timestamp(self.active_at.load(Ordering::Relaxed))
    }
}
