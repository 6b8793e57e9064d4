//! Combos: the same gift from the same viewer again and again, counted by the server.
//!
//! Clients show a line where [`Combo::notice`] says so and read the count from any of the events:
//! 99 clicks are few lines, and no piece is lost. The numbers are part of the fold, so a replay counts
//! the same; hence they are constants and no settings.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::coins::Coins;
use crate::ids::{GiftId, UserId};
use crate::timestamp::Timestamp;

/// A streak goes on when the next gift comes within this time.
pub const PAUSE_MAX_MS: i64 = 5_000;

/// A line is shown when this many pieces have come since the last one,
pub const NOTICE_PIECES: u64 = 20;

/// or when more time has passed than this.
pub const NOTICE_MS: i64 = 1_000;

/// Gifts of a room that are remembered for their streaks: more would grow with its viewers. The
/// oldest goes first, and whoever goes on afterwards begins anew.
pub const REMEMBERED_MAX: usize = 10_000;

/// Where a gift stands in its streak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combo {
    /// Which: the `room_seq` of its first gift.
    pub streak: u64,
    /// Pieces of the streak so far, these included.
    pub count: u64,
    /// Worth a line of its own.
    pub notice: bool,
}

/// The streaks that may still go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streaks {
    by_user: HashMap<UserId, BTreeMap<GiftId, Streak>>,
    /// Each gift of a streak, oldest first.
    order: VecDeque<(Timestamp, UserId, GiftId)>,
}

/// One that goes on until nothing has come for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Streak {
    combo: Combo,
    /// The price that the sender has been paying.
    pub(crate) unit_price: Coins,
    last_at: Timestamp,
    noticed: u64,
    noticed_at: Timestamp,
}

impl Streaks {
    /// The sender's streak of this gift, if it still goes on.
    pub(crate) fn running(
        &self,
        user: &UserId,
        gift_id: &GiftId,
        now: Timestamp,
    ) -> Option<&Streak> {
        let streak = self.by_user.get(user)?.get(gift_id)?;
        (now.0 - streak.last_at.0 <= PAUSE_MAX_MS).then_some(streak)
    }

    /// A gift was sent. Streaks that are over go here, in every replay the same.
    pub(crate) fn sent(
        &mut self,
        (user, gift_id): (&UserId, &GiftId),
        combo: &Combo,
        unit_price: Coins,
        at: Timestamp,
    ) {
        let over = |last_at: Timestamp| PAUSE_MAX_MS < at.0 - last_at.0;
        while self.order.front().is_some_and(|(last_at, ..)| over(*last_at))
            || REMEMBERED_MAX <= self.order.len()
        {
            self.forget_oldest();
        }
        let gifts = self.by_user.entry(user.clone()).or_default();
        let known = gifts.get(gift_id).filter(|known| known.combo.streak == combo.streak);
        let (noticed, noticed_at) = match known {
            Some(known) if !combo.notice => (known.noticed, known.noticed_at),
            Some(_) | None => (combo.count, at),
        };
        let combo = combo.clone();
        let streak = Streak { combo, unit_price, last_at: at, noticed, noticed_at };
        gifts.insert(gift_id.clone(), streak);
        self.order.push_back((at, user.clone(), gift_id.clone()));
    }

    fn forget_oldest(&mut self) {
        let Some((at, user, gift_id)) = self.order.pop_front() else { return };
        let Some(gifts) = self.by_user.get_mut(&user) else { return };
        if gifts.get(&gift_id).is_some_and(|streak| streak.last_at == at) {
            gifts.remove(&gift_id);
        }
        if gifts.is_empty() {
            self.by_user.remove(&user);
        }
    }

    /// How many gifts are remembered.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// No streak goes on.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

impl Combo {
    /// The first gift of a streak that begins at `room_seq`.
    pub(crate) fn first(room_seq: u64, count: u32) -> Self {
        Self { streak: room_seq, count: u64::from(count), notice: true }
    }
}

impl Streak {
    /// So many more pieces.
    pub(crate) fn more(&self, count: u32, now: Timestamp) -> Combo {
        let total = self.combo.count.saturating_add(u64::from(count));
        let notice = NOTICE_PIECES <= total - self.noticed || NOTICE_MS < now.0 - self.noticed_at.0;
        Combo { streak: self.combo.streak, count: total, notice }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One click each, so many milliseconds apart: the counts at which a line is shown.
    fn lines(clicks: u32, apart_ms: i64) -> Vec<u64> {
        let (user, gift_id) = ("ann".parse().unwrap(), "rose".parse().unwrap());
        let mut streaks = Streaks::default();
        let mut lines = Vec::new();
        for click in 0..clicks {
            let now = Timestamp(i64::from(click) * apart_ms);
            let running = streaks.running(&user, &gift_id, now);
            let combo = running.map_or(Combo::first(7, 1), |streak| streak.more(1, now));
            assert_eq!((combo.streak, combo.count), (7, u64::from(click) + 1));
            if combo.notice {
                lines.push(combo.count);
            }
            streaks.sent((&user, &gift_id), &combo, Coins(1), now);
        }
        lines
    }

    #[test]
    fn ninety_nine_clicks_are_five_lines_and_slow_ones_one_a_second() {
        assert_eq!(lines(99, 10), [1, 21, 41, 61, 81]);
        assert_eq!(lines(101, 10), [1, 21, 41, 61, 81, 101]);
        assert_eq!(lines(30, 100), [1, 12, 23]);
        assert_eq!(lines(4, 1_000), [1, 3]);
        assert_eq!(lines(4, 1_001), [1, 2, 3, 4]);
    }

    #[test]
    fn a_streak_ends_after_a_pause_and_is_then_forgotten() {
        let (ann, bob): (UserId, UserId) = ("ann".parse().unwrap(), "bob".parse().unwrap());
        let gift_id: GiftId = "rose".parse().unwrap();
        let mut streaks = Streaks::default();
        streaks.sent((&ann, &gift_id), &Combo::first(1, 1), Coins(1), Timestamp(0));
        assert!(streaks.running(&ann, &gift_id, Timestamp(PAUSE_MAX_MS)).is_some());
        assert!(streaks.running(&ann, &gift_id, Timestamp(PAUSE_MAX_MS + 1)).is_none());
        assert!(streaks.running(&bob, &gift_id, Timestamp(0)).is_none());
        streaks.sent((&bob, &gift_id), &Combo::first(2, 1), Coins(1), Timestamp(PAUSE_MAX_MS + 1));
        assert_eq!((streaks.len(), streaks.by_user.len()), (1, 1));
    }

    #[test]
    fn a_room_remembers_no_more_than_it_may() {
        let gift_id: GiftId = "rose".parse().unwrap();
        let mut streaks = Streaks::default();
        for n in 0..REMEMBERED_MAX + 5 {
            let user: UserId = format!("u{n}").parse().unwrap();
            streaks.sent((&user, &gift_id), &Combo::first(1, 1), Coins(1), Timestamp(0));
        }
        assert_eq!((streaks.len(), streaks.by_user.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
        assert!(streaks.running(&"u4".parse().unwrap(), &gift_id, Timestamp(0)).is_none());
        assert!(streaks.running(&"u5".parse().unwrap(), &gift_id, Timestamp(0)).is_some());
    }
}
