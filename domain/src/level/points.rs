//! A user's points and level, folded event by event.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::deed::Source;
use super::rule::LevelRule;
use crate::timestamp::Timestamp;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// How far a user has come. Who has earned nothing has none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserPoints {
    /// All that was ever earned; stays at the largest signed 64-bit number.
    pub points: u64,
    /// Never falls, also when a later rule asks for more points.
    pub level: u32,
    /// What the caps and pauses of the rule are measured by.
    pub day: EarningDay,
}

/// The last day on which a user earned something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarningDay {
    /// Its number, counted from 1970.
    pub day: i64,
    /// What was earned on it.
    pub earned: BTreeMap<Source, Earned>,
}

/// What one source has earned a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earned {
    /// Points of that day.
    pub points: u64,
    /// When it last earned something, on that day or before.
    pub at: Timestamp,
}

impl UserPoints {
    /// Counts so many units of a source. Says whether they earned anything; if not, nothing changed.
    pub fn earn(&mut self, rule: &LevelRule, source: Source, units: u64, at: Timestamp) -> bool {
        let Some(earning) = rule.earning(source) else { return false };
        let day = (at.0 - i64::from(rule.day_begins_min) * MINUTE_MS).div_euclid(DAY_MS);
        let before = self.day.earned.get(&source);
        if before.is_some_and(|before| at < before.at.plus_seconds(earning.min_interval_s)) {
            return false;
        }
        let today = before.map_or(0, |b| if self.day.day == day { b.points } else { 0 });
        let left = earning.daily_cap.map_or(u64::MAX, |cap| cap.saturating_sub(today));
        let points = earning.worth(units, self.level).min(left);
        if points == 0 {
            return false;
        }
        if self.day.day != day {
            self.day.day = day;
            self.day.earned.values_mut().for_each(|earned| earned.points = 0);
        }
        let earned = Earned { points: add(today, points), at };
        self.day.earned.insert(source, earned);
        self.points = add(self.points, points);
        self.level = self.level.max(rule.level_at(self.points));
        true
    }
}

/// Postgres holds signed numbers.
fn add(points: u64, more: u64) -> u64 {
    points.saturating_add(more).min(i64::MAX.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rule::{Earning, Multiplier};

    /// Midnight UTC.
    const MIDNIGHT: Timestamp = Timestamp(20_000 * DAY_MS);

    fn at(ms: i64) -> Timestamp {
        Timestamp(MIDNIGHT.0 + ms)
    }

    fn rule(earning: Earning) -> LevelRule {
        LevelRule { earnings: vec![earning], thresholds: vec![3, 5], day_begins_min: 0 }
    }

    fn message() -> Earning {
        Earning::plain(Source::Message, 1)
    }

    #[test]
    fn one_counts_again_exactly_when_the_pause_is_over() {
        let rule = rule(Earning { min_interval_s: 10, ..message() });
        let mut user = UserPoints::default();
        let mut earn = |ms| user.earn(&rule, Source::Message, 1, at(ms));
        assert_eq!(
            [0, 9_999, 10_000, 19_999, 20_000].map(&mut earn),
            [true, false, true, false, true]
        );
        assert_eq!((user.points, user.level), (3, 1));
    }

    #[test]
    fn a_cap_is_reached_exactly_and_begins_anew_at_midnight_of_the_rule() {
        let china = LevelRule {
            day_begins_min: 960,
            ..rule(Earning { daily_cap: Some(5), ..Earning::plain(Source::Message, 2) })
        };
        let mut user = UserPoints::default();
        let hour = 3_600_000;
        for (ms, points) in [(0, 2), (1, 4), (2, 5), (3, 5), (16 * hour - 1, 5), (16 * hour, 7)] {
            user.earn(&china, Source::Message, 1, at(ms));
            assert_eq!(user.points, points, "{ms}");
        }
    }

    #[test]
    fn sources_have_caps_of_their_own_and_what_is_not_named_earns_nothing() {
        let capped = Earning { daily_cap: Some(1), ..message() };
        let mut rule = rule(capped);
        rule.earnings.push(Earning::plain(Source::GiftCoin, 1));
        let mut user = UserPoints::default();
        assert!(user.earn(&rule, Source::Message, 1, at(0)));
        assert!(!user.earn(&rule, Source::Message, 1, at(1)));
        assert!(user.earn(&rule, Source::GiftCoin, 100, at(2)));
        let before = user.clone();
        assert!(!user.earn(&rule, Source::Like, 100, at(3)));
        assert_eq!((user.points, &user), (101, &before));
    }

    #[test]
    fn a_level_never_falls_and_multiplies_what_is_earned_after_it() {
        let double = vec![Multiplier { from_level: 1, percent: 200 }];
        let easy = rule(Earning { multiplier_by_level: double, ..message() });
        let mut user = UserPoints::default();
        user.earn(&easy, Source::Message, 4, at(0));
        assert_eq!((user.points, user.level), (4, 1));
        user.earn(&easy, Source::Message, 1, at(1));
        assert_eq!((user.points, user.level), (6, 2));
        let hard = LevelRule { thresholds: vec![1_000], ..easy };
        user.earn(&hard, Source::Message, 1, at(2));
        assert_eq!((user.points, user.level), (8, 2));
    }

    #[test]
    fn points_stay_at_the_largest_number() {
        let rule = rule(message());
        let mut user = UserPoints::default();
        user.earn(&rule, Source::Message, u64::MAX, at(0));
        user.earn(&rule, Source::Message, 1, at(1));
        assert_eq!(user.points, i64::MAX.unsigned_abs());
    }
}
