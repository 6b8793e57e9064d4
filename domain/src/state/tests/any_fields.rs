//! Random commands about custom fields and counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::sample::select;

use crate::app::define_field::DefineField;
use crate::command::{AppCommand, RoomCommand};
use crate::field::{Clearance, FieldScope};
use crate::ids::{CounterKey, FieldKey};
use crate::room::change_counter::{ChangeCounter, CounterOp};
use crate::room::set_fields::SetFields;
use crate::room::set_member_fields::SetMemberFields;
use crate::state::tests::any::{any_text, any_user_id};

pub(crate) fn any_definition() -> impl Strategy<Value = AppCommand> {
    let scope = select(vec![FieldScope::Room, FieldScope::Room, FieldScope::Member]);
    let least = || select(Clearance::ALL.to_vec());
    let kinds = select(vec![BTreeSet::new(), BTreeSet::new(), [Arc::from("tea")].into()]);
    let any = (any_field_key(), scope, least(), least(), kinds);
    any.prop_map(|(key, scope, read, write, kinds)| {
        AppCommand::DefineField(DefineField { key, scope, read, write, kinds })
    })
}

pub(crate) fn any_fields() -> impl Strategy<Value = RoomCommand> {
    let versions = btree_map(any_field_key(), 0..4_u64, 0..2);
    let of_room = (any_values(), versions)
        .prop_map(|(values, versions)| RoomCommand::SetFields(SetFields { values, versions }));
    let of_member = (any_user_id(), any_values()).prop_map(|(user_id, values)| {
        RoomCommand::SetMemberFields(SetMemberFields { user_id, values })
    });
    let ops = [CounterOp::Set, CounterOp::Increase, CounterOp::Decrease];
    let value = select(vec![0, 1, 5, -3, i64::MAX, i64::MIN]);
    let counter = (any_counter_key(), select(ops.to_vec()), value)
        .prop_map(|(key, op, value)| RoomCommand::ChangeCounter(ChangeCounter { key, op, value }));
    prop_oneof![3 => of_room, 1 => of_member, 2 => counter]
}

fn any_values() -> impl Strategy<Value = BTreeMap<FieldKey, Arc<str>>> {
    btree_map(any_field_key(), any_text().prop_map(Arc::from), 0..3)
}

fn any_field_key() -> impl Strategy<Value = FieldKey> {
    select(vec!["seats", "topic", "team"]).prop_map(|key| key.parse().unwrap())
}

fn any_counter_key() -> impl Strategy<Value = CounterKey> {
    select(vec!["votes", "laps"]).prop_map(|key| key.parse().unwrap())
}
