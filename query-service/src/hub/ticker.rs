//! Wakes the listeners of rooms whose tick has ended. One timer for all rooms of an app.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::hub::AppHub;
use crate::hub::lock::lock;
use crate::hub::room::Room;
use crate::hub::waiting::Waiting;

/// The rooms that wait. A room is in it once at most for each time, and once for each figure of who is
/// there.
#[derive(Debug, Default)]
pub(crate) struct Ticker {
    waiting: Mutex<Waiting>,
    earlier: Notify,
}

impl Ticker {
    pub(crate) fn add(&self, at: Instant, room: Arc<Room>) {
        let is_earliest = lock(&self.waiting).add(at, room);
        if is_earliest {
            self.earlier.notify_one();
        }
    }

    fn next_at(&self) -> Option<Instant> {
        lock(&self.waiting).next_at()
    }

    fn take_until(&self, now: Instant) -> impl Iterator<Item = Arc<Room>> + use<> {
        lock(&self.waiting).take_until(now)
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
                        for room in ticker.take_until(now) {
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
