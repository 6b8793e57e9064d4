//! Whose last stream of a room is gone, until it is clear that they have left. Pure: no lock, no clock.
//!
//! Somebody is left after `leave_after_ms`, and only if no other instance has them: the others are
//! asked, and whoever has a stream of the user, or asks the same and has the lesser name, speaks up. So
//! one instance sends the command, and its id is the same whoever sends it.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::{RoomId, UserId};
use tokio::time::Instant;

use crate::presence::board::Instance;

pub(crate) type Leaver = (RoomId, UserId);

#[derive(Debug)]
pub(crate) struct Leavers {
    instance: Instance,
    leave_after: Duration,
    /// How long the others have to speak up.
    answer: Duration,
    max: usize,
    waiting: HashMap<Leaver, Stage>,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    /// They may come again until then.
    Gone { until: Instant },
    /// The others may speak up until then.
    Asked { until: Instant },
}

impl Leavers {
    pub(crate) fn new(
        instance: Instance,
        leave_after: Duration,
        answer: Duration,
        max: usize,
    ) -> Self {
        Self { instance, leave_after, answer, max, waiting: HashMap::new() }
    }

    /// The last that was seen of somebody here was then. Beyond the limit they stay in the room.
    pub(crate) fn gone(&mut self, leaver: Leaver, since: Instant) {
        if self.waiting.len() < self.max {
            let until = since + self.leave_after;
            self.waiting.entry(leaver).or_insert(Stage::Gone { until });
        }
    }

    /// Whether nobody is ever left.
    pub(crate) fn is_off(&self) -> bool {
        self.max == 0
    }

    /// For how many more there is room.
    pub(crate) fn room(&self) -> usize {
        self.max.saturating_sub(self.waiting.len())
    }

    /// Whom to ask the others for now. Who has come again meanwhile is forgotten.
    pub(crate) fn ask_for(
        &mut self,
        now: Instant,
        is_here: impl Fn(&Leaver) -> bool,
    ) -> Vec<Leaver> {
        let mut asked = Vec::new();
        self.waiting.retain(|leaver, stage| {
            if is_here(leaver) {
                return false;
            }
            if let Stage::Gone { until } = stage
                && *until <= now
            {
                *stage = Stage::Asked { until: now + self.answer };
                asked.push(leaver.clone());
            }
            true
        });
        asked
    }

    /// Another instance asks: for whom this one speaks up.
    pub(crate) fn asked(
        &mut self,
        by: &Instance,
        leavers: Vec<Leaver>,
        is_here: impl Fn(&Leaver) -> bool,
    ) -> Vec<Leaver> {
        let mut mine = leavers;
        mine.retain(|leaver| {
            is_here(leaver) || self.waiting.contains_key(leaver) && self.instance < *by
        });
        mine
    }

    /// Another instance speaks up.
    pub(crate) fn taken(&mut self, leavers: &[Leaver]) {
        for leaver in leavers {
            self.waiting.remove(leaver);
        }
    }

    /// For whom nobody has spoken up: they are to be left now.
    pub(crate) fn ripe(&mut self, now: Instant) -> Vec<Leaver> {
        let is_ripe = |stage: &Stage| matches!(stage, Stage::Asked { until } if *until <= now);
        let ripe = self.waiting.iter().filter(|(_, stage)| is_ripe(stage));
        let ripe: Vec<Leaver> = ripe.map(|(leaver, _)| leaver.clone()).collect();
        self.taken(&ripe);
        ripe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn leavers(instance: &str) -> Leavers {
        Leavers::new(instance.to_owned(), 20 * SECOND, 2 * SECOND, 2)
    }

    fn ann() -> Leaver {
        ("tea".parse().unwrap(), "ann".parse().unwrap())
    }

    #[test]
    fn somebody_is_left_when_nobody_has_seen_them_for_long_enough() {
        let (mut leavers, now) = (leavers("a"), Instant::now());
        leavers.gone(ann(), now);
        let almost = now + (20 * SECOND).checked_sub(Duration::from_millis(1)).unwrap();
        assert!(leavers.ask_for(almost, |_| false).is_empty());
        assert_eq!(leavers.ask_for(now + 20 * SECOND, |_| false), [ann()]);
        assert!(leavers.ripe(now + 21 * SECOND).is_empty());
        assert_eq!(leavers.ripe(now + 22 * SECOND), [ann()]);
        assert!(leavers.ripe(now + 99 * SECOND).is_empty());
    }

    #[test]
    fn who_comes_again_or_is_elsewhere_stays() {
        let (mut leavers, now) = (leavers("a"), Instant::now());
        leavers.gone(ann(), now);
        assert!(leavers.ask_for(now + 20 * SECOND, |_| true).is_empty());
        leavers.gone(ann(), now);
        leavers.ask_for(now + 20 * SECOND, |_| false);
        leavers.taken(&[ann()]);
        assert!(leavers.ripe(now + 99 * SECOND).is_empty());
        assert_eq!(leavers.asked(&"b".to_owned(), vec![ann()], |_| true), [ann()]);
        assert!(leavers.asked(&"b".to_owned(), vec![ann()], |_| false).is_empty());
    }

    #[test]
    fn of_two_that_ask_the_lesser_sends() {
        let (mut a, mut b, now) = (leavers("a"), leavers("b"), Instant::now());
        a.gone(ann(), now);
        b.gone(ann(), now);
        assert_eq!(a.asked(&"b".to_owned(), vec![ann()], |_| false), [ann()]);
        assert!(b.asked(&"a".to_owned(), vec![ann()], |_| false).is_empty());
    }

    #[test]
    fn more_than_the_limit_are_not_remembered() {
        let (mut leavers, now) = (leavers("a"), Instant::now());
        for user in ["u1", "u2", "u3"] {
            leavers.gone(("tea".parse().unwrap(), user.parse().unwrap()), now);
        }
        assert_eq!(leavers.ask_for(now + 20 * SECOND, |_| false).len(), 2);
    }
}
