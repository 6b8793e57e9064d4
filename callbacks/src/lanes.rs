//! Events in hand: one lane for each room, in which an event waits for the one before it, and the
//! commits whose events are not all done with. Pure.

use std::collections::{HashMap, VecDeque};

use domain::event::{Event, Scope};
use domain::ids::{LogSeq, RoomId};
use domain::timestamp::Timestamp;
use nats::TailCommit;

/// A room, or the app's own events.
pub(crate) type Lane = Option<RoomId>;

/// An event and the commit that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InHand {
    pub(crate) log_seq: LogSeq,
    pub(crate) event: Event,
}

impl InHand {
    pub(crate) fn lane(&self) -> Lane {
        match &self.event.scope {
            Scope::Room { room_id, .. } => Some(room_id.clone()),
            Scope::App { .. } => None,
        }
    }
}

/// Commits in a row of which the first has events to be delivered and the others none.
#[derive(Debug)]
struct Stretch {
    first: LogSeq,
    last: LogSeq,
    at: Timestamp,
    events: usize,
    left: usize,
}

/// What is in hand.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    stretches: VecDeque<Stretch>,
    /// Who waits behind the one that is on its way. A lane that is here has one.
    waiting: HashMap<Lane, VecDeque<InHand>>,
    /// Events of the stretches, those that are done included.
    events: usize,
    /// Up to where nothing is left to do.
    done: LogSeq,
}

impl Lanes {
    /// After everything up to a place.
    pub(crate) fn after(done: LogSeq) -> Self {
        Self { done, ..Self::default() }
    }

    /// How many events are in hand.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    /// Up to where nothing is left to do.
    pub(crate) fn done(&self) -> LogSeq {
        self.done
    }

    /// When the oldest event in hand was decided.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.stretches.front().map(|stretch| stretch.at)
    }

    /// Takes the wanted events of the next commit. Gives back those that may be sent at once.
    pub(crate) fn take(
        &mut self,
        commit: TailCommit,
        wanted: impl Fn(&Event) -> bool,
    ) -> Vec<InHand> {
        let (log_seq, at) = (commit.seq, commit.commit.at);
        let events: Vec<Event> = commit.commit.events.into_iter().filter(wanted).collect();
        if events.is_empty() {
            match self.stretches.back_mut() {
                Some(stretch) => stretch.last = log_seq,
                None => self.done = log_seq,
            }
            return vec![];
        }
        self.events += events.len();
        let (first, last, left) = (log_seq, log_seq, events.len());
        self.stretches.push_back(Stretch { first, last, at, events: left, left });
        let in_hand = events.into_iter().map(|event| InHand { log_seq, event });
        in_hand.filter_map(|in_hand| self.line_up(in_hand)).collect()
    }

    fn line_up(&mut self, in_hand: InHand) -> Option<InHand> {
        if let Some(waiting) = self.waiting.get_mut(&in_hand.lane()) {
            waiting.push_back(in_hand);
            return None;
        }
        self.waiting.insert(in_hand.lane(), VecDeque::new());
        Some(in_hand)
    }

    /// The fate of an event is known. Gives back the next of its lane.
    pub(crate) fn finish(&mut self, finished: &InHand) -> Option<InHand> {
        let found = self.stretches.binary_search_by_key(&finished.log_seq, |stretch| stretch.first);
        if let Some(stretch) = found.ok().and_then(|place| self.stretches.get_mut(place)) {
            stretch.left = stretch.left.saturating_sub(1);
        }
        while let Some(stretch) = self.stretches.front().filter(|stretch| stretch.left == 0) {
            self.done = stretch.last;
            self.events -= stretch.events;
            self.stretches.pop_front();
        }
        self.next_in(&finished.lane())
    }

    fn next_in(&mut self, lane: &Lane) -> Option<InHand> {
        let next = self.waiting.get_mut(lane).and_then(VecDeque::pop_front);
        if next.is_none() {
            self.waiting.remove(lane);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use domain::commit::Commit;
    use domain::sample;

    use super::*;

    /// A commit with an event in each of these rooms; `-` is the app.
    fn commit(seq: u64, rooms: &str) -> TailCommit {
        let sample = sample::events().remove(0);
        let event = |room: char| Event {
            scope: match room {
                '-' => Scope::App { app_seq: seq },
                _ => Scope::Room { room_id: room.to_string().parse().unwrap(), room_seq: seq },
            },
            ..sample.clone()
        };
        let events = rooms.chars().map(event).collect();
        let (id, at) = (sample.id.command, Timestamp(seq.cast_signed()));
        let commit = Commit { id, epoch: 1, at, events, settled: vec![] };
        TailCommit { seq: LogSeq(seq), commit, bytes: 1 }
    }

    fn seqs(started: &[InHand]) -> Vec<(u64, String)> {
        let name = |lane: Lane| lane.map_or("-".to_owned(), |room| room.to_string());
        started.iter().map(|one| (one.log_seq.0, name(one.lane()))).collect()
    }

    #[test]
    fn a_room_goes_one_by_one_and_others_do_not_wait() {
        let mut lanes = Lanes::after(LogSeq(4));
        let first = lanes.take(commit(5, "aab"), |_| true);
        assert_eq!(seqs(&first), [(5, "a".into()), (5, "b".into())]);
        assert_eq!(seqs(&lanes.take(commit(6, "a-"), |_| true)), [(6, "-".into())]);
        assert_eq!(
            (lanes.events(), lanes.done(), lanes.oldest()),
            (5, LogSeq(4), Some(Timestamp(5)))
        );

        let second = lanes.finish(&first[0]).unwrap();
        assert_eq!(second.log_seq, LogSeq(5));
        assert_eq!(lanes.finish(&first[1]), None);
        let third = lanes.finish(&second).unwrap();
        assert_eq!((third.log_seq, lanes.done()), (LogSeq(6), LogSeq(5)));
        assert_eq!(lanes.finish(&third), None);
        assert_eq!(lanes.events(), 2);
        assert_eq!(lanes.done(), LogSeq(5), "the app's own event is on its way");
    }

    #[test]
    fn commits_of_no_interest_are_passed_and_take_no_room() {
        let mut lanes = Lanes::after(LogSeq(0));
        lanes.take(commit(1, "a"), |_| false);
        assert_eq!((lanes.done(), lanes.oldest()), (LogSeq(1), None));
        let started = lanes.take(commit(2, "a"), |_| true);
        for seq in 3..100 {
            lanes.take(commit(seq, "a"), |_| false);
        }
        assert_eq!((lanes.done(), lanes.stretches.len()), (LogSeq(1), 1));
        assert_eq!(lanes.finish(&started[0]), None);
        assert_eq!(lanes.done(), LogSeq(99));
    }

    #[test]
    fn what_is_done_behind_what_is_not_stays_in_hand() {
        let mut lanes = Lanes::after(LogSeq(0));
        let slow = lanes.take(commit(1, "a"), |_| true);
        let quick = lanes.take(commit(2, "b"), |_| true);
        lanes.finish(&quick[0]);
        assert_eq!((lanes.done(), lanes.events()), (LogSeq(0), 2));
        lanes.finish(&slow[0]);
        assert_eq!((lanes.done(), lanes.events()), (LogSeq(2), 0));
    }
}
