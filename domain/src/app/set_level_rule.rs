//! `SetLevelRule` → `level_rule_set`: what earns points from now on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::level::recorded;
use crate::level::rule::LevelRule;
use crate::rejection::Rejection;
use crate::state::{AppState, Context};

/// Only for admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLevelRule {
    /// The whole rule; it replaces the one before.
    pub rule: LevelRule,
}

/// Holds for every later event, so that a replay gives the same levels. Its first version had one
/// number each for a message, a coin and a like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRuleSet {
    /// The whole rule.
    #[serde(deserialize_with = "recorded::level_rule")]
    pub rule: LevelRule,
}

pub(crate) fn set_level_rule(
    app: &AppState,
    actor: &Actor,
    command: SetLevelRule,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetLevelRule { rule } = command;
    if actor.role != Role::Admin {
        return Err(Rejection::NotAllowed { needed: "an admin".into() });
    }
    rule.check(context.limits.levels_max)?;
    if rule == app.level_rule {
        return Ok(vec![]);
    }
    Ok(vec![EventData::LevelRuleSet(LevelRuleSet { rule })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::level::deed::Source;
    use crate::level::rule::{Earning, Multiplier};
    use crate::state::testing::{Given, admin, viewer};

    fn rule(thresholds: &[u64]) -> LevelRule {
        LevelRule { thresholds: thresholds.to_vec(), ..LevelRule::default() }
    }

    fn set(thresholds: &[u64]) -> AppCommand {
        AppCommand::SetLevelRule(SetLevelRule { rule: rule(thresholds) })
    }

    #[test]
    fn thresholds_begin_above_zero_and_rise() {
        let event = EventData::LevelRuleSet(LevelRuleSet { rule: rule(&[1, 2]) });
        Given::nothing().when_app(admin(), set(&[1, 2])).then([event.clone()]);
        Given::events([event]).when_app(admin(), set(&[1, 2])).then([]);
        let refused = Given::nothing;
        refused().when_app(admin(), set(&[0, 2])).then_refused("thresholds_not_rising");
        refused().when_app(admin(), set(&[2, 2])).then_refused("thresholds_not_rising");
        refused().when_app(admin(), set(&[])).then_refused("out_of_range");
        refused().when_app(admin(), set(&[1 << 63])).then_refused("out_of_range");
        refused().when_app(viewer("ann"), set(&[1])).then_refused("not_allowed");
    }

    #[test]
    fn numbers_of_an_earning_have_limits() {
        let band = |from_level, percent| Multiplier { from_level, percent };
        let like = || Earning::plain(Source::Like, 1);
        let day = 24 * 60 * 60;
        let earnings = [
            (Earning { per_unit: 0, ..like() }, Some("out_of_range")),
            (Earning { per_unit: 1, ..like() }, None),
            (Earning { daily_cap: Some(0), ..like() }, Some("out_of_range")),
            (Earning { daily_cap: Some(1), ..like() }, None),
            (Earning { daily_cap: Some(1 << 63), ..like() }, Some("out_of_range")),
            (Earning { min_interval_s: day, ..like() }, None),
            (Earning { min_interval_s: day + 1, ..like() }, Some("out_of_range")),
            (Earning { multiplier_by_level: vec![band(1, 10_000)], ..like() }, None),
            (
                Earning { multiplier_by_level: vec![band(1, 10_001)], ..like() },
                Some("out_of_range"),
            ),
            (
                Earning { multiplier_by_level: vec![band(1, 1), band(1, 2)], ..like() },
                Some("multipliers_not_rising"),
            ),
        ];
        for (earning, refusal) in earnings {
            let rule = LevelRule { earnings: vec![earning], ..rule(&[1]) };
            let given = Given::nothing();
            let then = given.when_app(admin(), AppCommand::SetLevelRule(SetLevelRule { rule }));
            match refusal {
                Some(code) => then.then_refused(code),
                None => then.then_accepted(),
            }
        }
    }

    #[test]
    fn a_source_is_named_once_and_a_day_begins_within_a_day() {
        let asked = |rule| AppCommand::SetLevelRule(SetLevelRule { rule });
        let twice = vec![Earning::plain(Source::Like, 1), Earning::plain(Source::Like, 2)];
        let twice = LevelRule { earnings: twice, ..rule(&[1]) };
        Given::nothing().when_app(admin(), asked(twice)).then_refused("source_repeated");
        let begins = |day_begins_min| LevelRule { day_begins_min, ..rule(&[1]) };
        Given::nothing().when_app(admin(), asked(begins(1_439))).then_accepted();
        Given::nothing().when_app(admin(), asked(begins(1_440))).then_refused("out_of_range");
    }
}
