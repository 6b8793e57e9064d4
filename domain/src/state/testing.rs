//! Given events, when a command, then events or a refusal. A failure points at the scenario.

use std::sync::LazyLock;

use crate::actor::{Actor, Role};
use crate::command::{Action, AppCommand, RoomCommand};
use crate::event::{Event, EventData, EventId};
use crate::ids::{AppId, CommandId, LogSeq, RoomId};
use crate::limits::Limits;
use crate::registry::registry_id;
use crate::rejection::Rejection;
use crate::room::create_room::RoomCreated;
use crate::screening::Screening;
use crate::state::{AppState, Context};
use crate::timestamp::Timestamp;

/// The app of all scenarios but those of the registry.
pub(crate) static SHOP: LazyLock<AppId> = LazyLock::new(|| "shop".parse().unwrap());

/// The app of the registry.
pub(crate) static REGISTRY: LazyLock<AppId> = LazyLock::new(registry_id);

/// All scenarios play in this room, which `host` owns.
pub(crate) fn room_id() -> RoomId {
    "room-1".parse().unwrap()
}

pub(crate) fn admin() -> Actor {
    Actor::unknown("admin".parse().unwrap(), Role::Admin)
}

pub(crate) fn host() -> Actor {
    Actor::unknown("host".parse().unwrap(), Role::Host)
}

pub(crate) fn assistant() -> Actor {
    Actor::unknown("assistant".parse().unwrap(), Role::Assistant)
}

pub(crate) fn viewer(user: &str) -> Actor {
    Actor::unknown(user.parse().unwrap(), Role::Viewer)
}

#[derive(Debug)]
pub(crate) struct Given {
    state: AppState,
    limits: Limits,
    now: Timestamp,
    app: AppId,
    log_seq: LogSeq,
}

impl Given {
    pub(crate) fn nothing() -> Self {
        let now = Timestamp(1_700_000_000_000);
        let app = SHOP.clone();
        let (state, limits, log_seq) = (AppState::default(), Limits::default(), LogSeq(0));
        Self { state, limits, now, app, log_seq }
    }

    /// An installation without apps.
    pub(crate) fn registry() -> Self {
        Self { app: REGISTRY.clone(), ..Self::nothing() }
    }

    /// App events, or the events of [`room_id`], which then exists.
    pub(crate) fn events(events: impl IntoIterator<Item = EventData>) -> Self {
        Self::nothing().and(events)
    }

    /// A room that has just been created.
    pub(crate) fn room() -> Self {
        let created = RoomCreated { name: "Tea time".into(), owner: host().user };
        Self::nothing().and_in_room([EventData::RoomCreated(created)])
    }

    pub(crate) fn and(mut self, events: impl IntoIterator<Item = EventData>) -> Self {
        for data in events {
            self.record(None, admin(), data);
        }
        self
    }

    pub(crate) fn and_in_room(mut self, events: impl IntoIterator<Item = EventData>) -> Self {
        for data in events {
            self.record(Some(room_id()), admin(), data);
        }
        self
    }

    /// As [`Given::and_in_room`], where it matters who did it.
    pub(crate) fn and_by(
        mut self,
        actor: Actor,
        events: impl IntoIterator<Item = EventData>,
    ) -> Self {
        for data in events {
            self.record(Some(room_id()), actor.clone(), data);
        }
        self
    }

    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn after_ms(mut self, ms: i64) -> Self {
        self.now = Timestamp(self.now.0 + ms);
        self
    }

    pub(crate) fn when(self, actor: Actor, command: RoomCommand) -> Then {
        self.when_action(actor, Action::Room { room_id: room_id(), command })
    }

    pub(crate) fn when_app(self, actor: Actor, command: AppCommand) -> Then {
        self.when_action(actor, Action::App(command))
    }

    pub(crate) fn when_screened(
        self,
        actor: Actor,
        command: RoomCommand,
        screening: Screening,
    ) -> Then {
        let context = Context { now: self.now, limits: &self.limits, app: &self.app };
        let action = Action::Room { room_id: room_id(), command };
        Then(self.state.decide_screened(&actor, action, Some(screening), &context))
    }

    fn when_action(self, actor: Actor, action: Action) -> Then {
        let context = Context { now: self.now, limits: &self.limits, app: &self.app };
        Then(self.state.decide(&actor, action, &context))
    }

    /// Each event is a commit.
    fn record(&mut self, room: Option<RoomId>, actor: Actor, data: EventData) {
        let scope = self.state.next_scope(room.as_ref());
        let id = EventId { command: command_id(1), index: 0 };
        self.log_seq = self.log_seq.next();
        self.state.evolve(&Event { scope, id, at: self.now, actor, data }, self.log_seq);
    }
}

/// A `UUIDv7` that differs by `n`.
pub(crate) fn command_id(n: u32) -> CommandId {
    format!("018f0000-0000-7000-8000-0000{n:08x}").parse().unwrap()
}

#[derive(Debug)]
pub(crate) struct Then(Result<Vec<EventData>, Rejection>);

impl Then {
    #[track_caller]
    pub(crate) fn then(self, events: impl IntoIterator<Item = EventData>) {
        let expected: Vec<EventData> = events.into_iter().collect();
        assert_eq!(self.0, Ok(expected));
    }

    #[track_caller]
    pub(crate) fn then_accepted(self) {
        assert!(self.0.as_ref().is_ok_and(|events| !events.is_empty()), "{:?}", self.0);
    }

    #[track_caller]
    pub(crate) fn then_refused(self, code: &str) {
        assert_eq!(self.0.as_ref().map_err(Rejection::code), Err(code));
    }
}
