//! How long a busy room waits between two rounds, so that what is under way goes out in one write.
//!
//! A write costs about the same whatever is in it. A room that says more than it can be written at
//! once would have its rounds alternate: what comes while one is under way goes into the next, and
//! that is half of it. A short wait after the round lets the other half come too.

use std::time::Duration;

/// No timer keeps a shorter time, and a room with so short a round is small.
const LEAST: Duration = Duration::from_micros(250);

/// A share of the time that the last round took, within a bound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gather {
    percent: u32,
    max: Duration,
}

impl Gather {
    pub(crate) fn new(percent: u32, max_us: u64) -> Self {
        Self { percent, max: Duration::from_micros(max_us) }
    }

    /// After a round that took so long; nothing if it is not worth it.
    pub(super) fn wait_after(self, took: Duration) -> Option<Duration> {
        let wait = (took * self.percent / 100).min(self.max);
        (LEAST <= wait).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_a_share_of_the_round_within_bounds() {
        let gather = Gather::new(25, 2_000);
        let after = |us| gather.wait_after(Duration::from_micros(us)).map(|wait| wait.as_micros());
        assert_eq!([after(999), after(1_000), after(4_000)], [None, Some(250), Some(1_000)]);
        assert_eq!([after(8_000), after(60_000)], [Some(2_000), Some(2_000)]);
        assert_eq!(Gather::new(0, 2_000).wait_after(Duration::MAX / 1_000), None);
        assert_eq!(Gather::new(25, 0).wait_after(Duration::from_secs(1)), None);
    }
}
