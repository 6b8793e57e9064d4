//! What one viewer receives, in order: an opening frame, items after their cursor, heartbeats, and a
//! last word. No queue: the feed holds a cursor into the room's ring or into its history.
//!
//! [`open`] decides how it begins, [`crate::history`] has what the ring no longer has, [`control`] the
//! frames that are not items, [`timer`] heartbeats, the end of the token and of the service.

pub(crate) mod control;
pub(crate) mod open;
pub(crate) mod timer;

use std::sync::Arc;
use std::time::Duration;

use domain::ids::RoomId;
use service_kit::auth::Identity;
use service_kit::clock;

use crate::broadcast::member::Member;
use crate::drain::Stay;
use crate::feed::control::{ByeReason, SnapshotReason};
use crate::feed::timer::{Due, Timer};
use crate::history::{History, Place};
use crate::hub::frame::Frame;
use crate::hub::notice::NextNotice;
use crate::hub::people::SentAway;
use crate::hub::ring::After;
use crate::hub::run::Run;
use crate::hub::subscription::Subscription;
use crate::hub::{AppHub, Reader};
use crate::metrics::Metrics;

#[derive(Debug)]
pub(crate) struct Feed {
    hub: Arc<AppHub>,
    history: Arc<History>,
    room_id: RoomId,
    reader: Reader,
    subscription: Subscription,
    /// `room_seq` that the viewer has come to.
    cursor: u64,
    /// Last one first.
    opening: Vec<Frame>,
    /// While the viewer is brought up to the ring: how many items may still be read from history.
    /// Nothing once the ring has been reached: who falls out of it then is too slow.
    catch_up_left: Option<u64>,
    timer: Timer,
    stay: Stay,
    /// The viewer has been up to date. From then on they get less when they fall behind.
    was_up_to_date: bool,
    /// The viewer has to go and was given the items up to the one that says why.
    was_told_to_go: bool,
    seat: Option<Seat>,
}

/// Where the broadcaster can write to the viewer.
#[derive(Debug)]
struct Seat {
    member: Arc<Member>,
    part: usize,
    /// The broadcaster writes, and the member knows the cursor.
    attached: bool,
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
    /// What the broadcaster has begun is to be written to its end.
    Rest,
    /// The last word; the feed is not asked again.
    Bye(ByeReason, Frame),
}

impl Delivery {
    /// The goodbye to somebody who has everything up to `cursor`.
    pub(crate) fn bye(reason: ByeReason, cursor: u64, stay: &Stay) -> Self {
        Metrics::stream_ended(reason.as_str());
        let retry_ms = (reason == ByeReason::Shutdown).then(|| stay.retry_ms());
        Self::Bye(reason, control::bye(reason, cursor, retry_ms))
    }
}

/// What a stream is written from.
pub(crate) trait Source: Send + 'static {
    /// Waits for what to send next. Cancel-safe: nothing is taken before it is given out.
    fn next(&mut self) -> impl Future<Output = Delivery> + Send;

    fn metrics(&self) -> &Arc<Metrics>;

    /// `room_seq` of the last item that was given out, or after which it began.
    fn cursor(&self) -> u64;

    /// From now on the client is told so long before its token expires.
    fn warn_of_expiry(&mut self, before: Duration);

    /// The same user has another token.
    fn renew(&mut self, identity: &Identity);

    /// The broadcaster may write to the viewer while they are up to date, if it ever does.
    fn join(&mut self, _member: Arc<Member>) {}

    /// The broadcaster writes no more until [`Source::next`] is called again.
    fn leave(&mut self) {}
}

impl Source for Feed {
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

    fn join(&mut self, member: Arc<Member>) {
        let part = self.subscription.room().audience().pick_part();
        self.seat = Some(Seat { member, part, attached: false });
    }

    fn leave(&mut self) {
        if let Some(seat) = self.seat.as_mut().filter(|seat| seat.attached) {
            let (cursor, sign) = seat.member.leave();
            self.cursor = cursor;
            self.subscription.saw_online(sign);
            seat.attached = false;
        }
    }
}

impl Feed {
    async fn next_delivery(&mut self) -> Delivery {
        if let Some(frame) = self.opening.pop() {
            if self.opening.is_empty() {
                self.opening = Vec::new();
            }
            return self.control(frame);
        }
        loop {
            if self.take_seat_back() {
                return Delivery::Rest;
            }
            // First: what happens after it ends the wait below.
            if let Some(reason) = self.end() {
                return self.bye(reason);
            }
            if let Some(away) = self.subscription.sent_away() {
                return self.send_away(away);
            }
            if let Some(expires_at) = self.timer.take_warning() {
                return self.control(control::token_expires(expires_at));
            }
            // Before the items: a gift is known before somebody sends it.
            if let Some(frame) = self.told() {
                return self.control(frame);
            }
            if !self.seat.as_ref().is_some_and(|seat| seat.attached) {
                let Some(after) = self.after() else { return self.bye(ByeReason::TooSlow) };
                match after {
                    After::Run(run) => {
                        self.catch_up_left = None;
                        return self.run(run);
                    }
                    // Boxed: rare, and its state would make every waiting stream larger.
                    After::Behind => return Box::pin(self.catch_up()).await,
                    After::UpToDate => self.was_up_to_date = true,
                }
            }
            let due = if let Some(seat) = &mut self.seat {
                if !seat.attached {
                    let room = self.subscription.room();
                    let place = (self.cursor, self.subscription.seen_online());
                    room.audience().attach(room, seat.part, &seat.member, place);
                    seat.attached = true;
                }
                tokio::select! {
                    () = seat.member.detached() => continue,
                    () = self.subscription.told() => continue,
                    due = self.timer.due() => due,
                }
            } else {
                tokio::select! {
                    () = self.subscription.changed() => continue,
                    due = self.timer.due() => due,
                }
            };
            match due {
                Due::Heartbeat if self.seat.as_ref().is_some_and(|s| s.member.take_sent()) => {}
                Due::Heartbeat => {
                    self.leave();
                    return Delivery::Heartbeat;
                }
                Due::Warning => {}
                Due::Over(reason) => return self.bye(reason),
            }
        }
    }

    /// What is no item: notices, each once, and the newest figure.
    fn told(&mut self) -> Option<Frame> {
        match self.subscription.next_notice() {
            NextNotice::Frame(frame) => Some(frame),
            NextNotice::Missed(count) => Some(control::notices_missed(count, self.hub.versions())),
            NextNotice::None => self.subscription.next_online(),
        }
    }

    /// Why nothing more comes, if that is so.
    fn end(&mut self) -> Option<ByeReason> {
        if let Some(end) = self.subscription.look() {
            return Some(end.into());
        }
        self.timer.over_or_told(&self.stay)
    }

    /// Goes on alone if the broadcaster has given up on the viewer. True if it has left something
    /// half written.
    fn take_seat_back(&mut self) -> bool {
        let Some(seat) = &self.seat else { return false };
        if seat.attached && !seat.member.is_attached() {
            self.leave();
        }
        self.seat.as_ref().is_some_and(|seat| !seat.attached && seat.member.has_rest())
    }

    /// What comes next; nothing if the viewer is too slow.
    fn after(&self) -> Option<After> {
        let room = self.subscription.room();
        if !self.was_up_to_date {
            return Some(room.after(self.cursor));
        }
        let after = room.after_for_slow(self.cursor, self.hub.config().backlog_bytes_max)?;
        if let After::Run(run) = &after
            && run.is_for_slow()
        {
            Metrics::shed_for_slow(&run.shed);
            room.shed.note_viewer(&run.shed);
        }
        Some(after)
    }

    async fn catch_up(&mut self) -> Delivery {
        let Some(left) = self.catch_up_left else { return self.bye(ByeReason::TooSlow) };
        if left == 0 {
            return self.bye(ByeReason::TooSlow);
        }
        let page = self.history.page(&self.hub, self.place(), self.cursor).await;
        if let Some(run) = page {
            self.catch_up_left = Some(left.saturating_sub(run.items()));
            return self.run(run);
        }
        // The history broke off: the room as it is now replaces what is missing.
        self.catch_up_left = None;
        let Some(snapshot) = self.hub.snapshot(&self.room_id, &self.reader, 0) else {
            return self.bye(ByeReason::LogStopped);
        };
        let reason = SnapshotReason::HistoryUnavailable;
        Metrics::stream_begun(reason.as_str());
        self.cursor = snapshot.room_seq;
        self.control(control::snapshot(&snapshot, reason))
    }

    fn place(&self) -> Place<'_> {
        Place { room_id: &self.room_id, room: self.subscription.room() }
    }

    fn control(&mut self, frame: Frame) -> Delivery {
        self.leave();
        self.timer.sent();
        Delivery::Control(frame)
    }

    fn run(&mut self, run: Run) -> Delivery {
        debug_assert_eq!(self.cursor + 1, run.first, "a run continues at the cursor");
        self.timer.sent();
        self.cursor = run.last;
        let clearance = || self.hub.clearance(&self.room_id, &self.reader);
        let run = run.cleared(&self.reader.user, clearance);
        self.metrics().delivered(&run, 1);
        Delivery::Run(run)
    }

    /// One run at the most, so that somebody slow is not kept.
    fn send_away(&mut self, away: SentAway) -> Delivery {
        self.leave();
        let knows_why = away.room_seq <= self.cursor;
        if !knows_why
            && !std::mem::replace(&mut self.was_told_to_go, true)
            && let Some(After::Run(run)) = self.after()
        {
            return self.run(run);
        }
        self.bye(away.reason)
    }

    fn bye(&mut self, reason: ByeReason) -> Delivery {
        self.leave();
        Delivery::bye(reason, self.cursor, &self.stay)
    }
}
