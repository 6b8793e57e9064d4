//! The hub: one app's log folded in memory, and each room's newest items for whoever listens.
//!
//! [`follower`] feeds it from the tail, [`fold`] takes what comes, [`rooms`] holds a [`room::Room`]
//! with its [`ring::Ring`] for every room that is active, [`frame::Frame`] is what was encoded once,
//! and [`notice`] what all rooms are told. What may be shown of what was pushed before is in
//! [`shown`]. [`merge`] makes fewer frames of a busy room's items, [`pace`] and [`ticker`] fewer writes.
//! [`crate::broadcast`] writes them to all who keep up; what a single viewer gets is in
//! [`crate::feed`], how it is written to a socket in [`crate::stream`].
//!
//! Invariant: state and rings change together under the lock of the state, so whoever reads both
//! under it sees the same `room_seq`.

mod activity;
mod beats;
mod budget;
mod changes;
mod fold;
pub(crate) mod follower;
pub(crate) mod frame;
mod introduced;
pub(crate) mod item;
pub(crate) mod lock;
mod members;
pub(crate) mod merge;
mod moves;
pub(crate) mod notice;
pub(crate) mod online;
mod pace;
pub(crate) mod people;
pub(crate) mod progress;
pub(crate) mod ring;
pub(crate) mod room;
pub(crate) mod rooms;
pub(crate) mod run;
pub(crate) mod shown;
pub(crate) mod subscription;
pub(crate) mod sweeper;
#[cfg(test)]
mod tests;
pub(crate) mod ticker;
mod view;
pub(crate) mod waiting;

use std::sync::{Arc, RwLock};

use domain::actor::Role;
use domain::field::Clearance;
use domain::ids::{AppId, LogSeq, RoomId, UserId};
use domain::state::AppState;
use domain::timestamp::Timestamp;
use service_kit::auth::Identity;
use tokio::sync::watch;

use crate::broadcast::Lanes;
use crate::config::HubConfig;
use crate::hub::frame::Frame;
use crate::hub::introduced::Introduced;
use crate::hub::lock::read;
use crate::hub::notice::Versions;
use crate::hub::online::Figures;
use crate::hub::people::keep_out;
use crate::hub::progress::Progress;
use crate::hub::room::End;
use crate::hub::rooms::Rooms;
use crate::hub::subscription::Subscription;
use crate::hub::ticker::Ticker;
use crate::metrics::Metrics;
use crate::presence::board::Online;

/// One app as viewers see it.
#[derive(Debug)]
pub(crate) struct AppHub {
    app: AppId,
    config: HubConfig,
    folded: RwLock<Folded>,
    rooms: Rooms,
    ticker: Ticker,
    progress: watch::Sender<Progress>,
    metrics: Arc<Metrics>,
    figures: Figures,
    introduced: Introduced,
}

#[derive(Debug, Default)]
struct Folded {
    state: AppState,
    log_seq: LogSeq,
}

/// Who reads, as far as it matters for what they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) user: UserId,
    pub(crate) role: Role,
}

impl Reader {
    pub(crate) fn of(identity: &Identity) -> Self {
        Self { user: identity.user.clone(), role: identity.role }
    }
}

/// A room at one `room_seq`.
#[derive(Debug)]
pub(crate) struct RoomSnapshot {
    pub(crate) room_seq: u64,
    pub(crate) log_seq: LogSeq,
    /// Where the notices stand.
    pub(crate) versions: Versions,
    /// How many are there.
    pub(crate) online: Online,
    /// `RoomView` as JSON.
    pub(crate) view: Arc<str>,
    /// The newest items up to `room_seq`, oldest first, as many as the ring has.
    pub(crate) newest: Vec<Frame>,
    /// The pinned messages, by `room_seq`.
    pub(crate) pinned: Vec<u64>,
}

impl AppHub {
    pub(crate) fn new(
        app: AppId,
        config: HubConfig,
        lanes: Arc<Lanes>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let rooms = Rooms::new(&config, lanes, metrics.clone());
        let progress = watch::Sender::new(Progress::default());
        let (folded, ticker, figures) = (RwLock::default(), Ticker::default(), Figures::default());
        let introduced = Introduced::default();
        Self { app, config, folded, rooms, ticker, progress, metrics, figures, introduced }
    }

    pub(crate) fn app(&self) -> &AppId {
        &self.app
    }

    pub(crate) fn config(&self) -> &HubConfig {
        &self.config
    }

    pub(crate) fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// `room_seq` of the room's last item; nothing if the room does not exist.
    pub(crate) fn head(&self, room_id: &RoomId) -> Option<u64> {
        read(&self.folded).state.rooms.get(room_id).map(|room| room.seq)
    }

    /// Reads from the state; nobody else is served meanwhile.
    pub(crate) fn look<T>(&self, read_from: impl FnOnce(&AppState) -> T) -> T {
        read_from(&read(&self.folded).state)
    }

    /// Listens to a room; nothing if the room does not exist. From here on the room's ring takes
    /// every item, so what follows any later snapshot is in it.
    pub(crate) fn subscribe(
        &self,
        room_id: &RoomId,
        reader: &Reader,
        now: Timestamp,
    ) -> Option<Subscription> {
        let folded = read(&self.folded);
        let head = folded.state.rooms.get(room_id)?.seq;
        let mut rooms = self.rooms.lock();
        let known = rooms.get(room_id).cloned();
        let room = known.unwrap_or_else(|| rooms.create(room_id, head, now));
        let subscription = Subscription::new(room, reader);
        keep_out(&subscription, &folded.state, folded.state.rooms.get(room_id)?, reader, now);
        // `end` tells the rooms that exist; a room that was made after it learns it here.
        if let Some(end) = self.progress.borrow().end {
            subscription.room().end(end);
        }
        Some(subscription)
    }

    /// The room as it is now, with at most `newest` of its items.
    pub(crate) fn snapshot(
        &self,
        room_id: &RoomId,
        reader: &Reader,
        newest: usize,
    ) -> Option<RoomSnapshot> {
        let folded = read(&self.folded);
        let (app, state) = (&folded.state, folded.state.rooms.get(room_id)?);
        let clearance = Clearance::of(state, reader.role, &reader.user);
        let room = self.rooms.lock().get(room_id).cloned();
        let view = match &room {
            Some(room) => room.view(room_id, state, app, clearance),
            None => view::view_json(room_id, state, &app.fields, clearance),
        };
        let newest = room.map(|room| room.newest(newest)).unwrap_or_default();
        let cleared = |frame: &Frame| frame.cleared(clearance, &reader.user).clone();
        let newest = newest.iter().map(cleared).collect();
        Some(RoomSnapshot {
            room_seq: state.seq,
            log_seq: folded.log_seq,
            versions: Versions::of(&folded.state),
            online: self.online(room_id),
            view,
            newest,
            pinned: state.pinned.iter().copied().collect(),
        })
    }

    /// Those of the items that the room's ring holds, and which it does not.
    pub(crate) fn items(
        &self,
        room_id: &RoomId,
        room_seqs: &[u64],
    ) -> (Vec<(u64, Frame)>, Vec<u64>) {
        let room = self.rooms.lock().get(room_id).cloned();
        let (mut held, mut older) = (Vec::new(), Vec::new());
        for &room_seq in room_seqs {
            match room.as_ref().and_then(|room| room.item(room_seq)) {
                Some(frame) => held.push((room_seq, frame)),
                None => older.push(room_seq),
            }
        }
        (held, older)
    }

    /// Where the notices stand.
    pub(crate) fn versions(&self) -> Versions {
        Versions::of(&read(&self.folded).state)
    }

    /// Tells all listeners that nothing more comes. The first reason stands.
    pub(crate) fn end(&self, end: End) {
        self.progress.send_modify(|progress| progress.end = progress.end.or(Some(end)));
        for room in self.rooms.lock().all() {
            room.end(end);
        }
    }

    /// Has all streams look what is new.
    pub(crate) fn wake_streams(&self) {
        for room in self.rooms.lock().all() {
            room.wake_streams();
        }
    }

    /// Ends everything, and keeps nothing in memory that nobody still reads.
    pub(crate) fn close(&self, end: End) {
        self.end(end);
        self.rooms.lock().clear();
    }

    /// Drops rings that nobody needs.
    pub(crate) fn sweep(&self, now: Timestamp) {
        self.rooms.lock().sweep(now);
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }
}
