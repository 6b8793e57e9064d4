//! `user_level`: points and level of each user, and the rule by which they earn more.
//!
//! Reads everything that earns points, and `level_rule_set`. Writes `user_level` and `level_rule`
//! (`migrations/sql/models/user_level.sql`). What each user did in the batch is kept in order; their
//! rows are read in the transaction and folded on, so caps and pauses hold across batches. A live fold
//! also puts levels that were reached into the outbox.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::event::{Event, EventData};
use domain::ids::{AppId, UserId};
use domain::level::deed::{Source, deeds};
use domain::level::points::UserPoints;
use domain::level::rule::LevelRule;
use domain::timestamp::Timestamp;
use service_kit::clock;
use tokio_postgres::{Client, Row};

use super::Fold;
use crate::column::TextColumn;
use crate::lookup::{Lookup, Unreadable};
use crate::outbox::config::OutboxConfig;
use crate::outbox::rise::{self, Origin, Rise};
use crate::write::{Write, bigint};

/// What was done in a batch, and the rules under which.
#[derive(Debug)]
pub(crate) struct UserLevels {
    rule: Arc<LevelRule>,
    rule_is_new: bool,
    done: BTreeMap<UserId, Vec<Done>>,
    /// Where levels that are reached are announced from; a rebuild announces nothing.
    outbox: Option<OutboxConfig>,
}

/// Something that may have earned points.
#[derive(Debug)]
struct Done {
    rule: Arc<LevelRule>,
    source: Source,
    units: u64,
    at: Timestamp,
    origin: Option<Origin>,
}

impl UserLevels {
    pub(crate) fn new(rule: LevelRule, outbox: Option<OutboxConfig>) -> Self {
        Self { rule: Arc::new(rule), rule_is_new: false, done: BTreeMap::new(), outbox }
    }
}

impl Fold for UserLevels {
    fn fold(&mut self, event: &Event) {
        if let EventData::LevelRuleSet(set) = &event.data {
            self.rule = Arc::new(set.rule.clone());
            self.rule_is_new = true;
            return;
        }
        let (rule, done, at, live) = (&self.rule, &mut self.done, event.at, self.outbox.is_some());
        deeds(event, |user_id, source, units| {
            // What the rule does not name leaves no trace, and needs no row to be read.
            if rule.names(source) {
                let origin = if live { Origin::of(event, user_id) } else { None };
                let deed = Done { rule: rule.clone(), source, units, at, origin };
                if let Some(deeds) = done.get_mut(user_id) {
                    deeds.push(deed);
                } else {
                    done.insert(user_id.clone(), vec![deed]);
                }
            }
        });
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let is_new = std::mem::take(&mut self.rule_is_new);
        if is_new { vec![upsert_rule(app, &self.rule)] } else { vec![] }
    }

    fn take_lookup(&mut self, app: &AppId) -> Option<Box<dyn Lookup>> {
        let done = std::mem::take(&mut self.done);
        (!done.is_empty()).then(|| {
            Box::new(LevelsOfBatch::new(app, done, self.outbox.clone())) as Box<dyn Lookup>
        })
    }
}

/// The deeds of a batch, waiting for the rows that they are folded onto.
#[derive(Debug)]
struct LevelsOfBatch {
    select: Write,
    done: BTreeMap<UserId, Vec<Done>>,
    outbox: Option<OutboxConfig>,
}

impl LevelsOfBatch {
    fn new(app: &AppId, done: BTreeMap<UserId, Vec<Done>>, outbox: Option<OutboxConfig>) -> Self {
        let users = done.keys().map(UserId::as_str).collect::<TextColumn>();
        Self { select: Write::new(SELECT, app).with(users), done, outbox }
    }
}

impl Lookup for LevelsOfBatch {
    fn select(&self) -> &Write {
        &self.select
    }

    fn statements(&self) -> &'static [&'static str] {
        &[UPSERT_LEVEL, rise::INSERT]
    }

    fn writes(&self, app: &AppId, rows: &[Row]) -> Result<Vec<Write>, Unreadable> {
        let mut known = HashMap::with_capacity(rows.len());
        for row in rows {
            let (user_id, points) = read_points(row)?;
            known.insert(user_id, points);
        }
        let mut changed = Vec::with_capacity(self.done.len());
        // What is read long after it happened is news to nobody.
        let floor = self.outbox.as_ref().map(|outbox| outbox.floor(clock::now()));
        let floor = floor.unwrap_or_default();
        let mut rises = vec![];
        for (user_id, done) in &self.done {
            let mut points = known.remove(user_id.as_str()).unwrap_or_default();
            let mut earned = false;
            for Done { rule, source, units, at, origin } in done {
                let from = points.level;
                earned |= points.earn(rule, *source, *units, *at);
                if let Some(origin) = origin
                    && from < points.level
                    && floor <= *at
                {
                    let (user_id, origin) = (user_id.clone(), origin.clone());
                    let UserPoints { points, level, .. } = points;
                    rises.push(Rise { user_id, origin, from, level, points, at: *at });
                }
            }
            // Who has earned nothing has no row.
            if earned {
                changed.push((user_id, points));
            }
        }
        let levels = (!changed.is_empty()).then(|| upsert_levels(app, &changed));
        Ok(levels.into_iter().chain(rise::insert(app, &rises)).collect())
    }
}

// `OFFSET 0` makes each user be looked up by key, whatever the planner knew of the table.
const SELECT: &str = "
    SELECT asked.user_id, found.points, found.level, found.day
    FROM unnest($2::text[]) AS asked (user_id)
    CROSS JOIN LATERAL (
        SELECT points, level, day FROM user_level WHERE app = $1 AND user_id = asked.user_id
        OFFSET 0
    ) AS found";

const UPSERT_LEVEL: &str = "
    INSERT INTO user_level (app, user_id, points, level, day)
    SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::integer[], $5::text[])
    ON CONFLICT (app, user_id) DO UPDATE SET
        points = excluded.points, level = excluded.level, day = excluded.day";

const UPSERT_RULE: &str = "
    INSERT INTO level_rule (app, rule) VALUES ($1, $2)
    ON CONFLICT (app) DO UPDATE SET rule = excluded.rule";

fn upsert_levels(app: &AppId, changed: &[(&UserId, UserPoints)]) -> Write {
    let level = |points: &UserPoints| i32::try_from(points.level).unwrap_or(i32::MAX);
    let mut days = TextColumn::default();
    for (_, points) in changed {
        days.push(&json(&points.day));
    }
    Write::new(UPSERT_LEVEL, app)
        .with(changed.iter().map(|(user_id, _)| user_id.as_str()).collect::<TextColumn>())
        .with(changed.iter().map(|(_, points)| bigint(points.points)).collect::<Vec<i64>>())
        .with(changed.iter().map(|(_, points)| level(points)).collect::<Vec<i32>>())
        .with(days)
        .changing(changed.len())
}

fn upsert_rule(app: &AppId, rule: &LevelRule) -> Write {
    Write::new(UPSERT_RULE, app).with(json(rule)).changing(1)
}

#[expect(clippy::expect_used, reason = "plain structs with text keys: writing them cannot fail")]
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a level is representable in JSON")
}

fn read_points(row: &Row) -> Result<(&str, UserPoints), Unreadable> {
    let (user_id, day): (&str, &str) = (row.get(0), row.get(3));
    let unreadable = |source| Unreadable { column: "day", key: user_id.to_owned(), source };
    let day = serde_json::from_str(day).map_err(unreadable)?;
    let level = u32::try_from(row.get::<_, i32>(2)).unwrap_or_default();
    Ok((user_id, UserPoints { points: row.get::<_, i64>(1).unsigned_abs(), level, day }))
}

/// The rule in force at the checkpoint.
pub(crate) async fn read_rule(
    client: &Client,
    app: &AppId,
) -> Result<Result<LevelRule, serde_json::Error>, tokio_postgres::Error> {
    let select = "SELECT rule FROM level_rule WHERE app = $1";
    let row = client.query_opt(select, &[&app.as_str()]).await?;
    Ok(row.map_or_else(|| Ok(LevelRule::default()), |row| serde_json::from_str(row.get(0))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::app::set_level_rule::LevelRuleSet;
    use domain::level::rule::Earning;
    use domain::sample;

    fn message() -> Event {
        let events = sample::events().into_iter();
        events.filter(|event| matches!(event.data, EventData::MessageSent(_))).last().unwrap()
    }

    fn rule_set(earnings: Vec<Earning>) -> Event {
        let rule = LevelRule { earnings, ..LevelRule::default() };
        Event { data: EventData::LevelRuleSet(LevelRuleSet { rule }), ..message() }
    }

    #[test]
    fn each_deed_is_kept_with_the_rule_of_its_moment() {
        let mut levels = UserLevels::new(LevelRule::default(), None);
        let ten = rule_set(vec![Earning::plain(Source::Message, 10)]);
        let nothing = rule_set(vec![]);
        for event in [message(), ten, message(), nothing, message()] {
            levels.fold(&event);
        }

        let done = &levels.done[&message().actor.user];
        let points: Vec<u32> = done.iter().map(|done| done.rule.earnings[0].points).collect();
        assert_eq!(points, [1, 10]);
        let app = "shop".parse().unwrap();
        assert_eq!(levels.take(&app).len(), 1);
        assert!(levels.take_lookup(&app).is_some());
        assert!(levels.take(&app).is_empty() && levels.take_lookup(&app).is_none());
    }

    #[test]
    fn who_did_nothing_is_not_looked_up() {
        let mut levels =
            UserLevels::new(LevelRule { earnings: vec![], ..LevelRule::default() }, None);
        levels.fold(&message());
        assert!(levels.take_lookup(&"shop".parse().unwrap()).is_none());
    }
}
