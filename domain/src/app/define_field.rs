//! `DefineField` → `field_defined`: a custom field comes into being, or others may read and write it.

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Role};
use crate::event::EventData;
use crate::field::{Clearance, FieldScope};
use crate::ids::FieldKey;
use crate::rejection::{Rejection, in_range};
use crate::state::{AppState, Context};
use crate::text;

/// Only for admins. The same key again changes who may read and write, and which rooms have the
/// field; it is never deleted and never changes sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefineField {
    /// Its name, for rooms and members together.
    pub key: FieldKey,
    /// Whose field it is.
    pub scope: FieldScope,
    /// The least that may read it.
    pub read: Clearance,
    /// The least that may write it.
    pub write: Clearance,
    /// The kinds of rooms that have it; empty if all have.
    #[serde(default)]
    pub kinds: BTreeSet<Arc<str>>,
}

/// Values may be set from now on; who may read and write, and where, holds for those that are there
/// too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the command")]
pub struct FieldDefined {
    pub key: FieldKey,
    pub scope: FieldScope,
    pub read: Clearance,
    pub write: Clearance,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<Arc<str>>,
}

pub(crate) fn define_field(
    app: &AppState,
    actor: &Actor,
    command: DefineField,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    let DefineField { key, scope, read, write, kinds } = command;
    if actor.role != Role::Admin {
        return Err(Rejection::NotAllowed { needed: "an admin".into() });
    }
    let limits = context.limits;
    in_range("kinds", kinds.len() as u64, 0, limits.field_kinds_max.into())?;
    for kind in &kinds {
        text::check("kinds", kind, limits.room_kind_bytes_max, true)?;
    }
    if let Some(known) = app.fields.get(&key) {
        if known.scope != scope {
            return Err(Rejection::FieldTaken { key, scope: known.scope });
        }
        if (known.read, known.write, &known.kinds) == (read, write, &kinds) {
            return Ok(vec![]);
        }
    } else {
        let max = match scope {
            FieldScope::Room => limits.room_fields_max,
            FieldScope::Member => limits.member_fields_max,
        };
        let same_scope = app.fields.values().filter(|field| field.scope == scope);
        if max as usize <= same_scope.count() {
            return Err(Rejection::TooManyFields { scope, max });
        }
    }
    Ok(vec![EventData::FieldDefined(FieldDefined { key, scope, read, write, kinds })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::AppCommand;
    use crate::state::testing::{Given, admin, assistant, host};

    fn define(key: &str, scope: FieldScope, read: Clearance) -> AppCommand {
        let key = key.parse().unwrap();
        let (write, kinds) = (Clearance::Owner, BTreeSet::new());
        AppCommand::DefineField(DefineField { key, scope, read, write, kinds })
    }

    fn defined(key: &str, scope: FieldScope, read: Clearance) -> EventData {
        let key = key.parse().unwrap();
        let (write, kinds) = (Clearance::Owner, BTreeSet::new());
        EventData::FieldDefined(FieldDefined { key, scope, read, write, kinds })
    }

    #[test]
    fn an_admin_defines_a_field_and_later_changes_only_who_may() {
        let room = FieldScope::Room;
        let first = define("seats", room, Clearance::Anyone);
        let was = || defined("seats", room, Clearance::Anyone);
        Given::nothing().when_app(admin(), first.clone()).then([was()]);
        Given::events([was()]).when_app(admin(), first.clone()).then([]);
        let closer = define("seats", room, Clearance::Owner);
        let is = defined("seats", room, Clearance::Owner);
        Given::events([was()]).when_app(admin(), closer).then([is]);
        for actor in [host(), assistant()] {
            Given::nothing().when_app(actor, first.clone()).then_refused("not_allowed");
        }
    }

    #[test]
    fn a_key_belongs_to_rooms_or_to_members_never_to_both() {
        let (room, member) = (FieldScope::Room, FieldScope::Member);
        for (one, other) in [(room, member), (member, room)] {
            let given = Given::events([defined("team", one, Clearance::Anyone)]);
            let again = define("team", other, Clearance::Anyone);
            given.when_app(admin(), again).then_refused("field_taken");
        }
    }

    #[test]
    fn each_scope_has_a_limited_number_of_fields() {
        let given = || {
            let given = Given::nothing().limits(|limits| {
                limits.room_fields_max = 1;
                limits.member_fields_max = 1;
            });
            given.and([defined("one", FieldScope::Room, Clearance::Anyone)])
        };
        let more = define("two", FieldScope::Room, Clearance::Anyone);
        given().when_app(admin(), more).then_refused("too_many_fields");
        let change = define("one", FieldScope::Room, Clearance::Admin);
        given().when_app(admin(), change).then_accepted();
        let other = define("two", FieldScope::Member, Clearance::Anyone);
        given().when_app(admin(), other).then_accepted();
    }

    fn of_kinds(kinds: &[&str]) -> AppCommand {
        let AppCommand::DefineField(define) = define("seats", FieldScope::Room, Clearance::Anyone)
        else {
            panic!("not the command");
        };
        let kinds = kinds.iter().copied().map(Arc::from).collect();
        AppCommand::DefineField(DefineField { kinds, ..define })
    }

    #[test]
    fn a_field_is_of_few_kinds_of_rooms_each_by_the_rule_of_a_kind() {
        let given = || Given::nothing().limits(|limits| limits.field_kinds_max = 2);
        given().when_app(admin(), of_kinds(&["tea", "auction"])).then_accepted();
        // Named twice is named once.
        given().when_app(admin(), of_kinds(&["tea", "auction", "tea"])).then_accepted();
        let more = of_kinds(&["tea", "auction", "talk"]);
        given().when_app(admin(), more).then_refused("out_of_range");
        given().when_app(admin(), of_kinds(&[&"k".repeat(32)])).then_accepted();
        given().when_app(admin(), of_kinds(&[&"k".repeat(33)])).then_refused("text_too_long");
        given().when_app(admin(), of_kinds(&[""])).then_refused("text_empty");
        given().when_app(admin(), of_kinds(&["\0"])).then_refused("text_unstorable");
    }

    #[test]
    fn other_kinds_are_a_change_and_the_same_ones_are_not() {
        let was = || {
            let all = defined("seats", FieldScope::Room, Clearance::Anyone);
            let EventData::FieldDefined(all) = all else { panic!("not the event") };
            let kinds = [Arc::from("tea")].into();
            EventData::FieldDefined(FieldDefined { kinds, ..all })
        };
        Given::events([was()]).when_app(admin(), of_kinds(&["tea"])).then([]);
        let all = defined("seats", FieldScope::Room, Clearance::Anyone);
        Given::events([was()]).when_app(admin(), of_kinds(&[])).then([all]);
    }

    #[test]
    fn a_key_has_1_to_16_letters_digits_and_underscores_and_no_digit_first() {
        let longest = "x".repeat(16);
        for good in ["a", "_", "Room_1", longest.as_str()] {
            assert!(good.parse::<FieldKey>().is_ok(), "{good}");
        }
        let too_long = "x".repeat(17);
        for bad in ["", "1a", "a-b", "a b", "é", "键", "a\0", too_long.as_str()] {
            assert!(bad.parse::<FieldKey>().is_err(), "{bad}");
        }
    }
}
