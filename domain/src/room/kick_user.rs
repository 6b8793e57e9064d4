//! `KickUser` → `user_kicked`: somebody shall go, and may come again.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_act_on;
use crate::room::state::Room;
use crate::state::Context;
use crate::text;

/// For those who run the room; the owner cannot be kicked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KickUser {
    /// Who.
    pub user_id: UserId,
    /// What they are told.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// Tells the user's client to go. Nothing is remembered: who shall stay away is banned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserKicked {
    /// Whom it concerns.
    pub user_id: UserId,
    /// What they are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

pub(crate) fn kick_user(
    room: &Room,
    actor: &Actor,
    command: KickUser,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let KickUser { user_id, reason } = command;
    may_act_on(room, actor, &user_id)?;
    let reason_bytes_max = context.limits.reason_bytes_max;
    text::check("reason", reason.as_deref().unwrap_or(""), reason_bytes_max, false)?;
    Ok(vec![EventData::UserKicked(UserKicked { user_id, reason })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::join_room::JoinRoom;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn kick(user: &str, reason: Option<&str>) -> RoomCommand {
        let user_id = user.parse().unwrap();
        RoomCommand::KickUser(KickUser { user_id, reason: reason.map(Into::into) })
    }

    #[test]
    fn those_who_run_the_room_kick_anybody_but_its_owner() {
        let user_id = "ann".parse().unwrap();
        let kicked = EventData::UserKicked(UserKicked { user_id, reason: Some("spam".into()) });
        Given::room().when(host(), kick("ann", Some("spam"))).then([kicked.clone()]);
        Given::room().when(viewer("bob"), kick("ann", None)).then_refused("not_allowed");
        Given::room().when(assistant(), kick("host", None)).then_refused("owner_immune");
        let join = RoomCommand::JoinRoom(JoinRoom {});
        Given::room().and_in_room([kicked]).when(viewer("ann"), join).then_accepted();
    }

    #[test]
    fn a_reason_has_at_most_1000_bytes() {
        let because = |bytes: usize| kick("ann", Some(&"r".repeat(bytes)));
        Given::room().when(host(), because(1_000)).then_accepted();
        Given::room().when(host(), because(1_001)).then_refused("text_too_long");
    }
}
