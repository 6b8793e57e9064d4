//! What happened in a room and is no longer in its ring: read from Postgres, or from the log while
//! Postgres does not have it, and kept for a while in segments that all readers share.
//!
//! [`History::page`] is all that a reader needs. [`segments`] keeps what was read, so that a storm of
//! returning viewers asks for each segment once; [`log`] reads the log from a known place.

pub(crate) mod horizon;
mod log;
pub(crate) mod places;
mod segments;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::RoomId;
use nats::Nats;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::config::HistoryConfig;
use crate::history::horizon::Horizon;
use crate::history::segments::{Key, Segments, dense};
use crate::hub::AppHub;
use crate::hub::lock::lock;
use crate::hub::room::Room;
use crate::hub::run::Run;
use crate::hub::shown::brought_up;
use crate::metrics::Metrics;
use crate::read_models::ReadModels;
use crate::read_models::room_feed::Item;

/// Which room's history. It is active: who reads its history listens to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) room_id: &'a RoomId,
    pub(crate) room: &'a Room,
}

/// The past of all rooms, as far as it can be reached.
#[derive(Debug)]
pub(crate) struct History {
    read_models: Arc<ReadModels>,
    nats: Nats,
    config: HistoryConfig,
    segments: Segments,
    /// Who may read the log at the same time.
    log_reads: Semaphore,
    /// While Postgres is away, only one reader a second finds that out.
    postgres_failed_at: Mutex<Option<Instant>>,
}

impl History {
    pub(crate) fn new(read_models: Arc<ReadModels>, nats: Nats, config: HistoryConfig) -> Self {
        Self {
            segments: Segments::new(&config),
            log_reads: Semaphore::new(config.log_reads_max),
            read_models,
            nats,
            config,
            postgres_failed_at: Mutex::new(None),
        }
    }

    /// The next items after `cursor`, as they are shown now; nothing if they cannot be read now.
    pub(crate) async fn page(&self, hub: &AppHub, place: Place<'_>, cursor: u64) -> Option<Run> {
        let Place { room_id, room } = place;
        let key = Key::holding(hub.app(), room_id, cursor + 1, items_of(hub));
        let load = async || {
            let run = self.load(hub, &key, cursor).await?;
            Some(hub.shown_now(room_id, room, run))
        };
        let bring_up = |run: Run, since| brought_up(room, run, since);
        let bytes_max = hub.config().run_bytes_max;
        self.segments.page(key.clone(), cursor, bytes_max, bring_up, load).await
    }

    async fn load(&self, hub: &AppHub, key: &Key, cursor: u64) -> Option<Run> {
        if let Some(run) = self.ask_postgres(hub, key, cursor).await {
            Metrics::segment_read("postgres");
            return Some(run);
        }
        let run = self.walk_log(hub, key, cursor).await;
        Metrics::segment_read(if run.is_some() { "log" } else { "nowhere" });
        run
    }

    /// The projector may be a moment behind the ring, so a page without the item is asked for again,
    /// a few times.
    async fn ask_postgres(&self, hub: &AppHub, key: &Key, cursor: u64) -> Option<Run> {
        if self.is_postgres_away() {
            return None;
        }
        let (config, items) = (hub.config(), hub.config().resume_page_items);
        for attempt in 0..config.resume_attempts {
            if 0 < attempt {
                tokio::time::sleep(Duration::from_millis(config.resume_retry_ms)).await;
            }
            let before = key.first() - 1;
            let page = self
                .read_models
                .feed_after(hub.app(), &key.room_id, before, Horizon::NONE, items)
                .await;
            let Ok(page) = page else {
                *lock(&self.postgres_failed_at) = Some(Instant::now());
                return None;
            };
            let frames =
                page.iter().map(|item| (item.room_seq, hub.frame(item.room_seq, &item.json)));
            if let Some(run) = dense(cursor, key.last(), frames) {
                return Some(run);
            }
        }
        None
    }

    fn is_postgres_away(&self) -> bool {
        let pause = Duration::from_millis(self.config.failure_ms);
        lock(&self.postgres_failed_at).is_some_and(|failed_at| failed_at.elapsed() < pause)
    }

    /// One walk through the log brings all segments of the room up to now; the others are kept too.
    async fn walk_log(&self, hub: &AppHub, key: &Key, cursor: u64) -> Option<Run> {
        let limit = Duration::from_millis(self.config.log_timeout_ms);
        let reading = async {
            // The semaphore is never closed.
            let _permit = self.log_reads.acquire().await.ok()?;
            log::read(&self.nats, hub, &key.room_id, key.first(), cursor, &self.config).await
        };
        let items = tokio::time::timeout(limit, reading).await.ok()??;
        let mut items = items.into_iter().peekable();
        let mut wanted = None;
        while let Some((next, _)) = items.peek() {
            let here = Key::holding(hub.app(), &key.room_id, *next, items_of(hub));
            let cursor = if here == *key { cursor } else { next - 1 };
            let within = std::iter::from_fn(|| items.next_if(|(seq, _)| *seq <= here.last()));
            let run = dense(cursor, here.last(), within.collect::<Vec<_>>().into_iter());
            if here == *key {
                wanted = run;
            } else if let Some((run, room)) = run.zip(hub.active(&key.room_id)) {
                let shown = hub.shown_now(&key.room_id, &room, run);
                self.segments.offer(here, shown);
            }
        }
        wanted
    }
}

/// The items without the texts of which the table does not know yet that they were recalled.
pub(crate) fn shown_now(hub: &AppHub, room_id: &RoomId, items: Vec<Item>) -> Vec<Item> {
    let show = |item: Item| {
        if hub.is_recalled(room_id, item.room_seq) { item.recalled() } else { item }
    };
    items.into_iter().map(show).collect()
}

/// Items of a segment.
fn items_of(hub: &AppHub) -> u64 {
    hub.config().resume_page_items.into()
}
