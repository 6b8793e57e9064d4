//! Who is in the rooms: counted here, exchanged with the other instances, told to viewers.
//!
//! Every instance knows its own streams ([`crate::hub::people`]) and tells the others now and then what
//! has changed, as a [`users::Users`] for each room; [`board::Board`] puts it together. Nothing of it is
//! in the log: a viewer who opens a stream is no event. Only whoever has joined and is gone without a word
//! is left ([`leavers`], [`leave`]), also when their instance is gone ([`lost`]). A figure that is a little old is put right by the next bulletin;
//! what there has been is kept by [`record`].

pub(crate) mod board;
pub(crate) mod config;
mod leave;
mod leavers;
mod lost;
pub(crate) mod record;
pub(crate) mod users;
mod visit;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::{AppId, RoomId};
use nats::{BulletinSubject, Bulletins, Nats};
use serde::{Deserialize, Serialize};
use service_kit::clock;
use service_kit::error_chain::ErrorChain;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::config::PresenceConfig;
use crate::feed::control;
use crate::hub::AppHub;
use crate::presence::board::{Board, Change, Instance, Summary};
use crate::presence::leave::Leave;
use crate::presence::leavers::{Leaver, Leavers};
use crate::presence::lost::{Lost, Searching, found};
use crate::presence::visit::{Visiting, back};
use crate::read_models::ReadModels;
use crate::service::Service;

/// Lists of people to be left that wait for the sequencer.
const DUES_WAITING_MAX: usize = 64;

/// People in one bulletin.
const LEAVERS_TOLD: usize = 1_000;

/// What one instance says, of some rooms.
#[derive(Debug, Serialize, Deserialize)]
struct Bulletin {
    instance: Instance,
    #[serde(default)]
    rooms: Vec<RoomSummary>,
    /// Whom it would leave.
    #[serde(default)]
    gone: Vec<Leaver>,
    /// Who is to stay.
    #[serde(default)]
    here: Vec<Leaver>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RoomSummary {
    room_id: RoomId,
    #[serde(flatten)]
    summary: Summary,
}

/// Starts to keep count of one app, until it is stopped.
pub(crate) fn start(hub: &Arc<AppHub>, nats: &Nats, service: &Service, stop: &CancellationToken) {
    let config = service.config().presence.clone();
    if config.exchange_ms == 0 {
        return;
    }
    let instance = clock::new_command_id().to_string();
    let leave_after = Duration::from_millis(config.leave_after_ms);
    // The others hear of it with one exchange and answer with the next.
    let answer = Duration::from_millis(config.exchange_ms * 3);
    let max = if config.leave_after_ms == 0 { 0 } else { config.leaves_waiting_max };
    let (due, dues) = mpsc::channel(DUES_WAITING_MAX);
    let leave = Leave {
        hub: hub.clone(),
        nats: nats.clone(),
        read_models: service.read_models().clone(),
        config: config.clone(),
    };
    let mut keeper = Keeper {
        board: Board::new(config.clone()),
        seen: HashMap::new(),
        refreshed_at: Instant::now(),
        recorded_at: Instant::now(),
        wants_counts: true,
        visiting: None,
        lost: Lost::default(),
        searching: None,
        search_at: Instant::now(),
        leavers: Leavers::new(instance.clone(), leave_after, answer, max),
        speaks_up: Vec::new(),
        read_models: service.read_models().clone(),
        subject: BulletinSubject::Presence(hub.app().clone()),
        due,
        instance,
        hub: hub.clone(),
        nats: nats.clone(),
        config,
    };
    service.tasks().spawn("leave", leave.run(dues, stop.clone()));
    let stop = stop.clone();
    service.tasks().spawn("presence", async move {
        stop.run_until_cancelled(keeper.run()).await;
        keeper.record_rest().await;
    });
}

struct Keeper {
    hub: Arc<AppHub>,
    nats: Nats,
    config: PresenceConfig,
    subject: BulletinSubject,
    instance: Instance,
    board: Board,
    /// How far what is here has been looked at, by room.
    seen: HashMap<RoomId, u64>,
    refreshed_at: Instant,
    /// When it was last looked what there is to be written.
    recorded_at: Instant,
    /// What was measured before this instance began is not known yet.
    wants_counts: bool,
    /// Under way to Postgres.
    visiting: Option<Visiting>,
    /// Whom to look for.
    lost: Lost,
    searching: Option<Searching>,
    /// Not before.
    search_at: Instant,
    leavers: Leavers,
    /// Who is to stay, told with the next exchange.
    speaks_up: Vec<Leaver>,
    due: mpsc::Sender<Vec<Leaver>>,
    read_models: Arc<ReadModels>,
}

impl Keeper {
    async fn run(&mut self) {
        let mut ticks = interval(Duration::from_millis(self.config.exchange_ms));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut bulletins = None;
        loop {
            if bulletins.is_none() {
                bulletins = listen(&self.nats, &self.subject, self.hub.app()).await;
            }
            tokio::select! {
                _ = ticks.tick() => self.tick().await,
                heard = next(bulletins.as_mut()) => match heard {
                    Some(payload) => self.hear(&payload),
                    None => bulletins = None,
                },
                visit = back(self.visiting.as_mut()) => self.visited(visit),
                found = found(self.searching.as_mut()) => self.searched(found),
            }
        }
    }

    async fn tick(&mut self) {
        let now = Instant::now();
        self.look(now);
        self.look_for_lost(now);
        // Three times within the time after which one is taken for dead.
        let refresh = Duration::from_millis(self.config.expiry_ms / 3);
        let all = refresh <= now.duration_since(self.refreshed_at);
        if all {
            self.refreshed_at = now;
        }
        let mut payloads = self.bulletins(all);
        payloads.extend(self.farewells(now));
        for payload in payloads {
            if let Err(error) = self.nats.tell(&self.subject, payload).await {
                let app = self.hub.app();
                tracing::warn!(app.id = %app, error = %ErrorChain(&error), "presence not told");
            }
        }
        for (user, frame) in self.hub.introduced() {
            let rooms = self.board.rooms_of(users::hash(&user));
            self.hub.tell_rooms(&rooms, &frame);
        }
        self.look_up(now);
        for Change { room_id, online, push } in self.board.count(now) {
            let frame = push.then(|| control::online(&online, clock::now()));
            self.hub.set_online(&room_id, online, frame);
        }
    }

    /// Looks who is here.
    fn look(&mut self, now: Instant) {
        // Made anew, so that rooms that are gone fall out.
        let before = std::mem::take(&mut self.seen);
        for (room_id, room) in self.hub.people_of_rooms() {
            room.beats.expire(room.people(), now);
            let seen = before.get(&room_id).copied().unwrap_or_default();
            let crowd = room.people().crowd(seen, self.config.counts_guests);
            let revision = crowd.as_ref().map_or(seen, |crowd| crowd.revision);
            self.seen.insert(room_id.clone(), revision);
            let Some(crowd) = crowd else { continue };
            self.board.here(&room_id, crowd.connections, &crowd.users, &crowd.came, now);
            let leave_after = Duration::from_millis(self.config.leave_after_ms);
            for (user, was_silent) in crowd.gone {
                let since = if was_silent { now.checked_sub(leave_after) } else { None };
                self.leavers.gone((room_id.clone(), user), since.unwrap_or(now));
            }
        }
    }

    fn bulletins(&mut self, all: bool) -> Vec<Bytes> {
        let (mut payloads, mut rooms, mut bytes) = (Vec::new(), Vec::new(), 0);
        let instance = &self.instance;
        let pack = |rooms: Vec<Box<str>>| {
            let rooms = rooms.join(",");
            Bytes::from(format!(r#"{{"instance":"{instance}","rooms":[{rooms}]}}"#))
        };
        for (room_id, summary) in self.board.news(all) {
            // Plain structs with text keys: writing them into memory cannot fail.
            let Ok(json) = serde_json::to_string(&RoomSummary { room_id, summary }) else {
                continue;
            };
            if 0 < bytes && self.config.bulletin_bytes_max < bytes + json.len() {
                payloads.push(pack(std::mem::take(&mut rooms)));
                bytes = 0;
            }
            bytes += json.len();
            rooms.push(json.into_boxed_str());
        }
        if !rooms.is_empty() {
            payloads.push(pack(rooms));
        }
        payloads
    }

    /// Asks the others about who is gone, speaks up for others, and passes on who is to be left.
    fn farewells(&mut self, now: Instant) -> Vec<Bytes> {
        let ripe = self.leavers.ripe(now);
        if !ripe.is_empty()
            && let Err(TrySendError::Full(ripe) | TrySendError::Closed(ripe)) =
                self.due.try_send(ripe)
        {
            for leaver in ripe {
                self.leavers.gone(leaver, now);
            }
        }
        let (hub, board) = (&self.hub, &self.board);
        let gone = self.leavers.ask_for(now, |(room_id, user)| {
            hub.is_in(room_id, user) || board.is_elsewhere(room_id, users::hash(user))
        });
        let here = std::mem::take(&mut self.speaks_up);
        let instance = &self.instance;
        let bulletin = |gone: &[Leaver], here: &[Leaver]| {
            let (gone, here) = (gone.to_vec(), here.to_vec());
            let bulletin = Bulletin { instance: instance.clone(), rooms: vec![], gone, here };
            serde_json::to_vec(&bulletin).map(Bytes::from).ok()
        };
        let asks = gone.chunks(LEAVERS_TOLD).filter_map(|some| bulletin(some, &[]));
        let speaks = here.chunks(LEAVERS_TOLD).filter_map(|some| bulletin(&[], some));
        asks.chain(speaks).collect()
    }

    fn hear(&mut self, payload: &[u8]) {
        match serde_json::from_slice::<Bulletin>(payload) {
            Ok(Bulletin { instance, .. }) if instance == self.instance => {}
            Ok(Bulletin { instance, rooms, gone, here }) => {
                let now = Instant::now();
                let hub = &self.hub;
                let is_here = |(room_id, user): &Leaver| hub.is_in(room_id, user);
                self.speaks_up.extend(self.leavers.asked(&instance, gone, is_here));
                self.leavers.taken(&here);
                for RoomSummary { room_id, summary } in rooms {
                    self.board.elsewhere(&instance, room_id, summary, now);
                }
            }
            // Of another program: the count is wrong until it is gone.
            Err(error) => {
                let app = self.hub.app();
                tracing::warn!(app.id = %app, error = %ErrorChain(&error), "bulletin unreadable");
            }
        }
    }
}

/// Without the others an instance counts alone.
async fn listen(nats: &Nats, subject: &BulletinSubject, app: &AppId) -> Option<Bulletins> {
    match nats.listen(subject).await {
        Ok(bulletins) => Some(bulletins),
        Err(error) => {
            tracing::warn!(app.id = %app, error = %ErrorChain(&error), "presence not heard");
            None
        }
    }
}

/// Waits for ever where nobody listens; the next tick tries again.
async fn next(bulletins: Option<&mut Bulletins>) -> Option<Bytes> {
    match bulletins {
        Some(bulletins) => bulletins.next().await,
        None => std::future::pending().await,
    }
}
