//! One message of the log: what one sequencer decided between two acknowledgements.

use serde::{Deserialize, Serialize};

use crate::event::{Event, EventData};
use crate::ids::{CommandId, LogSeq, RoomId, UserId};
use crate::rejection::Rejection;
use crate::timestamp::Timestamp;

/// The unit of appending: all of it is stored or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id, also the `Nats-Msg-Id`: tells a lost acknowledgement from a lost race.
    pub id: CommandId,
    /// Which leader wrote it. Rises with each take-over.
    pub epoch: u64,
    /// When it was packed.
    pub at: Timestamp,
    /// The facts, in order, over any rooms.
    pub events: Vec<Event>,
    /// Answers that the facts alone do not tell: refusals, and commands that changed nothing.
    pub settled: Vec<Settled>,
}

/// The answer to a command that left no event of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The command.
    pub cmd: CommandId,
    /// Who sent it.
    pub user: UserId,
    /// What it was told.
    pub outcome: Outcome,
}

/// What a sender is told. Given once, the same for ever (promise 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Recorded; a reader that has come to `log_seq` shows it.
    Accepted(Accepted),
    /// It was so already: nothing to record. Told like a success.
    AlreadySo,
    /// A rule said no.
    Refused(Rejection),
}

/// Where an accepted command stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The room, for a command to a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    /// `room_seq` of its last event, or `app_seq`.
    pub seq: u64,
    /// The commit that holds it.
    pub log_seq: LogSeq,
    /// When it was decided.
    pub at: Timestamp,
    /// What the caller learns besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}

/// What an accepted command came to, where its place does not say it all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The message waits until somebody has looked.
    Held,
    /// Where the counter stands now.
    Counter(i64),
}

impl Told {
    /// What the caller learns of the last event of their command.
    pub fn of(data: &EventData) -> Option<Self> {
        if let EventData::CounterChanged(changed) = data {
            Some(Self::Counter(changed.value))
        } else if let EventData::MessageHeld(_) = data {
            Some(Self::Held)
        } else {
            None
        }
    }
}
