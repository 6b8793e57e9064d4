//! Wakes the listeners of rooms whose tick has ended. One timer for all rooms of an app.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::hub::AppHub;
use crate::hub::lock::lock;
use crate::hub::room::Room;

/// The rooms that wait, by the time they wait for. A room is in it once at most for each time.
#[derive(Debug, Default)]
pub(crate) struct Ticker {
    waiting: Mutex<Waiting>,
    earlier: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    rooms: BTreeMap<(Instant, u64), Arc<Room>>,
    /// Tells rooms of one moment apart.
    number: u64,
}

impl Ticker {
    pub(crate) fn add(&self, at: Instant, room: Arc<Room>) {
        let is_earliest = {
            let mut waiting = lock(&self.waiting);
            waiting.number += 1;
            let key = (at, waiting.number);
            waiting.rooms.insert(key, room);
            waiting.rooms.first_key_value().is_some_and(|(first, _)| *first == key)
        };
        if is_earliest {
            self.earlier.notify_one();
        }
    }

    fn next_at(&self) -> Option<Instant> {
        lock(&self.waiting).rooms.first_key_value().map(|((at, _), _)| *at)
    }

    fn take_until(&self, now: Instant) -> BTreeMap<(Instant, u64), Arc<Room>> {
        let mut waiting = lock(&self.waiting);
        let later = waiting.rooms.split_off(&(now, u64::MAX));
        std::mem::replace(&mut waiting.rooms, later)
    }
}

/// Ticks until shutdown.
pub(crate) async fn tick(hub: Arc<AppHub>, shutdown: CancellationToken) {
    let ticker = hub.ticker();
    let ticking = async {
        loop {
            match ticker.next_at() {
                None => ticker.earlier.notified().await,
                Some(at) => tokio::select! {
                    () = sleep_until(at) => {
                        let now = Instant::now();
                        for room in ticker.take_until(now).into_values() {
                            room.wake_if_due(now);
                        }
                    }
                    () = ticker.earlier.notified() => {}
                },
            }
        }
    };
    shutdown.run_until_cancelled(ticking).await;
}
