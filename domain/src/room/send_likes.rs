//! `SendLikes` → `likes_added`: likes of many people in one event.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::{CommandId, UserId};
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_send;
use crate::room::state::Room;
use crate::state::Context;

/// Clients gather clicks and send them together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendLikes {
    /// How many.
    pub count: u32,
}

/// All likes of a room in one pack of the sequencer. The event's actor is the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikesAdded {
    /// The sum of `by`.
    pub count: u64,
    /// Likes of the room so far, these included.
    pub total: u64,
    /// Whose.
    pub by: Vec<LikesBy>,
}

/// The likes of one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikesBy {
    /// Who.
    pub user_id: UserId,
    /// How many.
    pub count: u32,
    /// The command: its answer is this event's place.
    pub cmd: CommandId,
}

/// The event for this command alone, with no `by` yet; [`LikesAdded::add`] fills it.
pub(crate) fn send_likes(
    room: &Room,
    actor: &Actor,
    command: SendLikes,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_send(room, actor, context.now)?;
    let max = u64::from(context.limits.like_count_max);
    in_range("count", u64::from(command.count), 1, max)?;
    let count = u64::from(command.count);
    let total = room.totals.likes.saturating_add(count);
    Ok(vec![EventData::LikesAdded(LikesAdded { count, total, by: vec![] })])
}

impl LikesAdded {
    /// Nothing yet, in a room that has `total` likes.
    pub fn none(total: u64) -> Self {
        Self { count: 0, total, by: vec![] }
    }

    /// One more command of the same pack.
    pub fn add(&mut self, user_id: UserId, count: u64, cmd: CommandId) {
        self.count = self.count.saturating_add(count);
        self.total = self.total.saturating_add(count);
        // One command has at most `like_count_max`, a u32.
        self.by.push(LikesBy { user_id, count: u32::try_from(count).unwrap_or(u32::MAX), cmd });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, viewer};

    #[test]
    fn a_command_has_1_to_1000_likes() {
        let send = |count| RoomCommand::SendLikes(SendLikes { count });
        let added = |count| EventData::LikesAdded(LikesAdded { count, total: count, by: vec![] });
        Given::room().when(viewer("ann"), send(1)).then([added(1)]);
        Given::room().when(viewer("ann"), send(1_000)).then([added(1_000)]);
        Given::room().when(viewer("ann"), send(0)).then_refused("out_of_range");
        Given::room().when(viewer("ann"), send(1_001)).then_refused("out_of_range");
    }
}
