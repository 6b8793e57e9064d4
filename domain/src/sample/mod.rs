//! One sample of everything that is written to a log: the golden files, the tests of the
//! projections and the generated catalogue are made from it.
//!
//! The events are a small show that can be folded: an app's first events, those of one room, then
//! what came later, dense in both sequences. A new event stands at the end of the file of its subject
//! beside this one, and that file in [`later`]. A test at the bottom fails when a type is missing.

mod commerce;
mod first;
mod levels;
mod people;
mod refusals;
mod registry;
mod room;
mod word_lists;

use std::str::FromStr;
use std::sync::Arc;

use crate::actor::{Actor, Role};
use crate::commit::{Commit, Outcome, Settled};
use crate::event::{Event, EventData, EventId, Scope};
use crate::ids::{CommandId, RoomId};
use crate::timestamp::Timestamp;

pub use refusals::rejections;

/// When the first sample event was decided; each later one a second after the one before.
pub const BEGIN: Timestamp = Timestamp(1_700_000_000_000);

/// Where a sample stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Among the events of the app.
    App,
    /// In the room of all samples.
    Room,
}

/// The room of all sample room events.
pub fn room_id() -> RoomId {
    parse("room-1")
}

/// The id of the `n`th sample command.
pub fn command_id(n: u32) -> CommandId {
    parse(&format!("018bcfe5-6800-7000-8000-0000{n:08x}"))
}

/// The events whose golden files have their own place and id.
const FIRST_EVENTS: u32 = 26;

/// What came after [`first`], by subject. The order is free: no golden file depends on it.
fn later() -> Vec<(Place, Actor, EventData)> {
    [
        commerce::events(),
        people::events(),
        registry::events(),
        word_lists::app_events(),
        room::events(),
        levels::events(),
    ]
    .concat()
}

/// One event of every type, in an order in which they can happen.
pub fn events() -> Vec<Event> {
    let in_app = |(actor, data)| (Place::App, actor, data);
    let in_room = |(actor, data)| (Place::Room, actor, data);
    let first = first::app_events().into_iter().map(in_app);
    let first = first.chain(first::all_room_events().into_iter().map(in_room));
    let (mut app_seq, mut room_seq) = (0, 0);
    let mut next = |place| match place {
        Place::App => {
            app_seq += 1;
            Scope::App { app_seq }
        }
        Place::Room => {
            room_seq += 1;
            Scope::Room { room_id: room_id(), room_seq }
        }
    };
    first
        .chain(later())
        .zip(1..)
        .map(|((place, actor, data), n)| Event {
            scope: next(place),
            id: EventId { command: command_id(n), index: 0 },
            at: Timestamp(BEGIN.0 + i64::from(n - 1) * 1_000),
            actor,
            data,
        })
        .collect()
}

/// The events as their golden files have them: later ones at a place that does not depend on how
/// many there are, so that a new event changes no file but its own.
pub fn golden_events() -> Vec<Event> {
    let placed = |(event, n): (Event, u32)| {
        if n <= FIRST_EVENTS {
            return event;
        }
        let scope = match event.scope {
            Scope::App { .. } => Scope::App { app_seq: 100 },
            Scope::Room { room_id, .. } => Scope::Room { room_id, room_seq: 100 },
        };
        let id = EventId { command: command_id(1_000), index: 0 };
        Event { scope, id, at: Timestamp(BEGIN.0 + 100_000), ..event }
    };
    events().into_iter().zip(1..).map(placed).collect()
}

/// A commit with two events, an "already so" and a refusal of every kind that is recorded.
pub fn commit() -> Commit {
    let first = events().into_iter().take(2);
    let settled = |n: u32, outcome| Settled { cmd: command_id(n), user: parse("ann"), outcome };
    let recorded = rejections().into_iter().filter(|rejection| !rejection.is_passing());
    let refused = recorded.zip(101..);
    Commit {
        id: command_id(1),
        epoch: 1,
        at: Timestamp(BEGIN.0 + 1_000),
        events: first.collect(),
        settled: std::iter::once(settled(100, Outcome::AlreadySo))
            .chain(refused.map(|(rejection, n)| settled(n, Outcome::Refused(rejection))))
            .collect(),
    }
}

/// The one who does most.
pub(crate) fn ann() -> Actor {
    Actor {
        nick: "Ann 安".into(),
        avatar: Some(avatar()),
        level: Some(2),
        ..Actor::unknown(parse("ann"), Role::Viewer)
    }
}

/// The owner of the room.
pub(crate) fn host() -> Actor {
    Actor::unknown(parse("host"), Role::Host)
}

pub(crate) fn avatar() -> Arc<str> {
    "https://img.example/ann.png".into()
}

#[expect(clippy::expect_used, reason = "the samples are constants, and the tests make them all")]
pub(crate) fn parse<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a sample id is valid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::LogSeq;
    use crate::rejection::Rejection;
    use crate::state::AppState;

    /// The texts after `=>` in the match of `function`.
    fn names_in(source: &'static str, function: &str) -> Vec<&'static str> {
        let (_, body) = source.split_once(function).unwrap();
        let (body, _) = body.split_once("\n    }\n").unwrap();
        body.lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next()).collect()
    }

    #[test]
    fn there_is_one_sample_of_every_event_type() {
        let known = names_in(include_str!("../event.rs"), "fn type_name");
        let mut sampled: Vec<_> = events().iter().map(|event| event.data.type_name()).collect();
        sampled.sort_by_key(|name| known.iter().position(|known| known == name));
        assert_eq!(sampled, known);
    }

    #[test]
    fn there_is_one_sample_of_every_refusal() {
        let sampled: Vec<_> = rejections().iter().map(Rejection::code).collect();
        assert_eq!(sampled, names_in(include_str!("../rejection/code.rs"), "fn code"));
    }

    #[test]
    fn the_samples_are_a_show_that_can_be_folded() {
        let mut state = AppState::default();
        for event in &events() {
            state.evolve(event, LogSeq(1));
        }
        let in_app = events().iter().filter(|e| matches!(e.scope, Scope::App { .. })).count();
        let room = &state.rooms[&room_id()];
        assert_eq!((state.app_seq, state.epoch), (in_app as u64, 1));
        assert_eq!(room.seq, (events().len() - in_app) as u64);
        assert!(7 <= room.totals.likes);
        assert_eq!(room.totals.gifts, 0, "the gift was refunded");
    }
}
