//! One pack: the commands that wait, decided in order against the state in memory, as one commit.
//!
//! No IO. Each event is folded in and encoded as soon as it is decided, so the next command sees it
//! and the size of the commit is known. Likes of a room are gathered and become one event at the end.

use std::collections::HashMap;

use domain::actor::Actor;
use domain::command::{Action, Command};
use domain::commit::{Outcome, Settled};
use domain::commit_writer::CommitWriter;
use domain::event::{Event, EventData, EventId, Scope};
use domain::ids::{AppId, CommandId, LogSeq, RoomId, UserId};
use domain::limits::Limits;
use domain::room::send_likes::LikesAdded;
use domain::state::Context;
use domain::timestamp::Timestamp;

use super::answer::Answer;
use super::ledger::{LedgerConfig, accepted};
use super::limiter::Limiter;
use super::state::SequencerState;

/// What a pack is decided with.
#[derive(Debug, Clone, Copy)]
pub struct PackContext<'a> {
    /// The app that is decided for.
    pub app: &'a AppId,
    /// The id of the commit.
    pub commit_id: CommandId,
    /// The moment of all its decisions.
    pub now: Timestamp,
    /// The app's limits.
    pub limits: &'a Limits,
    /// The ledger's limits.
    pub ledger: &'a LedgerConfig,
    /// Bytes of a commit at the most.
    pub bytes_max: usize,
}

/// A commit in the making, and the answers that it will justify once it is durable.
#[derive(Debug)]
pub struct Pack<'a> {
    state: &'a mut SequencerState,
    limiter: &'a mut Limiter,
    context: PackContext<'a>,
    writer: CommitWriter,
    log_seq: LogSeq,
    likes: Vec<GatheredLikes>,
    likes_bytes: usize,
    /// Which gathered likes a command is part of: it is not in the ledger yet.
    like_commands: HashMap<CommandId, usize>,
    answers: Vec<Slot>,
}

/// The likes of one room; the event is the first sender's.
#[derive(Debug)]
struct GatheredLikes {
    room_id: RoomId,
    id: EventId,
    actor: Actor,
    added: LikesAdded,
}

/// An answer, or the room whose gathered likes will give it.
#[derive(Debug)]
enum Slot {
    Known(Answer),
    Likes { gathered: usize },
}

/// A pack with its end.
#[derive(Debug)]
pub struct SealedPack {
    /// The bytes to append; none if every answer was known without a commit.
    pub commit: Option<Vec<u8>>,
    /// One answer for each command, in order.
    pub answers: Vec<Answer>,
    /// How many events the commit has.
    pub events: usize,
}

/// Bytes of one user and count in a gathered like event, at the most.
const LIKE_BYTES: usize = 160;
/// Bytes of an event or an answer besides its texts, at the most.
const ENVELOPE_BYTES: usize = 4_096;

impl<'a> Pack<'a> {
    /// An empty pack after the state's last commit.
    pub fn new(
        state: &'a mut SequencerState,
        limiter: &'a mut Limiter,
        mut context: PackContext<'a>,
    ) -> Self {
        // Time in a log never goes back, whatever a clock does.
        context.now = context.now.max(state.app.changed_at);
        let writer = CommitWriter::new(context.commit_id, state.app.epoch, context.now);
        let log_seq = state.log_seq.next();
        Self {
            state,
            limiter,
            context,
            writer,
            log_seq,
            likes: Vec::new(),
            likes_bytes: 0,
            like_commands: HashMap::new(),
            answers: Vec::new(),
        }
    }

    /// Whether one more command, however large its texts, still fits.
    pub fn has_room(&self) -> bool {
        // JSON writes a control character as six bytes.
        let texts = self.context.limits.message_bytes_max as usize * 6;
        let used = self.writer.len() + self.likes_bytes;
        used + texts + ENVELOPE_BYTES <= self.context.bytes_max
    }

    /// Decides one command and folds its events in.
    pub fn decide(&mut self, command: Command) {
        let slot = self.decide_slot(command);
        self.answers.push(slot);
    }

    fn decide_slot(&mut self, command: Command) -> Slot {
        let Command { id, actor, action, screening } = command;
        let PackContext { app, now, limits, ledger, .. } = self.context;
        if let Some(answer) = self.state.ledger.answer(id, &actor.user, now, ledger) {
            return Slot::Known(answer);
        }
        if let Some(&gathered) = self.like_commands.get(&id) {
            return Slot::Likes { gathered };
        }
        let admission = match self.limiter.before(&actor, &action, now) {
            Ok(admission) => admission,
            Err(shed) => return Slot::Known(Answer::Shed(shed)),
        };
        let room_id = match &action {
            Action::Room { room_id, .. } => Some(room_id.clone()),
            Action::App(_) => None,
        };
        let decided = self.state.app.decide_screened(
            &actor,
            action,
            screening,
            &Context { now, limits, app },
        );
        let admitted = self.limiter.after(admission, &decided, &actor.user, room_id.as_ref(), now);
        if let Err(shed) = admitted {
            return Slot::Known(Answer::Shed(shed));
        }
        let outcome = match decided {
            // What nobody knows now may be known when the same id comes again.
            Err(rejection) if rejection.is_passing() => {
                return Slot::Known(Answer::Undecided(rejection));
            }
            Err(rejection) => self.settle(id, &actor.user, Outcome::Refused(rejection)),
            Ok(events) if events.is_empty() => self.settle(id, &actor.user, Outcome::AlreadySo),
            Ok(events) => match (&events[..], room_id) {
                ([EventData::LikesAdded(added)], Some(room_id)) => {
                    return self.gather(room_id, id, actor, added.count);
                }
                (_, room_id) => self.record(id, actor, room_id.as_ref(), events),
            },
        };
        Slot::Known(Answer::Settled(outcome))
    }

    fn settle(&mut self, cmd: CommandId, user: &UserId, outcome: Outcome) -> Outcome {
        let settled = Settled { cmd, user: user.clone(), outcome };
        self.writer.settled(&settled);
        self.state.ledger.remember(cmd, settled.user, settled.outcome.clone());
        settled.outcome
    }

    fn record(
        &mut self,
        command: CommandId,
        actor: Actor,
        room_id: Option<&RoomId>,
        events: Vec<EventData>,
    ) -> Outcome {
        let user = actor.user.clone();
        let mut outcome = Outcome::AlreadySo;
        let mut speaker =
            room_id.and_then(|room_id| self.state.app.speaker(room_id, &actor, &events));
        for (index, data) in (0..).zip(events) {
            let scope = self.state.app.next_scope(room_id);
            outcome = accepted(&scope, self.log_seq, self.context.now, &data);
            let id = EventId { command, index };
            let actor = speaker.take().unwrap_or_else(|| actor.clone());
            let event = Event { scope, id, at: self.context.now, actor, data };
            self.state.app.evolve(&event, self.log_seq);
            self.writer.event(&event);
        }
        self.state.ledger.remember(command, user, outcome.clone());
        outcome
    }

    fn gather(&mut self, room_id: RoomId, cmd: CommandId, actor: Actor, count: u64) -> Slot {
        let user = actor.user.clone();
        let known = self.likes.iter().position(|likes| likes.room_id == room_id);
        let gathered = known.unwrap_or(self.likes.len());
        if known.is_none() {
            let total = self.state.app.rooms.get(&room_id).map_or(0, |room| room.totals.likes);
            let (id, added) = (EventId { command: cmd, index: 0 }, LikesAdded::none(total));
            self.likes.push(GatheredLikes { room_id, id, actor, added });
            self.likes_bytes += ENVELOPE_BYTES;
        }
        self.likes[gathered].added.add(user, count, cmd);
        self.likes_bytes += LIKE_BYTES;
        self.like_commands.insert(cmd, gathered);
        Slot::Likes { gathered }
    }

    /// Ends the pack: writes the gathered likes, and forgets what has left the ledger window.
    pub fn seal(mut self) -> SealedPack {
        let mut like_outcomes = Vec::with_capacity(self.likes.len());
        for likes in std::mem::take(&mut self.likes) {
            let scope = self.state.app.next_scope(Some(&likes.room_id));
            like_outcomes.push(self.record_likes(scope, likes));
        }
        let answers = self
            .answers
            .into_iter()
            .map(|slot| match slot {
                Slot::Known(answer) => answer,
                Slot::Likes { gathered } => Answer::Settled(like_outcomes[gathered].clone()),
            })
            .collect();
        self.state.ledger.forget(self.context.now, self.context.ledger);
        let events = self.writer.events();
        let commit = (!self.writer.is_empty()).then(|| self.writer.finish());
        SealedPack { commit, answers, events }
    }

    fn record_likes(&mut self, scope: Scope, likes: GatheredLikes) -> Outcome {
        let GatheredLikes { id, actor, added, .. } = likes;
        let by = added.by.iter().map(|by| (by.cmd, by.user_id.clone())).collect::<Vec<_>>();
        let data = EventData::LikesAdded(added);
        let outcome = accepted(&scope, self.log_seq, self.context.now, &data);
        for (cmd, user_id) in by {
            self.state.ledger.remember(cmd, user_id, outcome.clone());
        }
        let event = Event { scope, id, at: self.context.now, actor, data };
        self.state.app.evolve(&event, self.log_seq);
        self.writer.event(&event);
        outcome
    }
}
