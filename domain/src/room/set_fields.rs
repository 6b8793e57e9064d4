//! `SetFields` → `fields_set`: what a room says about itself, several fields at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::field::{Clearance, FieldScope, clearance, writable};
use crate::ids::FieldKey;
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_join;
use crate::room::state::Room;
use crate::state::{AppState, Context};
use crate::text;

/// For whoever may write every one of the fields; nobody has to be in the room for it. Either all
/// are set, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetFields {
    /// The fields to change; the others stay. An empty value removes one.
    pub values: BTreeMap<FieldKey, Arc<str>>,
    /// The versions that the caller saw; 0 for a field that was never set. If one is not that of now,
    /// nothing is changed.
    #[serde(default)]
    pub versions: BTreeMap<FieldKey, u64>,
}

/// All that the command named. The `room_seq` of this event is the version of each of the fields. A
/// reader is shown only what they may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldsSet {
    /// By key; an empty value says that the field is gone.
    pub values: BTreeMap<FieldKey, Arc<str>>,
}

/// A field of a room. A removed one is kept, empty: its version goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// Empty if it was removed.
    pub value: Arc<str>,
    /// `room_seq` of the event that set it last.
    pub version: u64,
}

pub(crate) fn set_fields(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: SetFields,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetFields { values, versions } = command;
    let keys_max = context.limits.room_fields_max.into();
    in_range("values", values.len() as u64, 1, keys_max)?;
    let clearance = clearance(room, actor);
    for key in values.keys() {
        writable(app, room, key, FieldScope::Room, clearance)?;
    }
    if clearance < Clearance::Assistant {
        may_join(room, actor, context.now)?;
    }
    for value in values.values() {
        text::check("values", value, context.limits.field_value_bytes_max, false)?;
    }
    for (key, seen) in &versions {
        let now = room.fields.get(key);
        let version = now.map_or(0, |now| now.version);
        if version != *seen {
            let readable = app.fields.get(key).is_some_and(|field| field.read <= clearance);
            let value = now.filter(|_| readable).map(|now| now.value.clone());
            return Err(Rejection::VersionConflict { key: key.clone(), version, value });
        }
    }
    let is_so = |(key, value): (&FieldKey, &Arc<str>)| {
        room.fields.get(key).map_or(value.is_empty(), |now| now.value == *value)
    };
    if values.iter().all(is_so) {
        return Ok(vec![]);
    }
    Ok(vec![EventData::FieldsSet(FieldsSet { values })])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::actor::Role;
    use crate::app::define_field::FieldDefined;
    use crate::command::RoomCommand;
    use crate::room::ban_user::UserBanned;
    use crate::room::mute_user::FOR_EVER_S;
    use crate::room::set_room_profile::RoomProfileSet;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<FieldKey, Arc<str>> {
        pairs.iter().map(|(key, value)| (key.parse().unwrap(), Arc::from(*value))).collect()
    }

    fn set(pairs: &[(&str, &str)]) -> RoomCommand {
        RoomCommand::SetFields(SetFields { values: values(pairs), versions: BTreeMap::new() })
    }

    fn set_at(pairs: &[(&str, &str)], seen: &[(&str, u64)]) -> RoomCommand {
        let versions = seen.iter().map(|(key, version)| (key.parse().unwrap(), *version));
        RoomCommand::SetFields(SetFields { values: values(pairs), versions: versions.collect() })
    }

    fn was_set(pairs: &[(&str, &str)]) -> EventData {
        EventData::FieldsSet(FieldsSet { values: values(pairs) })
    }

    fn of_kinds(key: &str, write: Clearance, kinds: &[&str]) -> EventData {
        let (key, scope, read) = (key.parse().unwrap(), FieldScope::Room, Clearance::Anyone);
        let kinds: BTreeSet<_> = kinds.iter().copied().map(Arc::from).collect();
        EventData::FieldDefined(FieldDefined { key, scope, read, write, kinds })
    }

    fn profile(kind: &str) -> EventData {
        let (name, kind, cover) = ("Tea time".into(), kind.into(), "".into());
        EventData::RoomProfileSet(RoomProfileSet { name, kind, cover })
    }

    /// A room with one field for each clearance to write, named like it.
    fn given() -> Given {
        let fields = Clearance::ALL.into_iter().zip(["anyone", "member", "helper", "owner", "app"]);
        let fields = fields.map(|(write, key)| of_kinds(key, write, &[]));
        Given::room().and(fields)
    }

    #[test]
    fn all_fields_of_a_command_are_one_event_and_the_others_stay() {
        let both = [("owner", "a"), ("helper", "b")];
        given().when(host(), set(&both)).then([was_set(&both)]);
        given().and_in_room([was_set(&both)]).when(host(), set(&both)).then([]);
        // One that is so already is said again with those that change.
        let changed = [("owner", "a"), ("helper", "c")];
        let given = given().and_in_room([was_set(&both)]);
        given.when(host(), set(&changed)).then([was_set(&changed)]);
    }

    #[test]
    fn an_empty_value_removes_and_what_is_not_there_is_removed_already() {
        given().when(host(), set(&[("owner", "")])).then([]);
        let given = || given().and_in_room([was_set(&[("owner", "a")])]);
        given().when(host(), set(&[("owner", "")])).then([was_set(&[("owner", "")])]);
        let removed = given().and_in_room([was_set(&[("owner", "")])]);
        removed.when(host(), set(&[("owner", "")])).then([]);
    }

    #[test]
    fn each_field_says_who_may_write_it() {
        let guest = Actor { role: Role::Guest, ..viewer("guest") };
        let actors = [guest, viewer("ann"), assistant(), host(), admin()];
        for (rank, actor) in actors.into_iter().enumerate() {
            for (least, key) in ["anyone", "member", "helper", "owner", "app"].iter().enumerate() {
                let then = given().when(actor.clone(), set(&[(key, "x")]));
                if least <= rank { then.then_accepted() } else { then.then_refused("not_allowed") }
            }
        }
    }

    #[test]
    fn one_forbidden_or_unknown_field_refuses_all() {
        let given = given;
        given().when(host(), set(&[("owner", "a"), ("app", "b")])).then_refused("not_allowed");
        given().when(host(), set(&[("owner", "a"), ("no", "b")])).then_refused("field_not_found");
        given().when(host(), set(&[])).then_refused("out_of_range");
    }

    #[test]
    fn a_banned_user_writes_nothing_that_needs_no_office() {
        let user_id = viewer("ann").user;
        let banned = UserBanned { user_id, seconds: FOR_EVER_S, until: None, reason: None };
        let given = || given().and_in_room([EventData::UserBanned(banned.clone())]);
        given().when(viewer("ann"), set(&[("anyone", "x")])).then_refused("banned");
        given().when(viewer("ann"), set(&[("member", "x")])).then_refused("banned");
    }

    #[test]
    fn a_field_of_some_kinds_is_written_in_rooms_of_such_a_kind_only() {
        let bids = || of_kinds("bids", Clearance::Owner, &["auction", "sale"]);
        let command = || set(&[("owner", "a"), ("bids", "b")]);
        let refused = || given().and([bids()]).and_in_room([profile("tea")]);
        refused().when(host(), command()).then_refused("field_not_for_kind");
        refused().when(host(), set(&[("owner", "a")])).then_accepted();
        // A room that says nothing is of no kind.
        given().and([bids()]).when(host(), command()).then_refused("field_not_for_kind");
        for kind in ["auction", "sale"] {
            let given = given().and([bids()]).and_in_room([profile(kind)]);
            given.when(host(), command()).then_accepted();
        }
        let given = given().and([bids(), of_kinds("bids", Clearance::Owner, &[])]);
        given.when(host(), command()).then_accepted();
    }

    #[test]
    fn a_room_of_another_kind_keeps_what_was_set_until_it_is_of_that_kind_again() {
        let bids = of_kinds("bids", Clearance::Owner, &["auction"]);
        let given = given().and([bids]).and_in_room([profile("auction")]);
        let given = given.and_in_room([was_set(&[("bids", "9")]), profile("tea")]);
        let given = given.and_in_room([profile("auction")]);
        given.when(host(), set(&[("bids", "9")])).then([]);
    }

    #[test]
    fn a_value_has_at_most_512_bytes() {
        given().when(host(), set(&[("owner", &"x".repeat(512))])).then_accepted();
        given().when(host(), set(&[("owner", &"x".repeat(513))])).then_refused("text_too_long");
        given().when(host(), set(&[("owner", &"é".repeat(257))])).then_refused("text_too_long");
        given().when(host(), set(&[("owner", "a\0")])).then_refused("text_unstorable");
    }

    #[test]
    fn of_two_who_saw_the_same_version_the_later_is_told_the_present_one() {
        let first = set_at(&[("helper", "mine")], &[("helper", 0)]);
        given().when(assistant(), first.clone()).then_accepted();
        // The first event of the room created it: this one has room_seq 2.
        let given = || given().and_in_room([was_set(&[("helper", "yours")])]);
        given().when(assistant(), first).then_refused("version_conflict");
        let second = set_at(&[("helper", "mine")], &[("helper", 2)]);
        given().when(assistant(), second).then_accepted();
        // Removing does not begin the versions anew.
        let removed = given().and_in_room([was_set(&[("helper", "")])]);
        let again = set_at(&[("helper", "mine")], &[("helper", 0)]);
        removed.when(assistant(), again).then_refused("version_conflict");
    }
}
