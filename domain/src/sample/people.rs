//! What rooms and members say about themselves: the events that came after the first ones.

use std::collections::BTreeSet;

use crate::actor::Actor;
use crate::app::define_field::FieldDefined;
use crate::event::EventData;
use crate::field::{Clearance, FieldScope};
use crate::room::change_counter::{CounterChanged, CounterOp};
use crate::room::set_fields::FieldsSet;
use crate::room::set_member_fields::MemberFieldsSet;
use crate::sample::{Place, ann, host, parse};

pub(super) fn events() -> Vec<(Place, Actor, EventData)> {
    let seats = FieldDefined {
        key: parse("seats"),
        scope: FieldScope::Room,
        read: Clearance::Anyone,
        write: Clearance::Owner,
        kinds: BTreeSet::new(),
    };
    let values = [(parse("seats"), "12".into()), (parse("topic"), "tea \"and\" cups".into())];
    let (user_id, values) = (parse("ann"), values.into_iter().collect());
    let team = [(parse("team"), "red".into())].into_iter().collect();
    let (key, op) = (parse("votes"), CounterOp::Increase);
    vec![
        (Place::App, host(), EventData::FieldDefined(seats)),
        (Place::Room, host(), EventData::FieldsSet(FieldsSet { values })),
        (Place::Room, ann(), EventData::MemberFieldsSet(MemberFieldsSet { user_id, values: team })),
        (
            Place::Room,
            host(),
            EventData::CounterChanged(CounterChanged { key, op, by: 2, value: -1 }),
        ),
    ]
}
