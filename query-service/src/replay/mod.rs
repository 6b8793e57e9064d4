//! A past show of a room, streamed with its own timing ([`timing`]) through the frames of a live one.
//!
//! It begins with `resumed`, brings what was said up to the end that the room had at that moment, and
//! ends with `bye`. Nothing is held but a cursor: what is due is taken from the [`History`] when it is
//! due, so what was recalled meanwhile is not shown. How many there may be is in [`places`].

pub(crate) mod places;
pub(crate) mod timing;

use std::sync::Arc;
use std::time::Duration;

use domain::ids::RoomId;
use domain::timestamp::Timestamp;
use serde::Deserialize;
use service_kit::auth::Identity;
use service_kit::clock;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::drain::Stay;
use crate::feed::control::{self, ByeReason};
use crate::feed::timer::{Due, Timer};
use crate::feed::{Delivery, Source};
use crate::history::{History, Place};
use crate::hub::frame::Frame;
use crate::hub::progress::Progress;
use crate::hub::run::Run;
use crate::hub::{AppHub, Reader};
use crate::metrics::Metrics;
use crate::replay::places::Taken;
use crate::replay::timing::Timing;

/// The longest sleep.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Who watches what, from where and how fast.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) hub: Arc<AppHub>,
    pub(crate) history: Arc<History>,
    pub(crate) room_id: RoomId,
    pub(crate) reader: Reader,
    /// The last `room_seq` that is not wanted.
    pub(crate) after: u64,
    pub(crate) timing: Timing,
    /// When the client's token ends.
    pub(crate) expires_at: Timestamp,
    pub(crate) taken: Taken,
    pub(crate) stay: Stay,
}

#[derive(Debug)]
pub(crate) struct Replay {
    opening: Option<Frame>,
    hub: Arc<AppHub>,
    history: Arc<History>,
    room_id: RoomId,
    reader: Reader,
    cursor: u64,
    /// `room_seq` of the last item.
    until: u64,
    timing: Timing,
    began: Instant,
    timer: Timer,
    progress: watch::Receiver<Progress>,
    _taken: Taken,
    stay: Stay,
}

/// Of an item, when it happened.
#[derive(Deserialize)]
struct Happened {
    at: Timestamp,
}

/// What is next.
enum Next {
    Due(Run, Vec<Timestamp>),
    At(Instant),
    Unavailable,
}

impl Replay {
    /// Nothing if the room does not exist.
    pub(crate) fn open(opening: Opening) -> Option<Self> {
        let Opening { hub, history, room_id, reader, after, timing, expires_at, taken, stay } =
            opening;
        let until = hub.head(&room_id)?;
        Metrics::stream_begun("replay");
        let timer = Timer::new(hub.config().heartbeat_ms, expires_at, clock::now());
        Some(Self {
            opening: Some(control::resumed(after, hub.versions())),
            progress: hub.progress(),
            hub,
            history,
            room_id,
            reader,
            cursor: after,
            until,
            timing,
            began: Instant::now(),
            timer,
            _taken: taken,
            stay,
        })
    }

    async fn next_delivery(&mut self) -> Delivery {
        if let Some(frame) = self.opening.take() {
            return Delivery::Control(frame);
        }
        loop {
            if let Some(reason) = self.reason_to_end() {
                return self.bye(reason);
            }
            if let Some(expires_at) = self.timer.take_warning() {
                self.timer.sent();
                return Delivery::Control(control::token_expires(expires_at));
            }
            let due_at = match self.look().await {
                Next::Due(run, moments) => {
                    for at in moments {
                        self.timing.sent(at);
                    }
                    self.cursor = run.last;
                    self.timer.sent();
                    let clearance = || self.hub.clearance(&self.room_id, &self.reader);
                    let run = run.cleared(&self.reader.user, clearance);
                    self.hub.metrics().delivered(&run, 1);
                    return Delivery::Run(run);
                }
                Next::At(due_at) => due_at,
                Next::Unavailable => return self.bye(ByeReason::HistoryUnavailable),
            };
            while Instant::now() < due_at && self.reason_to_end().is_none() {
                // A ban and the end of the service are looked for now and then.
                let look_again = Instant::now() + LOOK_AGAIN;
                let due = tokio::select! {
                    () = sleep_until(due_at.min(look_again)) => continue,
                    _ = self.progress.wait_for(|progress| progress.end.is_some()) => continue,
                    due = self.timer.due() => due,
                };
                match due {
                    Due::Heartbeat => return Delivery::Heartbeat,
                    Due::Warning => break,
                    Due::Over(reason) => return self.bye(reason),
                }
            }
        }
    }

    fn bye(&self, reason: ByeReason) -> Delivery {
        Delivery::bye(reason, self.cursor, &self.stay)
    }

    fn reason_to_end(&mut self) -> Option<ByeReason> {
        if let Some(end) = self.progress.borrow().end {
            return Some(end.into());
        }
        if let Some(ban) = self.hub.ban(&self.room_id, &self.reader, clock::now()) {
            return Some(ByeReason::Banned { until: ban.until });
        }
        if !self.hub.believes(&self.reader) {
            return Some(ByeReason::AdminNotListed);
        }
        if let Some(reason) = self.timer.over_or_told(&self.stay) {
            return Some(reason);
        }
        (self.until <= self.cursor).then_some(ByeReason::End)
    }

    /// What is due now, or when the next is.
    async fn look(&self) -> Next {
        // In memory only while somebody asks: the room may have been over for a year.
        let Some(room) = self.hub.activate(&self.room_id, clock::now()) else {
            return Next::Unavailable;
        };
        let place = Place { room_id: &self.room_id, room: &room };
        let Some(page) = self.history.page(&self.hub, place, self.cursor).await else {
            return Next::Unavailable;
        };
        let (now, mut timing) = (Instant::now(), self.timing);
        let (mut frames, mut moments) = (Vec::new(), Vec::new());
        for (room_seq, frame) in (page.first..=self.until).zip(page.frames.iter()) {
            // What cannot be read is due at once: it is shown as it is stored.
            let happened = serde_json::from_str::<Happened>(frame.json());
            let at = happened.map_or_else(|_| moments.last().copied(), |item| Some(item.at));
            let due_at = at.map_or(now, |at| self.began + timing.due(at));
            if now < due_at {
                if frames.is_empty() {
                    return Next::At(due_at);
                }
                break;
            }
            if let Some(at) = at {
                timing.sent(at);
                moments.push(at);
            }
            debug_assert_eq!(room_seq, self.cursor + 1 + frames.len() as u64, "dense");
            frames.push(frame.clone());
        }
        let last = self.cursor + frames.len() as u64;
        Next::Due(Run::join(self.cursor + 1, last, frames.into()), moments)
    }
}

impl Source for Replay {
    async fn next(&mut self) -> Delivery {
        self.next_delivery().await
    }

    fn metrics(&self) -> &Arc<Metrics> {
        self.hub.metrics()
    }

    fn cursor(&self) -> u64 {
        self.cursor
    }

    fn warn_of_expiry(&mut self, before: Duration) {
        self.timer.warn(before);
    }

    fn renew(&mut self, identity: &Identity) {
        self.reader = Reader::of(identity);
        self.timer.renew(identity.expires_at(), clock::now());
    }
}
