//! The answers given so far: command id → outcome, for the ledger window.
//!
//! A command is known by the time inside its id (a `UUIDv7`), so what has been forgotten can be told
//! from what was never seen: an id below the [`Ledger::floor`] is refused, never executed. The floor
//! only rises. When there are more answers than the ledger may hold it rises early, and the window
//! is shorter for a while: bounded memory and never a command executed twice.

use std::collections::{BTreeMap, HashMap};

use domain::commit::{Accepted, Commit, Outcome, Settled, Told};
use domain::event::{Event, EventData, Scope};
use domain::ids::{CommandId, LogSeq, UserId};
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::Answer;

/// How long and how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// Age at which an id is refused.
    pub window_s: u32,
    /// How far ahead of the server's clock an id may be.
    pub ahead_s: u32,
    /// Answers kept at the most.
    pub entries_max: usize,
}

impl Default for LedgerConfig {
    fn default() -> Self {
        Self { window_s: 300, ahead_s: 60, entries_max: 1_000_000 }
    }
}

/// Ids of about an eighth of a second are forgotten together: dropping a bucket is one `free`, not
/// a search.
const BUCKET_BITS: u32 = 7;

/// Answers by the time of their command ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    buckets: BTreeMap<i64, HashMap<CommandId, (UserId, Outcome)>>,
    entries: usize,
    floor: Timestamp,
}

impl Ledger {
    /// The first moment whose ids are not refused as too old.
    pub fn floor(&self) -> Timestamp {
        self.floor
    }

    /// How many answers are kept.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// The answer that this command must get without being decided, if there is one.
    pub fn answer(
        &self,
        id: CommandId,
        user: &UserId,
        now: Timestamp,
        config: &LedgerConfig,
    ) -> Option<Answer> {
        let made_at = id.unix_ms();
        if made_at < self.floor.0 {
            return Some(Answer::IdTooOld { window_s: config.window_s });
        }
        if now.plus_seconds(config.ahead_s).0 < made_at {
            return Some(Answer::IdAhead { ahead_s: config.ahead_s });
        }
        let (known_user, outcome) = self.buckets.get(&bucket_of(id))?.get(&id)?;
        // Somebody else's answer is nobody's business, and not an answer to this command.
        if known_user == user {
            Some(Answer::Settled(outcome.clone()))
        } else {
            Some(Answer::IdReused)
        }
    }

    /// Remembers an answer. Ids below the floor are refused anyway and need no memory.
    pub fn remember(&mut self, id: CommandId, user: UserId, outcome: Outcome) {
        if id.unix_ms() < self.floor.0 {
            return;
        }
        let bucket = self.buckets.entry(bucket_of(id)).or_default();
        if bucket.insert(id, (user, outcome)).is_none() {
            self.entries += 1;
        }
    }

    /// Forgets what has left the window, and the oldest answers above the limit.
    pub fn forget(&mut self, now: Timestamp, config: &LedgerConfig) {
        let window_ms = i64::from(config.window_s) * 1_000;
        self.raise_floor(now.0.saturating_sub(window_ms));
        while config.entries_max < self.entries {
            let Some((bucket, _)) = self.buckets.first_key_value() else { break };
            self.raise_floor((bucket + 1) << BUCKET_BITS);
        }
    }

    fn raise_floor(&mut self, unix_ms: i64) {
        if unix_ms <= self.floor.0 {
            return;
        }
        self.floor = Timestamp(unix_ms);
        while let Some(oldest) = self.buckets.first_entry() {
            if unix_ms < (oldest.key() + 1) << BUCKET_BITS {
                break;
            }
            self.entries -= oldest.remove().len();
        }
    }

    /// Remembers every answer that a commit tells.
    pub fn learn(&mut self, commit: Commit, log_seq: LogSeq) {
        for event in &commit.events {
            self.learn_event(event, log_seq);
        }
        for Settled { cmd, user, outcome } in commit.settled {
            self.remember(cmd, user, outcome);
        }
    }

    fn learn_event(&mut self, event: &Event, log_seq: LogSeq) {
        let outcome = accepted(&event.scope, log_seq, event.at, &event.data);
        if let EventData::LikesAdded(added) = &event.data {
            for by in &added.by {
                self.remember(by.cmd, by.user_id.clone(), outcome.clone());
            }
        } else {
            // The last event of a command decides: its place is the answer.
            self.remember(event.id.command, event.actor.user.clone(), outcome);
        }
    }
}

/// The answer to a command whose last event is this one.
pub fn accepted(scope: &Scope, log_seq: LogSeq, at: Timestamp, data: &EventData) -> Outcome {
    let (room_id, seq) = match scope {
        Scope::Room { room_id, room_seq } => (Some(room_id.clone()), *room_seq),
        Scope::App { app_seq } => (None, *app_seq),
    };
    Outcome::Accepted(Accepted { room_id, seq, log_seq, at, told: Told::of(data) })
}

fn bucket_of(id: CommandId) -> i64 {
    id.unix_ms() >> BUCKET_BITS
}

/// The ledger as it is stored: the buckets follow from the ids.
#[derive(Serialize, Deserialize)]
struct Stored {
    floor: Timestamp,
    answers: Vec<Settled>,
}

impl Serialize for Ledger {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.buckets.values().flatten();
        let answers = all.map(|(cmd, (user, outcome))| Settled {
            cmd: *cmd,
            user: user.clone(),
            outcome: outcome.clone(),
        });
        Stored { floor: self.floor, answers: answers.collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let mut ledger = Self { floor: stored.floor, ..Self::default() };
        for Settled { cmd, user, outcome } in stored.answers {
            ledger.remember(cmd, user, outcome);
        }
        Ok(ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(0x018f_0000_0000);

    fn id(ms_before_now: i64, n: u32) -> CommandId {
        let ms = NOW.0 - ms_before_now;
        format!("{:08x}-{:04x}-7000-8000-0000{n:08x}", ms >> 16, ms & 0xffff).parse().unwrap()
    }

    fn ann() -> UserId {
        "ann".parse().unwrap()
    }

    fn ask(ledger: &Ledger, id: CommandId) -> Option<Answer> {
        ledger.answer(id, &ann(), NOW, &LedgerConfig::default())
    }

    #[test]
    fn the_first_answer_is_given_again_and_only_to_its_user() {
        let mut ledger = Ledger::default();
        assert_eq!(ask(&ledger, id(0, 1)), None);
        ledger.remember(id(0, 1), ann(), Outcome::AlreadySo);
        assert_eq!(ask(&ledger, id(0, 1)), Some(Answer::Settled(Outcome::AlreadySo)));
        let bob = "bob".parse().unwrap();
        let config = LedgerConfig::default();
        assert_eq!(ledger.answer(id(0, 1), &bob, NOW, &config), Some(Answer::IdReused));
        assert_eq!(ask(&ledger, id(0, 2)), None);
    }

    #[test]
    fn an_id_is_too_old_exactly_when_it_has_left_the_window() {
        let mut ledger = Ledger::default();
        ledger.forget(NOW, &LedgerConfig::default());
        assert_eq!(ask(&ledger, id(300_000, 1)), None);
        assert_eq!(ask(&ledger, id(300_001, 1)), Some(Answer::IdTooOld { window_s: 300 }));
        assert_eq!(ask(&ledger, id(-60_000, 1)), None);
        assert_eq!(ask(&ledger, id(-60_001, 1)), Some(Answer::IdAhead { ahead_s: 60 }));
    }

    #[test]
    fn above_its_limit_the_ledger_forgets_the_oldest_and_refuses_their_ids() {
        let config = LedgerConfig { entries_max: 2, ..LedgerConfig::default() };
        let mut ledger = Ledger::default();
        for (age, n) in [(3_000, 1), (2_000, 2), (1_000, 3)] {
            ledger.remember(id(age, n), ann(), Outcome::AlreadySo);
        }
        ledger.forget(NOW, &config);
        assert_eq!(ledger.len(), 2);
        assert!(matches!(ask(&ledger, id(3_000, 1)), Some(Answer::IdTooOld { .. })));
        assert!(matches!(ask(&ledger, id(3_000, 9)), Some(Answer::IdTooOld { .. })));
        assert!(matches!(ask(&ledger, id(2_000, 2)), Some(Answer::Settled(_))));
    }

    #[test]
    fn the_floor_never_falls_when_a_clock_goes_back() {
        let mut ledger = Ledger::default();
        let config = LedgerConfig::default();
        ledger.forget(NOW, &config);
        let floor = ledger.floor();
        ledger.forget(Timestamp(NOW.0 - 60_000), &config);
        assert_eq!(ledger.floor(), floor);
    }

    #[test]
    fn a_stored_ledger_is_the_same_ledger() {
        let mut ledger = Ledger::default();
        ledger.remember(id(0, 1), ann(), Outcome::AlreadySo);
        ledger.remember(id(900, 2), ann(), Outcome::AlreadySo);
        ledger.forget(NOW, &LedgerConfig::default());
        let json = serde_json::to_string(&ledger).unwrap();
        assert_eq!(serde_json::from_str::<Ledger>(&json).unwrap(), ledger);
    }
}
