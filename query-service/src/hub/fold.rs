//! How events come in: folded into the state, encoded once for whoever listens, and told.

use std::sync::Arc;
use std::time::Duration;

use domain::event::{Event, EventData, Scope};
use domain::ids::LogSeq;
use domain::state::AppState;
use domain::timestamp::Timestamp;
use domain::view::clearance::{Fields, is_restricted};
use domain::view::notice::notice;
use tokio::time::Instant;

use crate::config::HubConfig;
use crate::hub::frame::Frame;
use crate::hub::item::Item;
use crate::hub::lock::{lock, write};
use crate::hub::notice::Audience;
use crate::hub::pace::{Haste, Tick, Turn};
use crate::hub::room::Room;
use crate::hub::{AppHub, Folded};

impl AppHub {
    /// Begins from a stored state. Only before the first [`AppHub::apply`].
    pub(crate) fn restore(&self, state: AppState, log_seq: LogSeq) {
        *write(&self.folded) = Folded { state, log_seq };
        self.progress.send_modify(|progress| progress.log_seq = log_seq);
    }

    /// Folds events in, in order, and wakes the listeners of the rooms that they belong to: once
    /// each, so that all that came together is written together; in a busy room not more often than
    /// once a tick, unless it is urgent.
    pub(crate) fn apply(&self, events: &[Event], log_seq: LogSeq, now: Timestamp) {
        let items: Vec<Option<Item>> =
            events.iter().map(|event| self.encode_if_wanted(event, now)).collect();

        let mut touched: Vec<(Arc<Room>, Haste)> = Vec::new();
        {
            let mut folded = write(&self.folded);
            let mut rooms = self.rooms.lock();
            for (event, item) in events.iter().zip(items) {
                folded.state.evolve(event, log_seq);
                let Scope::Room { room_id, room_seq } = &event.scope else {
                    rooms.app_changed(&event.data, &folded.state);
                    // Without a listener, as in a replay, there is nobody to tell.
                    if rooms.all().next().is_some() {
                        self.introduced.take(event);
                        if let Some(json) = notice(event) {
                            let told = rooms.tell(Audience::App, &Frame::encode(None, &json));
                            touched.extend(told.into_iter().map(|room| (room, Haste::Urgent)));
                        }
                    }
                    continue;
                };
                let room = match (rooms.get(room_id), &item) {
                    (Some(room), _) => room.clone(),
                    (None, Some(_)) => rooms.create(room_id, room_seq - 1, now),
                    (None, None) => continue,
                };
                // Listeners may have come between the question and the lock.
                let Some(item) = item.or_else(|| Item::of(event, &folded.state.fields)) else {
                    continue;
                };
                let item = self.shaped(&room, event, item);
                let haste = Haste::of(&item);
                room.send_away(&event.data, *room_seq);
                if let EventData::MessageRecalled(recalled) = &event.data {
                    rooms.recall(&room, recalled.room_seq);
                }
                rooms.push(&room, *room_seq, item, folded.log_seq, now);
                match touched.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &room)) {
                    Some((_, most)) => *most = haste.max(*most),
                    None => touched.push((room, haste)),
                }
            }
            folded.log_seq = log_seq;
        }
        let now = Instant::now();
        for (room, haste) in touched {
            self.tell_of_news(room, haste, now);
        }
        self.progress.send_modify(|progress| progress.log_seq = log_seq);
    }

    /// A replay of old events fills no rings: they would be dropped as idle at once.
    fn encode_if_wanted(&self, event: &Event, now: Timestamp) -> Option<Item> {
        let Scope::Room { room_id, .. } = &event.scope else { return None };
        let fresh = now.0 < event.at.0.saturating_add(self.config.ring_idle_ms.cast_signed());
        // Who may read a field is known only once all that came before is folded in.
        let wanted = !is_restricted(event) && (fresh || self.rooms.lock().get(room_id).is_some());
        if wanted { Item::of(event, &Fields::new()) } else { None }
    }

    /// Counts what is more than the room's viewers are sent.
    fn shaped(&self, room: &Room, event: &Event, mut item: Item) -> Item {
        item.is_over_budget = !room.affords(item.priority, event.at);
        item.is_crowded = item.is_move() && lock(&room.moves).is_crowded(event.at);
        if let Scope::Room { room_id, room_seq } = &event.scope
            && item.is_over_budget
            && item.part.is_none()
        {
            self.metrics.shed_in_room(&self.app, room_id, item.priority);
            room.shed.note(*room_seq, item.priority);
        }
        item
    }

    /// Wakes the room's listeners, now or when its tick ends.
    pub(super) fn tell_of_news(&self, room: Arc<Room>, haste: Haste, now: Instant) {
        let urgent = haste == Haste::Urgent;
        if let Turn::At(due) = room.news(now, self.tick_of(&room, haste), urgent) {
            self.ticker.add(due, room);
        }
    }

    /// Where few listen a tick would save little and cost them time. A crowd is told of once in its
    /// window, unless something else is to be told.
    fn tick_of(&self, room: &Room, haste: Haste) -> Option<Tick> {
        let HubConfig { tick_ms, tick_busy_ms, tick_busy_from: busy_from, .. } = self.config;
        let ticks = 0 < tick_ms && self.config.tick_listeners_min <= room.listeners();
        let ticks_ms = if ticks { [tick_ms, tick_busy_ms] } else { [0; 2] };
        let window_ms = if haste == Haste::Crowd { self.config.moves_window_ms } else { 0 };
        let usual_ms = window_ms.max(ticks_ms[0]);
        let [usual, busy] = ticks_ms.map(|tick_ms| Duration::from_millis(tick_ms.max(usual_ms)));
        (0 < usual_ms).then_some(Tick { usual, busy_from, busy })
    }
}
