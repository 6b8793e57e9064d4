//! What earns how many points, and how many points make a level. A rule holds from its event on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deed::Source;
use crate::rejection::{Rejection, in_range};

/// Points that a multiplier leaves as they are.
const PERCENT: u64 = 100;
/// What a multiplier may be at the most.
const PERCENT_MAX: u64 = 10_000;
/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;
/// Seconds between two that count, at the most.
const INTERVAL_S_MAX: u64 = 24 * 60 * 60;

/// The whole rule. What is not named in `earnings` earns nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// What earns points; each source at most once.
    pub earnings: Vec<Earning>,
    /// Points at which level 1, 2, … begins; below the first a user has level 0.
    pub thresholds: Vec<u64>,
    /// Minutes after midnight UTC at which a day begins, for daily caps: 960 is midnight in China.
    #[serde(default)]
    pub day_begins_min: u16,
}

/// What one source earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Earning {
    /// What is counted.
    pub source: Source,
    /// Points for `per_unit` units.
    pub points: u32,
    /// Units that earn `points`; what an event has beyond whole multiples earns its share, rounded
    /// down.
    #[serde(default = "one")]
    pub per_unit: u32,
    /// Points of this source in one day, at the most; null for no cap.
    #[serde(default)]
    pub daily_cap: Option<u64>,
    /// Seconds after one that earned something in which another earns nothing.
    #[serde(default)]
    pub min_interval_s: u32,
    /// More, or less, points from a level on; levels below the first earn 100 %.
    #[serde(default)]
    pub multiplier_by_level: Vec<Multiplier>,
}

/// What a level makes of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Multiplier {
    /// The first level for which it holds, up to that of the next.
    pub from_level: u32,
    /// 150 for one and a half times the points.
    pub percent: u32,
}

fn one() -> u32 {
    1
}

impl Earning {
    /// So many points for each unit, without caps.
    pub fn plain(source: Source, points: u32) -> Self {
        Self {
            source,
            points,
            per_unit: 1,
            daily_cap: None,
            min_interval_s: 0,
            multiplier_by_level: vec![],
        }
    }

    /// The points of so many units for somebody of this level, before any cap.
    pub(super) fn worth(&self, units: u64, level: u32) -> u64 {
        let bands = self.multiplier_by_level.iter().rev();
        let band = bands.clone().find(|band| band.from_level <= level);
        let percent = band.map_or(PERCENT, |band| u64::from(band.percent));
        let points = u128::from(units) * u128::from(self.points) * u128::from(percent)
            / (u128::from(self.per_unit.max(1)) * u128::from(PERCENT));
        u64::try_from(points).unwrap_or(u64::MAX)
    }
}

impl Default for LevelRule {
    /// A message counts every ten seconds and fifty times a day, a coin always, a like never.
    fn default() -> Self {
        let message = Earning {
            daily_cap: Some(50),
            min_interval_s: 10,
            ..Earning::plain(Source::Message, 1)
        };
        let coin = |source| Earning::plain(source, 1);
        Self {
            earnings: vec![message, coin(Source::GiftCoin), coin(Source::PaidCoin)],
            thresholds: vec![100, 300, 600, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000],
            day_begins_min: 0,
        }
    }
}

impl LevelRule {
    /// The level of somebody with this many points.
    pub fn level_at(&self, points: u64) -> u32 {
        let reached = self.thresholds.partition_point(|threshold| *threshold <= points);
        u32::try_from(reached).unwrap_or(u32::MAX)
    }

    /// Whether this source can earn anything.
    pub fn names(&self, source: Source) -> bool {
        self.earning(source).is_some_and(|earning| earning.points != 0)
    }

    /// What this source earns, if anything.
    pub(super) fn earning(&self, source: Source) -> Option<&Earning> {
        self.earnings.iter().find(|earning| earning.source == source)
    }

    /// Refuses a rule that does not say clearly what it means.
    pub(crate) fn check(&self, levels_max: u32) -> Result<(), Rejection> {
        let levels = self.thresholds.len() as u64;
        in_range("thresholds", levels, 1, levels_max.into())?;
        let rising = self.thresholds.windows(2).all(|pair| pair[0] < pair[1]);
        if self.thresholds[0] == 0 || !rising {
            return Err(Rejection::ThresholdsNotRising);
        }
        // Points are a signed 64-bit number in Postgres.
        let points_max = i64::MAX.unsigned_abs();
        let last = self.thresholds[self.thresholds.len() - 1];
        in_range("thresholds", last, 1, points_max)?;
        in_range("day_begins_min", self.day_begins_min.into(), 0, u64::from(DAY_MIN) - 1)?;
        for (index, earning) in self.earnings.iter().enumerate() {
            let Earning { per_unit, daily_cap, min_interval_s, multiplier_by_level, .. } = earning;
            if self.earnings[..index].iter().any(|other| other.source == earning.source) {
                return Err(Rejection::SourceRepeated { repeated: earning.source });
            }
            in_range("per_unit", (*per_unit).into(), 1, u32::MAX.into())?;
            in_range("daily_cap", daily_cap.unwrap_or(1), 1, points_max)?;
            in_range("min_interval_s", (*min_interval_s).into(), 0, INTERVAL_S_MAX)?;
            let bands = multiplier_by_level;
            in_range("multiplier_by_level", bands.len() as u64, 0, levels_max.into())?;
            for band in bands {
                in_range("percent", band.percent.into(), 0, PERCENT_MAX)?;
            }
            if !bands.windows(2).all(|pair| pair[0].from_level < pair[1].from_level) {
                return Err(Rejection::MultipliersNotRising);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_begins_exactly_at_its_threshold() {
        let rule = LevelRule { thresholds: vec![10, 20], ..LevelRule::default() };
        let levels: Vec<u32> = [0, 9, 10, 19, 20, u64::MAX].map(|p| rule.level_at(p)).into();
        assert_eq!(levels, [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn units_earn_their_share_and_levels_multiply_it() {
        let band = |from_level, percent| Multiplier { from_level, percent };
        let earning = Earning {
            per_unit: 4,
            multiplier_by_level: vec![band(2, 120), band(5, 250)],
            ..Earning::plain(Source::GiftCoin, 1)
        };
        assert_eq!([3, 4, 7, 8].map(|units| earning.worth(units, 1)), [0, 1, 1, 2]);
        assert_eq!([1, 2, 4, 5, 9].map(|level| earning.worth(100, level)), [25, 30, 30, 62, 62]);
        assert_eq!(earning.worth(u64::MAX, 0), u64::MAX / 4);
        let huge = Earning::plain(Source::GiftCoin, u32::MAX);
        assert_eq!(huge.worth(u64::MAX, 0), u64::MAX);
    }
}
