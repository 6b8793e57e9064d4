//! `CreateRoom` → `room_created`: a room with its host.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::ids::{RoomId, UserId};
use crate::rejection::Rejection;
use crate::room::set_room_profile::RoomProfileSet;
use crate::room::state::Room;
use crate::state::{AppState, Context};

/// Admins create rooms for anybody, hosts for themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRoom {
    /// The name to show.
    pub name: Arc<str>,
    /// The host.
    pub owner: UserId,
    /// What kind of room it is, in the merchant's own words.
    #[serde(default)]
    pub kind: Arc<str>,
    /// Address of a picture.
    #[serde(default)]
    pub cover: Arc<str>,
    /// Set by the gateway: nobody has registered under the owner's id.
    #[serde(default)]
    #[schemars(skip)]
    pub owner_unregistered: bool,
}

/// The room exists and is scheduled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct RoomCreated {
    pub name: Arc<str>,
    pub owner: UserId,
}

/// The same owner may create the room again: that is "already so", whatever it is called by now.
/// Platforms that refuse this leave a host who lost the first answer without a room.
pub(crate) fn create_room(
    app: &AppState,
    room: Option<&Room>,
    room_id: RoomId,
    actor: &Actor,
    command: CreateRoom,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let CreateRoom { name, owner, kind, cover, owner_unregistered } = command;
    let may = match actor.role {
        Role::Admin => true,
        Role::Host => actor.user == owner,
        Role::Assistant | Role::Viewer | Role::Guest => false,
    };
    if !may {
        return Err(Rejection::NotAllowed { needed: "an admin or the host themselves".into() });
    }
    let profile = RoomProfileSet { name: name.clone(), kind, cover };
    profile.check(context.limits)?;
    match room {
        Some(room) if room.archived => Err(Rejection::RoomArchived),
        Some(room) if room.owner == owner => Ok(vec![]),
        Some(_) => Err(Rejection::RoomIdTaken { room_id }),
        None if owner_unregistered => Err(Rejection::OwnerNotRegistered { user_id: owner }),
        None if context.limits.rooms_max as usize <= app.rooms.len() => {
            Err(Rejection::TooManyRooms { max: context.limits.rooms_max })
        }
        None => {
            let created = EventData::RoomCreated(RoomCreated { name, owner });
            let is_plain = profile.kind.is_empty() && profile.cover.is_empty();
            let profile = (!is_plain).then_some(EventData::RoomProfileSet(profile));
            Ok(std::iter::once(created).chain(profile).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn create(name: &str, owner: &str) -> RoomCommand {
        let owner = owner.parse().unwrap();
        let (kind, cover) = ("".into(), "".into());
        let name = name.into();
        let owner_unregistered = false;
        RoomCommand::CreateRoom(CreateRoom { name, owner, kind, cover, owner_unregistered })
    }

    #[test]
    fn admins_create_for_anybody_and_hosts_for_themselves() {
        let created = || {
            let owner = host().user;
            EventData::RoomCreated(RoomCreated { name: "Tea time".into(), owner })
        };
        Given::nothing().when(host(), create("Tea time", "host")).then([created()]);
        Given::nothing().when(admin(), create("Tea time", "host")).then([created()]);
        Given::nothing().when(host(), create("Tea time", "other")).then_refused("not_allowed");
        Given::nothing().when(viewer("host"), create("Tea", "host")).then_refused("not_allowed");
        Given::nothing().when(assistant(), create("Tea", "host")).then_refused("not_allowed");
    }

    #[test]
    fn a_name_has_1_to_30_bytes() {
        let ten_characters = "茶".repeat(10);
        Given::nothing().when(host(), create(&ten_characters, "host")).then_accepted();
        let one_byte_more = ten_characters + "a";
        Given::nothing().when(host(), create(&one_byte_more, "host")).then_refused("text_too_long");
        Given::nothing().when(host(), create("", "host")).then_refused("text_empty");
    }

    #[test]
    fn kind_and_cover_are_a_second_fact() {
        let owner = host().user;
        let (kind, cover): (Arc<str>, Arc<str>) = ("tea".into(), "https://x/a.png".into());
        let profile =
            RoomProfileSet { name: "Tea".into(), kind: kind.clone(), cover: cover.clone() };
        let created = RoomCreated { name: "Tea".into(), owner: owner.clone() };
        let facts = [EventData::RoomCreated(created), EventData::RoomProfileSet(profile)];
        let create = |kind, cover| {
            let (name, owner) = ("Tea".into(), owner.clone());
            let owner_unregistered = false;
            RoomCommand::CreateRoom(CreateRoom { name, owner, kind, cover, owner_unregistered })
        };
        Given::nothing().when(host(), create(kind, cover)).then(facts);
        let long = create("k".repeat(33).into(), "".into());
        Given::nothing().when(host(), long).then_refused("text_too_long");
    }

    #[test]
    fn the_owner_has_registered_unless_the_room_is_there_already() {
        let unregistered = || {
            let (name, owner) = ("Tea".into(), host().user);
            let (kind, cover, owner_unregistered) = ("".into(), "".into(), true);
            RoomCommand::CreateRoom(CreateRoom { name, owner, kind, cover, owner_unregistered })
        };
        Given::nothing().when(host(), unregistered()).then_refused("owner_not_registered");
        Given::nothing().when(admin(), unregistered()).then_refused("owner_not_registered");
        Given::nothing().when(viewer("host"), unregistered()).then_refused("not_allowed");
        Given::room().when(host(), unregistered()).then([]);
    }

    #[test]
    fn an_id_belongs_to_its_first_owner() {
        Given::room().when(host(), create("Again", "host")).then([]);
        Given::room().when(admin(), create("Mine", "other")).then_refused("room_id_taken");
    }

    #[test]
    fn an_app_has_a_limited_number_of_rooms() {
        let limited = || Given::nothing().limits(|limits| limits.rooms_max = 0);
        limited().when(host(), create("Tea", "host")).then_refused("too_many_rooms");
    }
}
