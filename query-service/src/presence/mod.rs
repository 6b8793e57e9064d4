//! Who is in the rooms: counted here, exchanged with the other instances, told to viewers.
//!
//! Every instance knows its own streams ([`crate::hub::people`]) and tells the others now and then what
//! has changed, as a [`users::Users`] for each room; [`board::Board`] puts it together. Nothing of it is
//! in the log: a viewer who opens a stream is no event. A figure that is a little old, or lost with an
//! instance, is put right by the next bulletin.

pub(crate) mod board;
pub(crate) mod config;
pub(crate) mod users;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::RoomId;
use nats::{BulletinSubject, Bulletins, Nats};
use serde::{Deserialize, Serialize};
use service_kit::clock;
use service_kit::error_chain::ErrorChain;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::config::PresenceConfig;
use crate::feed::control;
use crate::hub::AppHub;
use crate::presence::board::{Board, Change, Instance, Summary};

/// What one instance says, of some rooms.
#[derive(Debug, Serialize, Deserialize)]
struct Bulletin {
    instance: Instance,
    rooms: Vec<RoomSummary>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RoomSummary {
    room_id: RoomId,
    #[serde(flatten)]
    summary: Summary,
}

/// Keeps count of one app until it is stopped.
pub(crate) async fn keep(
    hub: Arc<AppHub>,
    nats: Nats,
    config: PresenceConfig,
    stop: CancellationToken,
) {
    if config.exchange_ms == 0 {
        return;
    }
    let subject = BulletinSubject::Presence(hub.app().clone());
    let keeper = Keeper {
        board: Board::new(config.clone()),
        seen: HashMap::new(),
        refreshed_at: Instant::now(),
        instance: clock::new_command_id().to_string(),
        hub,
        nats,
        config,
        subject,
    };
    stop.run_until_cancelled(keeper.run()).await;
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
}

impl Keeper {
    async fn run(mut self) {
        let mut ticks = interval(Duration::from_millis(self.config.exchange_ms));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut bulletins = None;
        loop {
            if bulletins.is_none() {
                bulletins = self.listen().await;
            }
            tokio::select! {
                _ = ticks.tick() => self.tick().await,
                heard = next(bulletins.as_mut()) => match heard {
                    Some(payload) => self.hear(&payload),
                    None => bulletins = None,
                },
            }
        }
    }

    /// Without the others an instance counts alone.
    async fn listen(&self) -> Option<Bulletins> {
        match self.nats.listen(&self.subject).await {
            Ok(bulletins) => Some(bulletins),
            Err(error) => {
                let app = self.hub.app();
                tracing::warn!(app.id = %app, error = %ErrorChain(&error), "presence not heard");
                None
            }
        }
    }

    async fn tick(&mut self) {
        let now = Instant::now();
        self.look(now);
        // Three times within the time after which one is taken for dead.
        let refresh = Duration::from_millis(self.config.expiry_ms / 3);
        let all = refresh <= now.duration_since(self.refreshed_at);
        if all {
            self.refreshed_at = now;
        }
        for payload in self.bulletins(all) {
            if let Err(error) = self.nats.tell(&self.subject, payload).await {
                let app = self.hub.app();
                tracing::warn!(app.id = %app, error = %ErrorChain(&error), "presence not told");
            }
        }
        for (user, frame) in self.hub.introduced() {
            let rooms = self.board.rooms_of(users::hash(&user));
            self.hub.tell_rooms(&rooms, &frame);
        }
        for Change { room_id, online, push } in self.board.count(now) {
            let frame = push.then(|| control::online(&online, clock::now()));
            self.hub.set_online(&room_id, online, frame);
        }
    }

    /// Looks who is here.
    fn look(&mut self, now: Instant) {
        let rooms = self.hub.people_of_rooms();
        self.seen.retain(|room_id, _| rooms.iter().any(|(known, _)| known == room_id));
        for (room_id, room) in rooms {
            let seen = self.seen.entry(room_id.clone()).or_default();
            let Some(crowd) = room.people().crowd(*seen, self.config.counts_guests) else {
                continue;
            };
            *seen = crowd.revision;
            self.board.here(&room_id, crowd.connections, &crowd.users, &crowd.came, now);
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

    fn hear(&mut self, payload: &[u8]) {
        match serde_json::from_slice::<Bulletin>(payload) {
            Ok(Bulletin { instance, .. }) if instance == self.instance => {}
            Ok(Bulletin { instance, rooms }) => {
                let now = Instant::now();
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

/// Waits for ever where nobody listens; the next tick tries again.
async fn next(bulletins: Option<&mut Bulletins>) -> Option<Bytes> {
    match bulletins {
        Some(bulletins) => bulletins.next().await,
        None => std::future::pending().await,
    }
}
