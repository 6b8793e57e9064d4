//! When a room's listeners are woken: at once if nothing was sent for a tick, else when the tick ends.
//! Where much gathers in a tick the next one is longer: it costs little more time and saves a write
//! to everybody. What is urgent never waits. Pure: no timer, no clock; [`crate::hub::ticker`] has both.

use std::time::Duration;

use domain::view::feed_item::Priority;
use tokio::time::Instant;

use crate::hub::item::Item;

/// What to do about news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Wake the listeners.
    Now,
    /// Ask [`Pace::is_due`] then.
    At(Instant),
    /// Somebody asks already.
    Waits,
}

/// How soon news is to be told, from the least on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Haste {
    /// Only comings and goings of many.
    Crowd,
    Usual,
    Urgent,
}

impl Haste {
    pub(crate) fn of(item: &Item) -> Self {
        match item.priority {
            Priority::High => Self::Urgent,
            Priority::Normal | Priority::Low | Priority::Lowest if item.is_crowded => Self::Crowd,
            Priority::Normal | Priority::Low | Priority::Lowest => Self::Usual,
        }
    }
}

/// How long a room waits between two sendings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) usual: Duration,
    /// After a tick in which so much has gathered ...
    pub(crate) busy_from: u32,
    /// ... it is this.
    pub(crate) busy: Duration,
}

#[derive(Debug, Default)]
pub(crate) struct Pace {
    sent_at: Option<Instant>,
    due_at: Option<Instant>,
    /// News since the last sending.
    gathered: u32,
    /// News that went out with it.
    sent: u32,
}

impl Pace {
    /// Something new is in the ring. Without a tick, or if it is urgent, it is sent at once.
    pub(crate) fn news(&mut self, now: Instant, tick: Option<Tick>, urgent: bool) -> Turn {
        self.gathered = self.gathered.saturating_add(1);
        let free_at = match (tick, self.sent_at) {
            (Some(tick), Some(sent_at)) if tick.busy_from <= self.sent => sent_at + tick.busy,
            (Some(tick), Some(sent_at)) => sent_at + tick.usual,
            (None, _) | (_, None) => now,
        };
        if urgent || free_at <= now {
            self.sent(now);
            return Turn::Now;
        }
        if self.due_at.is_some_and(|due_at| due_at <= free_at) {
            return Turn::Waits;
        }
        self.due_at = Some(free_at);
        Turn::At(free_at)
    }

    /// Whether what has gathered must be sent now. Not if something urgent has taken it along.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = self.due_at.is_some_and(|due_at| due_at <= now);
        if due {
            self.sent(now);
        }
        due
    }

    fn sent(&mut self, now: Instant) {
        self.sent_at = Some(now);
        self.due_at = None;
        self.sent = std::mem::take(&mut self.gathered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(40);
    const BUSY: Duration = Duration::from_millis(50);
    const MS: Duration = Duration::from_millis(1);

    fn tick(usual: Duration) -> Tick {
        Tick { usual, busy_from: 4, busy: usual.max(BUSY) }
    }

    #[test]
    fn the_first_is_sent_at_once_and_the_next_with_the_tick() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert_eq!(pace.news(start, Some(tick(TICK)), false), Turn::Now);
        assert_eq!(pace.news(start + MS, Some(tick(TICK)), false), Turn::At(start + TICK));
        assert_eq!(pace.news(start + 2 * MS, Some(tick(TICK)), false), Turn::Waits);
        assert!(!pace.is_due(start + TICK - MS));
        assert!(pace.is_due(start + TICK));
        assert!(!pace.is_due(start + TICK));
        // The tick counts from the last sending.
        assert_eq!(
            pace.news(start + TICK + MS, Some(tick(TICK)), false),
            Turn::At(start + 2 * TICK)
        );
        assert!(pace.is_due(start + 2 * TICK));
        assert_eq!(pace.news(start + 3 * TICK, Some(tick(TICK)), false), Turn::Now);
    }

    #[test]
    fn after_a_tick_that_gathered_much_the_next_is_longer() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.news(start, Some(tick(TICK)), false);
        for ms in 1..=3 {
            pace.news(start + ms * MS, Some(tick(TICK)), false);
        }
        assert!(pace.is_due(start + TICK));
        // Three is not much.
        let first = start + TICK;
        assert_eq!(pace.news(first + MS, Some(tick(TICK)), false), Turn::At(first + TICK));
        for ms in 2..=4 {
            pace.news(first + ms * MS, Some(tick(TICK)), false);
        }
        assert!(pace.is_due(first + TICK));
        // Four is.
        let second = first + TICK;
        assert_eq!(pace.news(second + MS, Some(tick(TICK)), false), Turn::At(second + BUSY));
        assert!(!pace.is_due(second + TICK));
        assert!(pace.is_due(second + BUSY));
        // One was not: as before.
        let third = second + BUSY;
        assert_eq!(pace.news(third + MS, Some(tick(TICK)), false), Turn::At(third + TICK));
    }

    #[test]
    fn what_may_wait_longer_does_not_hold_up_what_may_not() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.news(start, Some(tick(TICK)), false);
        assert_eq!(
            pace.news(start + MS, Some(tick(10 * TICK)), false),
            Turn::At(start + 10 * TICK)
        );
        assert_eq!(pace.news(start + 2 * MS, Some(tick(TICK)), false), Turn::At(start + TICK));
        assert_eq!(pace.news(start + 3 * MS, Some(tick(10 * TICK)), false), Turn::Waits);
        assert!(pace.is_due(start + TICK));
        assert!(!pace.is_due(start + 10 * TICK));
    }

    #[test]
    fn what_is_urgent_takes_along_what_waits() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        pace.news(start, Some(tick(TICK)), false);
        assert_eq!(pace.news(start + MS, Some(tick(TICK)), false), Turn::At(start + TICK));
        assert_eq!(pace.news(start + 2 * MS, Some(tick(TICK)), true), Turn::Now);
        assert!(!pace.is_due(start + TICK));
    }

    #[test]
    fn without_a_tick_nothing_waits() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        for _ in 0..3 {
            assert_eq!(pace.news(start, None, false), Turn::Now);
        }
    }
}
