//! The clocks of a stream in one timer: the next heartbeat, the end of the token, the end of the
//! service.
//!
//! Sending does not touch the timer, it only leaves a mark; a beat that finds the mark is left out.
//! So the longest silence is less than two heartbeats, and a busy stream pays nothing.

use std::pin::Pin;
use std::time::Duration;

use domain::timestamp::Timestamp;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::drain::Stay;
use crate::feed::control::ByeReason;

/// No stream is older; a timer cannot be set to the end of time.
const FAR: Duration = Duration::from_hours(24 * 365);

#[derive(Debug)]
pub(crate) struct Timer {
    heartbeat: Duration,
    sleep: Pin<Box<Sleep>>,
    beat_at: Instant,
    token: Token,
    leave_at: Option<Instant>,
    warn_at: Option<Instant>,
    warning: Duration,
    sent: bool,
}

/// Until when the token is good: as it says, and by the clock of timers.
#[derive(Debug, Clone, Copy)]
struct Token {
    expires_at: Timestamp,
    ends_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Heartbeat,
    Over(ByeReason),
    /// The token expires soon.
    Warning,
}

impl Timer {
    pub(crate) fn new(heartbeat_ms: u64, expires_at: Timestamp, now: Timestamp) -> Self {
        let heartbeat = Duration::from_millis(heartbeat_ms);
        let beat_at = Instant::now() + heartbeat;
        let token = Token::new(expires_at, now);
        let sleep = Box::pin(sleep_until(beat_at.min(token.ends_at)));
        let (leave_at, warn_at, warning, sent) = (None, None, Duration::ZERO, false);
        Self { heartbeat, sleep, beat_at, token, leave_at, warn_at, warning, sent }
    }

    /// From now on there is a warning so long before the token expires.
    pub(crate) fn warn(&mut self, before: Duration) {
        self.warning = before;
        // A token that is good for less is warned of at once.
        self.warn_at = Some(self.token.ends_at.checked_sub(before).unwrap_or_else(Instant::now));
        self.set();
    }

    /// Another token has come.
    pub(crate) fn renew(&mut self, expires_at: Timestamp, now: Timestamp) {
        self.token = Token::new(expires_at, now);
        self.warn(self.warning);
    }

    /// When the token expires, if that is to be said now. Once for each token.
    pub(crate) fn take_warning(&mut self) -> Option<Timestamp> {
        self.warn_at.take_if(|warn_at| *warn_at <= Instant::now())?;
        // The timer has gone off for it; what comes next is later.
        self.set();
        Some(self.token.expires_at)
    }

    /// Something has been sent: the next beat is not needed.
    pub(crate) fn sent(&mut self) {
        self.sent = true;
    }

    /// As [`Timer::over`], after a look whether the service ends, and when for this stream.
    pub(crate) fn over_or_told(&mut self, stay: &Stay) -> Option<ByeReason> {
        if self.leave_at.is_none()
            && let Some(end) = stay.draw_end()
        {
            self.leave_at(end);
        }
        self.over()
    }

    /// The service ends for this stream at that moment.
    fn leave_at(&mut self, end: Instant) {
        self.leave_at = Some(end);
        self.set();
    }

    /// Why the stream is over, if it is; for one so busy that it never waits.
    fn over(&self) -> Option<ByeReason> {
        let now = Instant::now();
        if self.token.ends_at <= now {
            return Some(ByeReason::TokenExpired);
        }
        self.leave_at.filter(|leave_at| *leave_at <= now).map(|_| ByeReason::Shutdown)
    }

    /// Waits for what is due next. Cancel-safe.
    pub(crate) async fn due(&mut self) -> Due {
        loop {
            self.sleep.as_mut().await;
            if let Some(reason) = self.over() {
                return Due::Over(reason);
            }
            if self.warn_at.is_some_and(|warn_at| warn_at <= Instant::now()) {
                return Due::Warning;
            }
            self.beat_at = Instant::now() + self.heartbeat;
            self.set();
            if !std::mem::take(&mut self.sent) {
                return Due::Heartbeat;
            }
        }
    }

    fn set(&mut self) {
        let others = [self.leave_at, self.warn_at].into_iter().flatten();
        let next = others.fold(self.beat_at.min(self.token.ends_at), Instant::min);
        self.sleep.as_mut().reset(next);
    }
}

impl Token {
    fn new(expires_at: Timestamp, now: Timestamp) -> Self {
        let left = expires_at.0.saturating_sub(now.0).max(0).cast_unsigned();
        let ends_at = Instant::now() + Duration::from_millis(left).min(FAR);
        Self { expires_at, ends_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_beat_comes_only_into_a_silence() {
        let mut timer = Timer::new(1_000, Timestamp(2_500), Timestamp(0));
        let started = Instant::now();
        timer.sent();
        assert_eq!(timer.due().await, Due::Heartbeat);
        assert_eq!(started.elapsed().as_millis(), 2_000);
        assert_eq!(timer.due().await, Due::Over(ByeReason::TokenExpired));
        assert_eq!(started.elapsed().as_millis(), 2_500);
    }

    #[tokio::test(start_paused = true)]
    async fn an_expired_token_ends_at_once() {
        let mut timer = Timer::new(1_000, Timestamp(1), Timestamp(2));
        assert_eq!(timer.over(), Some(ByeReason::TokenExpired));
        assert_eq!(timer.due().await, Due::Over(ByeReason::TokenExpired));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_warned_of_once_and_again_when_it_was_renewed() {
        let mut timer = Timer::new(60_000, Timestamp(5_000), Timestamp(0));
        let started = Instant::now();
        timer.warn(Duration::from_secs(2));
        assert_eq!((timer.due().await, started.elapsed().as_secs()), (Due::Warning, 3));
        let warnings = [timer.take_warning(), timer.take_warning()];
        assert_eq!(warnings, [Some(Timestamp(5_000)), None]);
        timer.renew(Timestamp(10_000), Timestamp(3_000));
        assert_eq!((timer.due().await, started.elapsed().as_secs()), (Due::Warning, 8));
        assert_eq!(timer.take_warning(), Some(Timestamp(10_000)));
        let over = Due::Over(ByeReason::TokenExpired);
        assert_eq!((timer.due().await, started.elapsed().as_secs()), (over, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn the_service_ends_for_the_stream_when_it_is_told() {
        let mut timer = Timer::new(60_000, Timestamp(100_000), Timestamp(0));
        let started = Instant::now();
        timer.leave_at(started + Duration::from_secs(3));
        assert_eq!(timer.over(), None);
        assert_eq!(timer.due().await, Due::Over(ByeReason::Shutdown));
        assert_eq!(started.elapsed().as_secs(), 3);
    }
}
