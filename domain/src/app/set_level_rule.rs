//! `SetLevelRule` → `level_rule_set`: what earns points from now on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::level::{LevelRule, RecordedLevelRule};
use crate::rejection::{Rejection, in_range};
use crate::state::{AppState, Context};

/// Only for admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLevelRule {
    /// The whole rule; it replaces the one before.
    pub rule: LevelRule,
}

/// Holds for every later event, so that a replay gives the same levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRuleSet {
    /// The whole rule.
    #[serde(deserialize_with = "RecordedLevelRule::deserialize")]
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
    let levels = rule.thresholds.len() as u64;
    in_range("thresholds", levels, 1, u64::from(context.limits.levels_max))?;
    let rising = rule.thresholds.windows(2).all(|pair| pair[0] < pair[1]);
    if rule.thresholds[0] == 0 || !rising {
        return Err(Rejection::ThresholdsNotRising);
    }
    // Points are a signed 64-bit number in Postgres.
    let last = rule.thresholds[rule.thresholds.len() - 1];
    in_range("thresholds", last, 1, i64::MAX.unsigned_abs())?;
    if rule == app.level_rule {
        return Ok(vec![]);
    }
    Ok(vec![EventData::LevelRuleSet(LevelRuleSet { rule })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
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
}
