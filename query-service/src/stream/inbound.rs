//! How much a client may send over its WebSocket.

use tokio::time::Instant;

/// Counts a client's frames, second by second.
#[derive(Debug)]
pub(super) struct Inbound {
    per_s_max: u32,
    second: Option<Instant>,
    frames: u32,
}

impl Inbound {
    pub(super) fn new(per_s_max: u32) -> Self {
        Self { per_s_max, second: None, frames: 0 }
    }

    /// Counts one frame; false if it is one too many.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let begun = self.second.filter(|begun| now.duration_since(*begun).as_secs() == 0);
        if begun.is_none() {
            self.second = Some(now);
            self.frames = 0;
        }
        self.frames += 1;
        self.frames <= self.per_s_max
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn frames_are_limited_by_the_second() {
        let start = Instant::now();
        let mut inbound = Inbound::new(2);
        assert!(inbound.take(start) && inbound.take(start));
        assert!(!inbound.take(start + Duration::from_millis(999)));
        assert!(inbound.take(start + Duration::from_secs(1)));
    }
}
