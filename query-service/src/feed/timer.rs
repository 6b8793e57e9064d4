//! The two clocks of a stream in one timer: the next heartbeat and the end of the token.
//!
//! Sending does not touch the timer, it only leaves a mark; a beat that finds the mark is left out.
//! So the longest silence is less than two heartbeats, and a busy stream pays nothing.

use std::pin::Pin;
use std::time::Duration;

use domain::timestamp::Timestamp;
use tokio::time::{Instant, Sleep, sleep_until};

/// No stream is older; a timer cannot be set to the end of time.
const FAR: Duration = Duration::from_hours(24 * 365);

#[derive(Debug)]
pub(crate) struct Timer {
    heartbeat: Duration,
    sleep: Pin<Box<Sleep>>,
    beat_at: Instant,
    expires_at: Instant,
    sent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    Heartbeat,
    Expired,
}

impl Timer {
    pub(crate) fn new(heartbeat_ms: u64, expires_at: Timestamp, now: Timestamp) -> Self {
        let heartbeat = Duration::from_millis(heartbeat_ms);
        let left = expires_at.0.saturating_sub(now.0).max(0).cast_unsigned();
        let started = Instant::now();
        let beat_at = started + heartbeat;
        let expires_at = started + Duration::from_millis(left).min(FAR);
        let sleep = Box::pin(sleep_until(beat_at.min(expires_at)));
        Self { heartbeat, sleep, beat_at, expires_at, sent: false }
    }

    /// Something has been sent: the next beat is not needed.
    pub(crate) fn sent(&mut self) {
        self.sent = true;
    }

    /// For a stream so busy that it never waits.
    pub(crate) fn is_expired(&self) -> bool {
        self.expires_at <= Instant::now()
    }

    /// Waits for what is due next. Cancel-safe.
    pub(crate) async fn due(&mut self) -> Due {
        loop {
            self.sleep.as_mut().await;
            if self.is_expired() {
                return Due::Expired;
            }
            self.beat_at = Instant::now() + self.heartbeat;
            self.sleep.as_mut().reset(self.beat_at.min(self.expires_at));
            if !std::mem::take(&mut self.sent) {
                return Due::Heartbeat;
            }
        }
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
        assert_eq!(timer.due().await, Due::Expired);
        assert_eq!(started.elapsed().as_millis(), 2_500);
    }

    #[tokio::test(start_paused = true)]
    async fn an_expired_token_ends_at_once() {
        let mut timer = Timer::new(1_000, Timestamp(1), Timestamp(2));
        assert!(timer.is_expired());
        assert_eq!(timer.due().await, Due::Expired);
    }
}
