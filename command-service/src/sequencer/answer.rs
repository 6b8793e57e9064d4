//! What a sender is told, and how a command reaches the sequencer.

use domain::command::Command;
use domain::commit::Outcome;
use domain::rejection::Rejection;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::limiter::Shed;

/// The answer to one command. Crosses NATS when the sequencer is in another instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Durable: now, or when the same id was first sent.
    Settled(Outcome),
    /// The id has left the ledger window: whether it was executed is no longer known.
    IdTooOld {
        /// The window.
        window_s: u32,
    },
    /// The id's time is too far ahead of the server's clock.
    IdAhead {
        /// How far it may be.
        ahead_s: u32,
    },
    /// Somebody else has used this id.
    IdReused,
    /// Left out because too much is sent. The same id may be sent again.
    Shed(Shed),
    /// Refused for now and not recorded. The same id may be sent again.
    Undecided(Rejection),
}

/// Commands that were sent together and are answered together, in order.
#[derive(Debug)]
pub struct Submission {
    /// In order.
    pub commands: Vec<Command>,
    /// One answer each. Dropped without an answer when nobody knows: the sender asks again with the
    /// same ids.
    pub reply: oneshot::Sender<Vec<Answer>>,
}
