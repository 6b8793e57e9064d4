//! `user_level`: points and level of each user, and the rule by which they earn more.
//!
//! Reads everything that earns points, and `level_rule_set`. Writes `user_level` and `level_rule`
//! (`migrations/sql/models/user_level.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData};
use domain::ids::{AppId, UserId};
use domain::level::LevelRule;
use tokio_postgres::Client;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The points of a batch. A new rule begins a new stretch: points that were earned before it lift
/// levels by the thresholds that held then, wherever a batch ends.
#[derive(Debug)]
pub(crate) struct UserLevels {
    rule: LevelRule,
    rule_is_new: bool,
    earned: BTreeMap<UserId, i64>,
    before: Vec<(LevelRule, BTreeMap<UserId, i64>)>,
}

impl UserLevels {
    pub(crate) fn new(rule: LevelRule) -> Self {
        Self { rule, rule_is_new: false, earned: BTreeMap::new(), before: vec![] }
    }
}

impl Fold for UserLevels {
    fn fold(&mut self, event: &Event) {
        if let EventData::LevelRuleSet(set) = &event.data {
            let rule = std::mem::replace(&mut self.rule, set.rule.clone());
            self.rule_is_new = true;
            if !self.earned.is_empty() {
                self.before.push((rule, std::mem::take(&mut self.earned)));
            }
            return;
        }
        let earned = &mut self.earned;
        self.rule.points(event, |user_id, points| {
            // Who has earned nothing has no row.
            if points != 0 {
                let total = earned.entry(user_id.clone()).or_default();
                *total = total.saturating_add(bigint(points));
            }
        });
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let mut writes = vec![];
        for (rule, earned) in self.before.drain(..) {
            writes.push(upsert_levels(app, &rule, &earned));
        }
        let earned = std::mem::take(&mut self.earned);
        if !earned.is_empty() {
            writes.push(upsert_levels(app, &self.rule, &earned));
        }
        if std::mem::take(&mut self.rule_is_new) {
            writes.push(upsert_rule(app, &self.rule));
        }
        writes
    }
}

// Within one stretch points only rise and the rule stands still, so the level after the whole of it
// is the highest on the way. `width_bucket` counts the thresholds that are reached.
const UPSERT_LEVEL: &str = "
    INSERT INTO user_level AS old (app, user_id, points, level)
    SELECT $1, user_id, points, width_bucket(points, $4::bigint[])
    FROM unnest($2::text[], $3::bigint[]) AS earned (user_id, points)
    ON CONFLICT (app, user_id) DO UPDATE SET
        points = matinee.saturating_add(old.points, excluded.points),
        level = greatest(old.level, width_bucket(
            matinee.saturating_add(old.points, excluded.points), $4::bigint[]))";

const UPSERT_RULE: &str = "
    INSERT INTO level_rule
        (app, points_per_message, points_per_coin, points_per_like, thresholds)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (app) DO UPDATE SET
        points_per_message = excluded.points_per_message,
        points_per_coin = excluded.points_per_coin,
        points_per_like = excluded.points_per_like,
        thresholds = excluded.thresholds";

fn upsert_levels(app: &AppId, rule: &LevelRule, earned: &BTreeMap<UserId, i64>) -> Write {
    Write::new(UPSERT_LEVEL, app)
        .with(earned.keys().map(UserId::as_str).collect::<TextColumn>())
        .with(earned.values().copied().collect::<Vec<i64>>())
        .with(thresholds(rule))
        .changing(earned.len())
}

fn upsert_rule(app: &AppId, rule: &LevelRule) -> Write {
    Write::new(UPSERT_RULE, app)
        .with(i64::from(rule.points_per_message))
        .with(i64::from(rule.points_per_coin))
        .with(i64::from(rule.points_per_like))
        .with(thresholds(rule))
        .changing(1)
}

fn thresholds(rule: &LevelRule) -> Vec<i64> {
    rule.thresholds.iter().copied().map(bigint).collect()
}

/// The rule in force at the checkpoint.
pub(crate) async fn read_rule(
    client: &Client,
    app: &AppId,
) -> Result<LevelRule, tokio_postgres::Error> {
    let select = "SELECT points_per_message, points_per_coin, points_per_like, thresholds
        FROM level_rule WHERE app = $1";
    let row = client.query_opt(select, &[&app.as_str()]).await?;
    Ok(row.map_or_else(LevelRule::default, |row| {
        // Written from a rule, so every number fits.
        let per = |column: usize| u32::try_from(row.get::<_, i64>(column)).unwrap_or(u32::MAX);
        let thresholds: Vec<i64> = row.get(3);
        LevelRule {
            points_per_message: per(0),
            points_per_coin: per(1),
            points_per_like: per(2),
            thresholds: thresholds.into_iter().map(i64::unsigned_abs).collect(),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::app::set_level_rule::LevelRuleSet;
    use domain::sample;

    fn message() -> Event {
        let events = sample::events().into_iter();
        events.filter(|event| matches!(event.data, EventData::MessageSent(_))).last().unwrap()
    }

    fn rule_set(points_per_message: u32) -> Event {
        let rule = LevelRule { points_per_message, ..LevelRule::default() };
        Event { data: EventData::LevelRuleSet(LevelRuleSet { rule }), ..message() }
    }

    #[test]
    fn a_new_rule_begins_a_new_stretch() {
        let mut levels = UserLevels::new(LevelRule::default());
        for event in [message(), message(), rule_set(10), rule_set(5), message()] {
            levels.fold(&event);
        }

        let user = message().actor.user;
        assert_eq!(levels.before.len(), 1);
        assert_eq!(levels.before[0].1[&user], 2);
        assert_eq!(levels.earned[&user], 5);
        assert_eq!(levels.take(&"shop".parse().unwrap()).len(), 3);
        assert_eq!(levels.rule.points_per_message, 5);
    }

    #[test]
    fn who_earns_nothing_gets_no_row() {
        let mut levels =
            UserLevels::new(LevelRule { points_per_message: 0, ..LevelRule::default() });
        levels.fold(&message());
        assert!(levels.take(&"shop".parse().unwrap()).is_empty());
    }
}
