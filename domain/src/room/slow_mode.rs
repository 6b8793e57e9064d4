//! The clocks of slow mode: when each viewer who has just sent may send next.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::timestamp::Timestamp;

/// Off, or a wait with those who are waiting: as many as have sent within it, and no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowMode {
    /// Between two messages of a viewer; 0 is off.
    pub seconds: u32,
    next_at: HashMap<UserId, Timestamp>,
    /// The same by time: the wait is one for all, so who sent first is free first.
    order: VecDeque<(Timestamp, UserId)>,
}

impl SlowMode {
    /// A wait that begins for everybody with their next message.
    pub(crate) fn new(seconds: u32) -> Self {
        Self { seconds, ..Self::default() }
    }

    /// Refuses who has to wait.
    pub(crate) fn check(&self, user: &UserId, now: Timestamp) -> Result<(), Rejection> {
        match self.next_at.get(user) {
            Some(&next_at) if now < next_at => {
                let left = u64::try_from(next_at.0 - now.0).unwrap_or_default().div_ceil(1_000);
                let seconds_left = u32::try_from(left).unwrap_or(u32::MAX);
                Err(Rejection::SlowMode { seconds_left })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A viewer has sent. The clocks that have run out go here, in every replay the same.
    pub(crate) fn sent(&mut self, user: &UserId, at: Timestamp) {
        while let Some((next_at, user)) = self.order.pop_front_if(|(next_at, _)| *next_at <= at) {
            if self.next_at.get(&user) == Some(&next_at) {
                self.next_at.remove(&user);
            }
        }
        let next_at = at.plus_seconds(self.seconds);
        self.next_at.insert(user.clone(), next_at);
        self.order.push_back((next_at, user.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_wait_are_remembered() {
        let mut slow = SlowMode::new(5);
        for (user, at) in [("ann", 0), ("bob", 1), ("cid", 5_000), ("ann", 5_000)] {
            slow.sent(&user.parse().unwrap(), Timestamp(at));
        }
        slow.sent(&"dan".parse().unwrap(), Timestamp(5_001));

        let mut waiting: Vec<&str> = slow.next_at.keys().map(UserId::as_str).collect();
        waiting.sort_unstable();
        assert_eq!((waiting, slow.order.len()), (vec!["ann", "cid", "dan"], 3));
    }

    #[test]
    fn the_seconds_left_are_rounded_up() {
        let mut slow = SlowMode::new(5);
        let ann = "ann".parse().unwrap();
        slow.sent(&ann, Timestamp(0));
        let left = |now| slow.check(&ann, Timestamp(now));
        assert_eq!(left(3_999), Err(Rejection::SlowMode { seconds_left: 2 }));
        assert_eq!(left(4_000), Err(Rejection::SlowMode { seconds_left: 1 }));
        assert_eq!(left(5_000), Ok(()));
    }
}
