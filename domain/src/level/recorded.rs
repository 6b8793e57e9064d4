//! Level rules as logs have them: a field that a later program added is left alone, while the same
//! from a caller is refused; and the first shape, lifted to the present one.

use serde::{Deserialize, Deserializer};

use super::deed::Source;
use super::rule::{Earning, LevelRule, Multiplier};

#[derive(Deserialize)]
struct RecordedRule {
    earnings: Vec<RecordedEarning>,
    thresholds: Vec<u64>,
    day_begins_min: u16,
}

#[derive(Deserialize)]
struct RecordedEarning {
    source: Source,
    points: u32,
    per_unit: u32,
    daily_cap: Option<u64>,
    min_interval_s: u32,
    multiplier_by_level: Vec<RecordedMultiplier>,
}

#[derive(Deserialize)]
struct RecordedMultiplier {
    from_level: u32,
    percent: u32,
}

/// `level_rule_set` version 1.
#[derive(Debug, Deserialize)]
pub(crate) struct LevelRuleSetV1 {
    rule: LevelRuleV1,
}

impl LevelRuleSetV1 {
    /// The rule in the present shape.
    pub(crate) fn lift(self) -> LevelRule {
        self.rule.into()
    }
}

/// The first shape: points for a message, for a coin of whatever kind, for a like.
#[derive(Debug, Deserialize)]
struct LevelRuleV1 {
    points_per_message: u32,
    points_per_coin: u32,
    points_per_like: u32,
    thresholds: Vec<u64>,
}

/// For `deserialize_with`.
pub(crate) fn level_rule<'de, D: Deserializer<'de>>(from: D) -> Result<LevelRule, D::Error> {
    RecordedRule::deserialize(from).map(Into::into)
}

impl From<RecordedRule> for LevelRule {
    fn from(rule: RecordedRule) -> Self {
        let RecordedRule { earnings, thresholds, day_begins_min } = rule;
        let earnings = earnings.into_iter().map(Into::into).collect();
        Self { earnings, thresholds, day_begins_min }
    }
}

impl From<RecordedEarning> for Earning {
    fn from(earning: RecordedEarning) -> Self {
        let bands = earning.multiplier_by_level.into_iter();
        let bands = bands
            .map(|RecordedMultiplier { from_level, percent }| Multiplier { from_level, percent });
        Self {
            source: earning.source,
            points: earning.points,
            per_unit: earning.per_unit,
            daily_cap: earning.daily_cap,
            min_interval_s: earning.min_interval_s,
            multiplier_by_level: bands.collect(),
        }
    }
}

impl From<LevelRuleV1> for LevelRule {
    fn from(rule: LevelRuleV1) -> Self {
        let earnings = [
            (Source::Message, rule.points_per_message),
            (Source::GiftCoin, rule.points_per_coin),
            (Source::PaidCoin, rule.points_per_coin),
            (Source::Like, rule.points_per_like),
        ];
        let earnings = earnings.map(|(source, points)| Earning::plain(source, points));
        Self { earnings: earnings.into(), thresholds: rule.thresholds, day_begins_min: 0 }
    }
}
