//! What an app's sequencer answers to commands that were sent to it over NATS, as far as those who send
//! them must understand it (`command-service/src/sequencer/remote.rs` writes it).

use domain::commit::Outcome;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// To all of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// One answer for each, in order.
    Answers(Vec<Answer>),
    /// Too much waits: nothing was done.
    Overloaded,
    /// The leader steps down: nobody knows.
    Unknown,
    /// Another version of the program leads.
    Unreadable,
}

/// To one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Durable, now or before.
    Settled(Outcome),
    /// What became of it is no longer known.
    IdTooOld(IgnoredAny),
    /// Before its time.
    IdAhead(IgnoredAny),
    /// Somebody else has used the id.
    IdReused,
    /// Left out because of how much else was sent.
    Shed(IgnoredAny),
    /// Refused for now: what it takes to decide it is not known yet.
    Undecided(IgnoredAny),
}
