//! `SetMemberFields` → `member_fields_set`: what a room knows of one person, several fields at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::field::{Clearance, FieldScope, clearance, writable};
use crate::ids::{FieldKey, UserId};
use crate::rejection::{Rejection, in_range};
use crate::room::permission::may_join;
use crate::room::state::Room;
use crate::state::{AppState, Context};
use crate::text;

/// For whoever may write every one of the fields; of somebody else only for those who run the room.
/// The values grow with the viewers, so they are kept in a read model and have no versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetMemberFields {
    /// Whose.
    pub user_id: UserId,
    /// The fields to change; the others stay. An empty value removes one.
    pub values: BTreeMap<FieldKey, Arc<str>>,
}

/// All that the command named. A reader is shown only what they may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFieldsSet {
    /// Whose.
    pub user_id: UserId,
    /// By key; an empty value says that the field is gone.
    pub values: BTreeMap<FieldKey, Arc<str>>,
}

pub(crate) fn set_member_fields(
    app: &AppState,
    room: &Room,
    actor: &Actor,
    command: SetMemberFields,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let SetMemberFields { user_id, values } = command;
    let keys_max = context.limits.member_fields_max.into();
    in_range("values", values.len() as u64, 1, keys_max)?;
    let clearance = clearance(room, actor);
    if user_id != actor.user && clearance < Clearance::Assistant {
        let needed = "the member themselves, or who runs the room,".into();
        return Err(Rejection::NotAllowed { needed });
    }
    for key in values.keys() {
        writable(app, room, key, FieldScope::Member, clearance)?;
    }
    if clearance < Clearance::Assistant {
        may_join(room, actor, context.now)?;
    }
    for value in values.values() {
        text::check("values", value, context.limits.member_field_value_bytes_max, false)?;
    }
    Ok(vec![EventData::MemberFieldsSet(MemberFieldsSet { user_id, values })])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::define_field::FieldDefined;
    use crate::command::RoomCommand;
    use crate::room::set_room_profile::RoomProfileSet;
    use crate::state::testing::{Given, admin, assistant, host, viewer};

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<FieldKey, Arc<str>> {
        pairs.iter().map(|(key, value)| (key.parse().unwrap(), Arc::from(*value))).collect()
    }

    fn set(user: &str, pairs: &[(&str, &str)]) -> RoomCommand {
        let user_id = user.parse().unwrap();
        RoomCommand::SetMemberFields(SetMemberFields { user_id, values: values(pairs) })
    }

    /// A field that members write, one that assistants do, and one of the room.
    fn given() -> Given {
        let fields = [
            ("team", FieldScope::Member, Clearance::Member),
            ("rank", FieldScope::Member, Clearance::Assistant),
            ("seats", FieldScope::Room, Clearance::Anyone),
        ];
        Given::room().and(fields.map(|(key, scope, write)| {
            let (key, read, kinds) = (key.parse().unwrap(), Clearance::Anyone, BTreeSet::new());
            EventData::FieldDefined(FieldDefined { key, scope, read, write, kinds })
        }))
    }

    #[test]
    fn a_member_writes_their_own_and_who_runs_the_room_those_of_all() {
        let (user_id, red) = ("ann".parse().unwrap(), values(&[("team", "red")]));
        let was = EventData::MemberFieldsSet(MemberFieldsSet { user_id, values: red });
        given().when(viewer("ann"), set("ann", &[("team", "red")])).then([was]);
        given().when(viewer("bob"), set("ann", &[("team", "red")])).then_refused("not_allowed");
        for actor in [assistant(), host(), admin()] {
            given().when(actor, set("ann", &[("team", "red"), ("rank", "1")])).then_accepted();
        }
    }

    #[test]
    fn one_forbidden_or_unknown_field_refuses_all() {
        let forbidden = set("ann", &[("team", "red"), ("rank", "1")]);
        given().when(viewer("ann"), forbidden).then_refused("not_allowed");
        let of_the_room = set("ann", &[("team", "red"), ("seats", "1")]);
        given().when(admin(), of_the_room).then_refused("field_not_found");
        given().when(admin(), set("ann", &[])).then_refused("out_of_range");
    }

    #[test]
    fn members_of_rooms_of_another_kind_do_not_have_the_field() {
        let (key, scope, read) = ("seat".parse().unwrap(), FieldScope::Member, Clearance::Anyone);
        let (write, kinds) = (Clearance::Member, [Arc::from("theatre")].into());
        let seat = EventData::FieldDefined(FieldDefined { key, scope, read, write, kinds });
        let given = || given().and([seat.clone()]);
        given()
            .when(viewer("ann"), set("ann", &[("seat", "1")]))
            .then_refused("field_not_for_kind");
        let (name, kind, cover) = ("Tea time".into(), "theatre".into(), "".into());
        let profile = EventData::RoomProfileSet(RoomProfileSet { name, kind, cover });
        let given = given().and_in_room([profile]);
        given.when(viewer("ann"), set("ann", &[("seat", "1")])).then_accepted();
    }

    #[test]
    fn a_value_has_at_most_64_bytes() {
        let of = |bytes: usize| set("ann", &[("team", &"x".repeat(bytes))]);
        given().when(viewer("ann"), of(64)).then_accepted();
        given().when(viewer("ann"), of(65)).then_refused("text_too_long");
    }
}
