//! `AnnounceLevel` → `level_reached`: somebody has risen to a level through what they did here.
//!
//! The projector finds it out and sends the command (`projector/src/outbox/mod.rs`), so that the
//! notice too has its place in the log; a merchant with levels of its own may send it as well.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::is_trusted;
use crate::state::Context;

/// In the name of the one who has risen; only from a trusted caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnnounceLevel {
    /// The level before.
    pub from: u32,
    /// The level now.
    pub level: u32,
    /// The points behind it.
    pub points: u64,
}

/// The actor has risen. Recorded also when the show is over by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct LevelReached {
    pub from: u32,
    pub level: u32,
    pub points: u64,
}

pub(crate) fn announce_level(
    actor: &Actor,
    command: AnnounceLevel,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let AnnounceLevel { from, level, points } = command;
    is_trusted(actor)?;
    in_range("level", level.into(), 1, context.limits.levels_max.into())?;
    in_range("from", from.into(), 0, u64::from(level) - 1)?;
    Ok(vec![EventData::LevelReached(LevelReached { from, level, points })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, admin, host, viewer};

    fn announce(from: u32, level: u32) -> RoomCommand {
        RoomCommand::AnnounceLevel(AnnounceLevel { from, level, points: 300 })
    }

    #[test]
    fn only_a_trusted_caller_says_who_has_risen() {
        let in_the_name_of_ann = Actor { via: Some(admin().user), ..viewer("ann") };
        let reached = LevelReached { from: 1, level: 2, points: 300 };
        let reached = EventData::LevelReached(reached);
        Given::room().when(in_the_name_of_ann, announce(1, 2)).then([reached]);
        Given::room().when(viewer("ann"), announce(1, 2)).then_refused("not_allowed");
        Given::room().when(host(), announce(1, 2)).then_refused("not_allowed");
    }

    #[test]
    fn a_level_is_above_the_one_before_and_at_most_the_last_of_a_rule() {
        Given::room().when(admin(), announce(0, 1)).then_accepted();
        Given::room().when(admin(), announce(0, 0)).then_refused("out_of_range");
        Given::room().when(admin(), announce(2, 2)).then_refused("out_of_range");
        Given::room().when(admin(), announce(0, 200)).then_accepted();
        Given::room().when(admin(), announce(0, 201)).then_refused("out_of_range");
    }
}
