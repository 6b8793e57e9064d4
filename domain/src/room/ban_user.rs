//! `BanUser` → `user_banned`: somebody may neither come in nor send, for a while or for ever.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::{Rejection, in_range};
use crate::room::mute_user::FOR_EVER_S;
use crate::room::permission::{is_in_force, may_act_on};
use crate::room::state::Room;
use crate::state::Context;
use crate::text;
use crate::timestamp::Timestamp;

/// For those who run the room; the owner cannot be banned. A second ban replaces the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BanUser {
    /// Who.
    pub user_id: UserId,
    /// How long; 4294967295 is for ever.
    pub seconds: u32,
    /// What they are told.
    #[serde(default)]
    pub reason: Option<Arc<str>>,
}

/// Survives leaving and restarts, and ends an appointment as assistant. In the feed it tells the user's own client to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserBanned {
    /// Whom it concerns.
    pub user_id: UserId,
    /// As asked for.
    pub seconds: u32,
    /// When it ends; none if it does not.
    pub until: Option<Timestamp>,
    /// What they are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Arc<str>>,
}

pub(crate) fn ban_user(
    room: &Room,
    actor: &Actor,
    command: BanUser,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let BanUser { user_id, seconds, reason } = command;
    may_act_on(room, actor, &user_id)?;
    in_range("seconds", u64::from(seconds), 1, u64::from(FOR_EVER_S))?;
    let reason_bytes_max = context.limits.reason_bytes_max;
    text::check("reason", reason.as_deref().unwrap_or(""), reason_bytes_max, false)?;
    let max = context.limits.bans_per_room_max;
    if max as usize <= room.bans.len() && !room.bans.contains_key(&user_id) {
        let in_force = room.bans.values().filter(|until| is_in_force(**until, context.now));
        if max as usize <= in_force.count() {
            return Err(Rejection::TooManyBans { max });
        }
    }
    let until = (seconds != FOR_EVER_S).then(|| context.now.plus_seconds(seconds));
    Ok(vec![EventData::UserBanned(UserBanned { user_id, seconds, until, reason })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::join_room::JoinRoom;
    use crate::room::leave_room::LeaveRoom;
    use crate::room::send_likes::SendLikes;
    use crate::room::send_message::SendMessage;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn ban(user: &str, seconds: u32) -> RoomCommand {
        let user_id = user.parse().unwrap();
        RoomCommand::BanUser(BanUser { user_id, seconds, reason: None })
    }

    fn banned(user: &str, seconds: u32, until: Option<Timestamp>) -> EventData {
        let user_id = user.parse().unwrap();
        EventData::UserBanned(UserBanned { user_id, seconds, until, reason: None })
    }

    #[test]
    fn those_who_run_the_room_ban_anybody_but_its_owner() {
        let given = Given::room();
        let until = Some(given.now().plus_seconds(1));
        given.when(host(), ban("ann", 1)).then([banned("ann", 1, until)]);
        let for_ever = ban("ann", FOR_EVER_S);
        Given::room().when(assistant(), for_ever).then([banned("ann", FOR_EVER_S, None)]);
        Given::room().when(host(), ban("ann", 0)).then_refused("out_of_range");
        Given::room().when(viewer("bob"), ban("ann", 5)).then_refused("not_allowed");
        Given::room().when(assistant(), ban("host", 5)).then_refused("owner_immune");
    }

    #[test]
    fn a_banned_user_neither_comes_in_nor_sends_until_exactly_the_end() {
        let commands = [
            RoomCommand::JoinRoom(JoinRoom {}),
            RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None }),
            RoomCommand::SendLikes(SendLikes { count: 1 }),
        ];
        let given = || {
            let given = Given::room();
            let until = Some(given.now().plus_seconds(10));
            given.and_in_room([banned("ann", 10, until)])
        };
        for command in &commands {
            given().when(viewer("bob"), command.clone()).then_accepted();
            given().when(viewer("ann"), command.clone()).then_refused("banned");
            given().after_ms(9_999).when(viewer("ann"), command.clone()).then_refused("banned");
            given().after_ms(10_000).when(viewer("ann"), command.clone()).then_accepted();
            let for_ever = Given::room().and_in_room([banned("ann", FOR_EVER_S, None)]);
            for_ever.after_ms(1 << 50).when(viewer("ann"), command.clone()).then_refused("banned");
        }
        given().when(viewer("ann"), RoomCommand::LeaveRoom(LeaveRoom {})).then_accepted();
    }

    #[test]
    fn a_reason_has_at_most_1000_bytes() {
        let because = |bytes: usize| {
            let reason = Some("r".repeat(bytes).into());
            let user_id = "ann".parse().unwrap();
            RoomCommand::BanUser(BanUser { user_id, seconds: 1, reason })
        };
        Given::room().when(host(), because(1_000)).then_accepted();
        Given::room().when(host(), because(1_001)).then_refused("text_too_long");
    }

    #[test]
    fn a_room_has_a_limited_number_of_bans_in_force() {
        let given = || {
            let given = Given::room().limits(|limits| limits.bans_per_room_max = 1);
            let until = Some(given.now().plus_seconds(5));
            given.and_in_room([banned("ann", 5, until)])
        };
        given().when(host(), ban("bob", 5)).then_refused("too_many_bans");
        given().when(host(), ban("ann", 9)).then_accepted();
        given().after_ms(5_000).when(host(), ban("bob", 5)).then_accepted();
    }
}
