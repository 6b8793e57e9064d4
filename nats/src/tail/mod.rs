//! The tail: one app's whole log in order from a place, and then live. Everything that is read from
//! the log is read through this.

use domain::codec::DecodeError;
use domain::commit::Commit;
use domain::ids::LogSeq;
use serde::{Deserialize, Serialize};

use crate::Cause;

/// How far a tail reads ahead of its reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TailConfig {
    /// Commits asked for and not yet taken.
    pub ahead_commits: usize,
    /// Their bytes, as stored.
    pub ahead_bytes: usize,
    /// How often the server says that there is nothing new; two silent intervals make the tail
    /// start again from the last good place.
    pub heartbeat_ms: u64,
}

impl Default for TailConfig {
    fn default() -> Self {
        Self { ahead_commits: 512, ahead_bytes: 16 << 20, heartbeat_ms: 1_000 }
    }
}

/// A commit and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailCommit {
    /// Its place in the log.
    pub seq: LogSeq,
    /// What it says.
    pub commit: Commit,
    /// Its size as stored.
    pub bytes: usize,
}

/// Why a tail ended. It does not go on after an error.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// A place is missing: the log was tampered with.
    #[error("the log has a gap: {found} follows where {expected} should")]
    Gap {
        /// The next place.
        expected: LogSeq,
        /// What came instead.
        found: LogSeq,
    },
    /// The log ends before the place to go on from: it was deleted or has lost its end.
    #[error("the log ends at {last}, before {after}")]
    Shrunk {
        /// The place to go on from.
        after: LogSeq,
        /// Where the log ends.
        last: LogSeq,
    },
    /// A commit that this program cannot read. Nothing is skipped.
    #[error("commit {seq} cannot be read")]
    Decode {
        /// Its place.
        seq: LogSeq,
        /// Why.
        #[source]
        source: DecodeError,
    },
    /// The log is gone, or the tail had ended before.
    #[error("the log is gone")]
    Lost {
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Follows one app's log.
#[derive(Debug)]
pub struct Tail {}

impl Tail {
    /// The next commit. Cancel-safe: a commit is taken or stays.
    pub async fn next(&mut self) -> Result<TailCommit, TailError> {
        todo!()
    }

    /// Waits for a commit, then takes what is there without waiting, up to `events_max` events in
    /// all; at least one commit, whatever its size. Cancel-safe.
    pub async fn next_batch(&mut self, events_max: usize) -> Result<Vec<TailCommit>, TailError> {
        todo!()
    }
}
