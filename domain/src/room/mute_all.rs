//! `MuteAll` → `mute_all_set`: only some may talk.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::ids::UserId;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;
use crate::state::Context;

/// For those who run the room; they and the owner may talk all the while. Again with another list
/// replaces the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteAll {
    /// On, or off again.
    pub on: bool,
    /// Who may talk all the same; nobody's name when it is off.
    #[serde(default)]
    pub allow: BTreeSet<UserId>,
}

/// Texts of everybody else are refused; gifts and likes go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteAllSet {
    /// On, or off.
    pub on: bool,
    /// Who may talk all the same.
    pub allow: BTreeSet<UserId>,
}

pub(crate) fn mute_all(
    room: &Room,
    actor: &Actor,
    command: MuteAll,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    let MuteAll { on, mut allow } = command;
    let max = context.limits.mute_all_allow_max;
    if (max as usize) < allow.len() {
        return Err(Rejection::TooManyAllowed { max });
    }
    if !on {
        allow.clear();
    }
    if room.mute_all.as_ref() == on.then_some(&allow) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::MuteAllSet(MuteAllSet { on, allow })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::room::send_likes::SendLikes;
    use crate::room::send_message::SendMessage;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn names(allow: &[&str]) -> BTreeSet<UserId> {
        allow.iter().map(|user| user.parse().unwrap()).collect()
    }

    fn set(on: bool, allow: &[&str]) -> RoomCommand {
        RoomCommand::MuteAll(MuteAll { on, allow: names(allow) })
    }

    fn was_set(on: bool, allow: &[&str]) -> EventData {
        EventData::MuteAllSet(MuteAllSet { on, allow: names(allow) })
    }

    #[test]
    fn those_who_run_the_room_and_those_on_the_list_talk() {
        let send = || RoomCommand::SendMessage(SendMessage { text: "hi".into(), reply_to: None });
        let given = || Given::room().and_in_room([was_set(true, &["ann"])]);
        for actor in [viewer("ann"), host(), viewer("host"), assistant(), admin()] {
            given().when(actor, send()).then_accepted();
        }
        given().when(viewer("bob"), send()).then_refused("all_muted");
        given().when(viewer("bob"), RoomCommand::SendLikes(SendLikes { count: 1 })).then_accepted();
        let off = given().and_in_room([was_set(false, &[])]);
        off.when(viewer("bob"), send()).then_accepted();
    }

    #[test]
    fn it_changes_only_what_is_not_so_already() {
        let on = || Given::room().and_in_room([was_set(true, &["ann"])]);
        Given::room().when(host(), set(true, &["ann"])).then([was_set(true, &["ann"])]);
        Given::room().when(host(), set(false, &["ann"])).then([]);
        on().when(host(), set(true, &["ann"])).then([]);
        on().when(host(), set(true, &[])).then([was_set(true, &[])]);
        on().when(host(), set(false, &["ann"])).then([was_set(false, &[])]);
        on().when(viewer("ann"), set(false, &[])).then_refused("not_allowed");
    }

    #[test]
    fn the_list_has_a_limited_length() {
        let limited = || Given::room().limits(|limits| limits.mute_all_allow_max = 1);
        limited().when(host(), set(true, &["ann"])).then_accepted();
        limited().when(host(), set(true, &["ann", "bob"])).then_refused("too_many_allowed");
    }
}
