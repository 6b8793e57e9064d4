//! `ChangeCounter` → `counter_changed`: a number of the room that several hands change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::CounterKey;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;
use crate::state::Context;

/// For those who run the room. Increases and decreases come out the same in any order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCounter {
    /// Which counter; one that is not there yet begins at 0.
    pub key: CounterKey,
    /// What to do.
    pub op: CounterOp,
    /// The new value, or by how much.
    pub value: i64,
}

/// How a counter changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum CounterOp {
    Set,
    Increase,
    Decrease,
}

/// The counter stands there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterChanged {
    /// Which.
    pub key: CounterKey,
    /// What was asked.
    pub op: CounterOp,
    /// As asked.
    pub by: i64,
    /// Afterwards.
    pub value: i64,
}

pub(crate) fn change_counter(
    room: &Room,
    actor: &Actor,
    command: ChangeCounter,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let ChangeCounter { key, op, value: by } = command;
    may_run(room, actor)?;
    let known = room.counters.get(&key).copied();
    let max = context.limits.counters_per_room_max;
    if known.is_none() && max as usize <= room.counters.len() {
        return Err(Rejection::TooManyCounters { max });
    }
    let before = known.unwrap_or(0);
    let after = match op {
        CounterOp::Set => Some(by),
        CounterOp::Increase => before.checked_add(by),
        CounterOp::Decrease => before.checked_sub(by),
    };
    let Some(value) = after else {
        return Err(Rejection::CounterOutOfRange { key, value: before });
    };
    if known == Some(value) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::CounterChanged(CounterChanged { key, op, by, value })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn change(key: &str, op: CounterOp, value: i64) -> RoomCommand {
        RoomCommand::ChangeCounter(ChangeCounter { key: key.parse().unwrap(), op, value })
    }

    fn changed(key: &str, op: CounterOp, by: i64, value: i64) -> EventData {
        let key = key.parse().unwrap();
        EventData::CounterChanged(CounterChanged { key, op, by, value })
    }

    fn at(value: i64) -> Given {
        Given::room().and_in_room([changed("votes", CounterOp::Set, value, value)])
    }

    #[test]
    fn a_counter_begins_at_0_and_says_where_it_stands() {
        let (increase, decrease) = (CounterOp::Increase, CounterOp::Decrease);
        let up = change("votes", increase, 3);
        Given::room().when(host(), up.clone()).then([changed("votes", increase, 3, 3)]);
        at(4).when(assistant(), up.clone()).then([changed("votes", increase, 3, 7)]);
        let down = change("votes", decrease, 5);
        at(4).when(host(), down).then([changed("votes", decrease, 5, -1)]);
        at(4).when(host(), change("votes", CounterOp::Set, 4)).then([]);
        at(4).when(viewer("ann"), up).then_refused("not_allowed");
    }

    #[test]
    fn nothing_goes_beyond_64_bits() {
        let (increase, decrease) = (CounterOp::Increase, CounterOp::Decrease);
        let code = "counter_out_of_range";
        at(i64::MAX - 1).when(host(), change("votes", increase, 1)).then_accepted();
        at(i64::MAX).when(host(), change("votes", increase, 1)).then_refused(code);
        at(i64::MIN + 1).when(host(), change("votes", decrease, 1)).then_accepted();
        at(i64::MIN).when(host(), change("votes", decrease, 1)).then_refused(code);
        at(0).when(host(), change("votes", decrease, i64::MIN)).then_refused(code);
        at(-1).when(host(), change("votes", decrease, i64::MIN)).then_accepted();
    }

    #[test]
    fn a_room_has_at_most_20_counters() {
        let some = |count: i64| {
            let counters = (0..count).map(|n| changed(&format!("c{n}"), CounterOp::Set, n, n));
            Given::room().and_in_room(counters)
        };
        let one = change("one", CounterOp::Set, 1);
        some(19).when(host(), one.clone()).then_accepted();
        some(20).when(host(), one).then_refused("too_many_counters");
        some(20).when(host(), change("c3", CounterOp::Set, 1)).then_accepted();
    }

    #[test]
    fn a_key_has_at_most_128_bytes() {
        assert!("é".repeat(64).parse::<CounterKey>().is_ok());
        assert!("x".repeat(129).parse::<CounterKey>().is_err());
    }
}
