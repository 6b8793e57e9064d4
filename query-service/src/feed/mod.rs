//! What one viewer receives, in order: an opening frame, items after their cursor, heartbeats, and a
//! last word. No queue: the feed holds a cursor into the room's ring and at most one page of history.
//!
//! [`open`] decides how it begins, [`catch_up`] reads what the ring no longer has, [`control`] has the
//! frames that are not items, [`timer`] heartbeats and the end of the token.

pub(crate) mod catch_up;
pub(crate) mod control;
pub(crate) mod open;
mod timer;

use std::sync::Arc;

use domain::ids::RoomId;

use crate::feed::control::{ByeReason, SnapshotReason};
use crate::feed::timer::{Due, Timer};
use crate::hub::AppHub;
use crate::hub::frame::Frame;
use crate::hub::notice::NextNotice;
use crate::hub::ring::{After, Run};
use crate::hub::room::{End, Subscription};
use crate::metrics::Metrics;
use crate::read_models::ReadModels;

#[derive(Debug)]
pub(crate) struct Feed {
    hub: Arc<AppHub>,
    read_models: Arc<ReadModels>,
    room_id: RoomId,
    subscription: Subscription,
    /// `room_seq` that the viewer has come to.
    cursor: u64,
    opening: Option<Frame>,
    page: Option<Run>,
    /// While the viewer is brought up to the ring: how many items may still be read from history.
    /// Nothing once the ring has been reached: who falls out of it then is too slow.
    catch_up_left: Option<u64>,
    timer: Timer,
}

/// What to send next.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// One frame that is not an item.
    Control(Frame),
    /// Items.
    Run(Run),
    /// Nothing has happened for a while.
    Heartbeat,
    /// The last word; the feed is not asked again.
    Bye(ByeReason, Frame),
}

impl Feed {
    /// Waits for what to send next. Cancel-safe: nothing is taken before it is given out.
    pub(crate) async fn next(&mut self) -> Delivery {
        if let Some(frame) = self.opening.take() {
            return self.control(frame);
        }
        if let Some(run) = self.page.take() {
            return self.run(run);
        }
        loop {
            // In this order: what happens after `look` ends the wait below.
            match self.subscription.look() {
                Some(End::Shutdown) => return self.bye(ByeReason::Shutdown),
                Some(End::LogStopped) => return self.bye(ByeReason::LogStopped),
                Some(End::AppClosed) => return self.bye(ByeReason::AppClosed),
                None => {}
            }
            if self.timer.is_expired() {
                return self.bye(ByeReason::TokenExpired);
            }
            // Before the items: a gift is known before somebody sends it.
            match self.subscription.next_notice() {
                NextNotice::Frame(frame) => return self.control(frame),
                NextNotice::Missed(count) => {
                    let versions = self.hub.versions();
                    return self.control(control::notices_missed(count, versions));
                }
                NextNotice::None => {}
            }
            match self.subscription.room().after(self.cursor) {
                After::Run(run) => {
                    self.catch_up_left = None;
                    return self.run(run);
                }
                // Boxed: rare, and its state would make every waiting stream larger.
                After::Behind => return Box::pin(self.catch_up()).await,
                After::UpToDate => {}
            }
            tokio::select! {
                () = self.subscription.changed() => {}
                due = self.timer.due() => match due {
                    Due::Heartbeat => return Delivery::Heartbeat,
                    Due::Expired => return self.bye(ByeReason::TokenExpired),
                },
            }
        }
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        self.hub.metrics()
    }

    async fn catch_up(&mut self) -> Delivery {
        let Some(left) = self.catch_up_left else { return self.bye(ByeReason::TooSlow) };
        if left == 0 {
            return self.bye(ByeReason::TooSlow);
        }
        let page = catch_up::page(&self.hub, &self.read_models, &self.room_id, self.cursor).await;
        if let Some(run) = page {
            self.catch_up_left = Some(left.saturating_sub(run.items()));
            return self.run(run);
        }
        // The history broke off: the room as it is now replaces what is missing.
        self.catch_up_left = None;
        let Some(snapshot) = self.hub.snapshot(&self.room_id, 0) else {
            return self.bye(ByeReason::LogStopped);
        };
        let reason = SnapshotReason::HistoryUnavailable;
        Metrics::stream_begun(reason.as_str());
        self.cursor = snapshot.room_seq;
        self.control(control::snapshot(&snapshot, reason))
    }

    fn control(&mut self, frame: Frame) -> Delivery {
        self.timer.sent();
        Delivery::Control(frame)
    }

    fn run(&mut self, run: Run) -> Delivery {
        debug_assert_eq!(self.cursor + 1, run.first, "a run continues at the cursor");
        self.timer.sent();
        self.cursor = run.last;
        self.metrics().delivered(&run);
        Delivery::Run(run)
    }

    fn bye(&self, reason: ByeReason) -> Delivery {
        Metrics::stream_ended(reason.as_str());
        Delivery::Bye(reason, control::bye(reason, self.cursor))
    }
}
