//! `MuteUser` → `user_muted`: somebody may not send for a while, or for ever.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::{is_in_force, may_act_on};
use crate::room::state::Room;
use crate::room::unmute_user::{UnmuteUser, unmute_user};
use crate::state::Context;
use crate::timestamp::Timestamp;

/// For those who run the room; the owner cannot be muted. A second mute replaces the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteUser {
    /// Who.
    pub user_id: UserId,
    /// How long; 4294967295 is for ever, 0 ends the mute as `UnmuteUser` does (IM/1627).
    pub seconds: u32,
}

/// Survives leaving, rejoining and restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMuted {
    /// Who.
    pub user_id: UserId,
    /// As asked for.
    pub seconds: u32,
    /// When it ends; none if it does not.
    pub until: Option<Timestamp>,
}

/// The number of seconds that means "for ever".
pub const FOR_EVER_S: u32 = u32::MAX;

pub(crate) fn mute_user(
    room: &Room,
    actor: &Actor,
    command: MuteUser,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let MuteUser { user_id, seconds } = command;
    if seconds == 0 {
        return unmute_user(room, actor, UnmuteUser { user_id });
    }
    may_act_on(room, actor, &user_id)?;
    let max = context.limits.mutes_per_room_max;
    if max as usize <= room.mutes.len() && !room.mutes.contains_key(&user_id) {
        let in_force = room.mutes.values().filter(|until| is_in_force(**until, context.now));
        if max as usize <= in_force.count() {
            return Err(Rejection::TooManyMutes { max });
        }
    }
    let until = (seconds != FOR_EVER_S).then(|| context.now.plus_seconds(seconds));
    Ok(vec![EventData::UserMuted(UserMuted { user_id, seconds, until })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::unmute_user::UserUnmuted;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn mute(user: &str, seconds: u32) -> RoomCommand {
        RoomCommand::MuteUser(MuteUser { user_id: user.parse().unwrap(), seconds })
    }

    fn muted(user: &str, seconds: u32, until: Option<Timestamp>) -> EventData {
        EventData::UserMuted(UserMuted { user_id: user.parse().unwrap(), seconds, until })
    }

    #[test]
    fn a_mute_lasts_as_long_as_it_says() {
        let given = Given::room();
        let until = given.now().plus_seconds(5);
        given.when(host(), mute("ann", 5)).then([muted("ann", 5, Some(until))]);
        let forever = mute("ann", FOR_EVER_S);
        Given::room().when(assistant(), forever).then([muted("ann", FOR_EVER_S, None)]);
        Given::room().when(viewer("bob"), mute("ann", 5)).then_refused("not_allowed");
    }

    #[test]
    fn no_seconds_end_a_mute_and_there_may_be_none() {
        let given = || Given::room().and_in_room([muted("ann", FOR_EVER_S, None)]);
        let user_id = viewer("ann").user;
        let unmuted = EventData::UserUnmuted(UserUnmuted { user_id });
        given().when(host(), mute("ann", 0)).then([unmuted]);
        given().when(viewer("bob"), mute("ann", 0)).then_refused("not_allowed");
        Given::room().when(host(), mute("ann", 0)).then([]);
    }

    #[test]
    fn the_owner_cannot_be_muted() {
        Given::room().when(assistant(), mute("host", 5)).then_refused("owner_immune");
    }

    #[test]
    fn a_room_has_a_limited_number_of_mutes_in_force() {
        let given = || {
            let given = Given::room().limits(|limits| limits.mutes_per_room_max = 1);
            let until = Some(given.now().plus_seconds(5));
            given.and_in_room([muted("ann", 5, until)])
        };
        given().when(host(), mute("bob", 5)).then_refused("too_many_mutes");
        given().when(host(), mute("ann", 9)).then_accepted();
        given().after_ms(5_000).when(host(), mute("bob", 5)).then_accepted();
    }
}
