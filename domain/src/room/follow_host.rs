//! `FollowHost` → `host_followed`: a viewer follows whoever owns the room.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::{LogSeq, UserId};
use crate::rejection::Rejection;
use crate::room::permission::may_join;
use crate::room::state::Room;
use crate::state::{AppState, Context};

/// For everybody who is not banned, but the owner. A second time changes nothing. Who follows whom
/// grows with the viewers and so is not state: the read model knows it, and the state the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowHost {
    /// Set by the gateway: whether the actor follows, as the read model has it.
    #[serde(default)]
    #[schemars(skip)]
    pub follows: bool,
    /// Set by the gateway: how far the read model had come; 0 if it did not answer.
    #[serde(default)]
    #[schemars(skip)]
    pub as_of: LogSeq,
}

/// The actor follows the host from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFollowed {
    /// Whom: the owner of the room.
    pub host_id: UserId,
}

pub(crate) fn follow_host(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: &FollowHost,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_join(room, actor, context.now)?;
    if actor.user == room.owner {
        return Err(Rejection::NotAllowed { needed: "somebody else than the host".into() });
    }
    if follows(app, room, actor, (command.follows, command.as_of)) == Some(true) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::HostFollowed(HostFollowed { host_id: room.owner.clone() })])
}

/// Whether the actor follows the room's owner: what was decided last, else what the read model had if
/// it had come far enough, else nobody knows. Then it is said once more: no viewer waits for a read
/// model, the set of followers is the same, and only the heat of that hour counts the act twice, as it
/// does for who stops in between.
pub(crate) fn follows(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    (read, as_of): (bool, LogSeq),
) -> Option<bool> {
    let recent = app.recent_follows.get(&(actor.user.clone(), room.owner.clone())).copied();
    recent.or(app.recent_follows.is_continued_by(as_of).then_some(read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::recent::REMEMBERED_MAX;
    use crate::command::RoomCommand;
    use crate::room::ban_user::UserBanned;
    use crate::room::unfollow_host::{HostUnfollowed, UnfollowHost};
    use crate::state::testing::{Given, host, viewer};

    #[test]
    fn everybody_but_the_banned_and_the_host_may_follow() {
        let follow = || RoomCommand::FollowHost(FollowHost::default());
        let followed = HostFollowed { host_id: "host".parse().unwrap() };
        let followed = || EventData::HostFollowed(followed.clone());
        Given::room().when(viewer("ann"), follow()).then([followed()]);
        let again = || Given::room().and_by(viewer("ann"), [followed()]);
        again().when(viewer("ann"), follow()).then([]);
        again().when(viewer("bob"), follow()).then([followed()]);
        Given::room().when(host(), follow()).then_refused("not_allowed");
        Given::nothing().when(viewer("ann"), follow()).then_refused("room_not_found");
        let user_id = "ann".parse().unwrap();
        let banned = UserBanned { user_id, seconds: 1, until: None, reason: None };
        let banned = Given::room().and_in_room([EventData::UserBanned(banned)]);
        banned.when(viewer("ann"), follow()).then_refused("banned");
    }

    #[test]
    fn the_read_model_is_believed_until_something_newer_is_known() {
        let follow =
            |follows| RoomCommand::FollowHost(FollowHost { follows, ..FollowHost::default() });
        let host_id: UserId = "host".parse().unwrap();
        let followed = EventData::HostFollowed(HostFollowed { host_id: host_id.clone() });
        Given::room().when(viewer("ann"), follow(true)).then([]);
        Given::room().when(viewer("ann"), follow(false)).then([followed.clone()]);
        let stopped = EventData::HostUnfollowed(HostUnfollowed { host_id });
        let stopped = Given::room().and_by(viewer("ann"), [followed.clone(), stopped]);
        stopped.when(viewer("ann"), follow(true)).then([followed]);
    }

    #[test]
    fn a_read_model_that_lags_makes_nobody_follow_or_stop() {
        let host_id: UserId = "host".parse().unwrap();
        let followed = EventData::HostFollowed(HostFollowed { host_id: host_id.clone() });
        let stopped = EventData::HostUnfollowed(HostUnfollowed { host_id });
        // Ann has stopped, bob has begun, at the third and the fourth commit; then all begin.
        let given = || {
            let given = Given::room().and_by(viewer("ann"), [followed.clone(), stopped.clone()]);
            let given = given.and_by(viewer("bob"), [followed.clone()]);
            (0..REMEMBERED_MAX)
                .fold(given, |given, n| given.and_by(viewer(&format!("v{n}")), [followed.clone()]))
        };
        let follow = |follows, as_of| RoomCommand::FollowHost(FollowHost { follows, as_of });
        let unfollow = |follows, as_of| RoomCommand::UnfollowHost(UnfollowHost { follows, as_of });
        given().when(viewer("ann"), follow(true, LogSeq(2))).then([followed.clone()]);
        given().when(viewer("bob"), unfollow(false, LogSeq(2))).then([stopped.clone()]);
        given().when(viewer("bob"), follow(true, LogSeq(4))).then([]);
        given().when(viewer("ann"), unfollow(false, LogSeq(4))).then([]);
    }
}
