//! A sequencer without a log: decides, records and folds one command after the other.

use crate::command::Action;
use crate::commit::{Commit, Outcome, Settled};
use crate::event::{Event, EventData, EventId};
use crate::ids::LogSeq;
use crate::limits::Limits;
use crate::registry::is_of_registry;
use crate::state::testing::{REGISTRY, SHOP, command_id};
use crate::state::tests::any::Asked;
use crate::state::{AppState, Context};
use crate::timestamp::Timestamp;

/// What was asked so far, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Show {
    pub(crate) state: AppState,
    pub(crate) limits: Limits,
    pub(crate) now: Timestamp,
    pub(crate) commits: Vec<Commit>,
}

impl Show {
    pub(crate) fn play(asked: &[Asked]) -> Self {
        let limits = Limits {
            rooms_max: 2,
            room_fields_max: 1,
            counters_per_room_max: 1,
            gifts_max: 2,
            products_per_room_max: 2,
            mutes_per_room_max: 1,
            bans_per_room_max: 1,
            assistants_per_room_max: 1,
            mute_all_allow_max: 1,
            apps_max: 2,
            admins_max: 2,
            word_lists_max: 1,
            word_lists_per_room_max: 1,
            pins_per_room_max: 1,
            recall_window_s: 1,
            ..Limits::default()
        };
        let mut show = Self { limits, ..Self::default() };
        for (n, command) in asked.iter().enumerate() {
            // A refusal is part of the show: it is in the commit's `settled`.
            show.ask(n, command).ok();
        }
        show
    }

    /// The registry's commands are decided as in the registry, on the same state: they do not meet
    /// the others.
    pub(crate) fn context(&self, action: &Action) -> Context<'_> {
        let app = if is_of_registry(action) { &REGISTRY } else { &SHOP };
        Context { now: self.now, limits: &self.limits, app }
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        self.commits.iter().flat_map(|commit| &commit.events)
    }

    pub(crate) fn ask(&mut self, n: usize, asked: &Asked) -> Result<(), ()> {
        self.now.0 += i64::from(asked.later_ms);
        let before = self.state.clone();
        let decided =
            self.state.decide(&asked.actor, asked.action.clone(), &self.context(&asked.action));
        assert_eq!(before, self.state, "a decision changes nothing");

        let id = command_id(u32::try_from(n).unwrap());
        let log_seq = LogSeq(self.commits.len() as u64 + 1);
        let mut commit = Commit { id, epoch: 1, at: self.now, events: vec![], settled: vec![] };
        let settle = |outcome| Settled { cmd: id, user: asked.actor.user.clone(), outcome };
        let result = match decided {
            Err(rejection) => {
                commit.settled.push(settle(Outcome::Refused(rejection)));
                Err(())
            }
            Ok(decided) => {
                if decided.is_empty() {
                    commit.settled.push(settle(Outcome::AlreadySo));
                }
                for (data, index) in decided.into_iter().zip(0..) {
                    let event = self.recorded(asked, EventId { command: id, index }, data);
                    self.state.evolve(&event, log_seq);
                    commit.events.push(event);
                }
                Ok(())
            }
        };
        self.commits.push(commit);
        result
    }

    fn recorded(&self, asked: &Asked, id: EventId, mut data: EventData) -> Event {
        let room_id = match &asked.action {
            Action::Room { room_id, .. } => Some(room_id),
            Action::App(_) => None,
        };
        if let EventData::LikesAdded(added) = &mut data {
            let count = std::mem::take(&mut added.count);
            added.total -= count;
            added.add(asked.actor.user.clone(), count, id.command);
        }
        let scope = self.state.next_scope(room_id);
        Event { scope, id, at: self.now, actor: asked.actor.clone(), data }
    }
}
