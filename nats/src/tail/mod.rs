//! The tail: one app's whole log in order from a place, and then live. Everything that is read from
//! the log is read through this. What fetches and decodes is in `pump.rs`.

mod pump;

use std::sync::Arc;

use async_nats::jetstream::stream::Stream;
use domain::codec::DecodeError;
use domain::commit::Commit;
use domain::ids::{AppId, LogSeq};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::AbortHandle;

use self::pump::Pump;
use crate::Cause;
use crate::client::Nats;

/// How far a tail reads ahead of its reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TailConfig {
    /// Commits that are decoded and not yet taken, and about as many again on their way.
    pub ahead_commits: usize,
    /// Their bytes, as stored: decoded, and about as many again on their way.
    pub ahead_bytes: usize,
    /// How often the server says that there is nothing new; two silent intervals make the tail
    /// start again from the last good place. After five without a commit the tail asks the log itself,
    /// and starts again if it has what did not come.
    pub heartbeat_ms: u64,
}

impl Default for TailConfig {
    fn default() -> Self {
        Self { ahead_commits: 512, ahead_bytes: 8 << 20, heartbeat_ms: 1_000 }
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
    /// The log ends before the place to go on from: it was replaced or has lost its end.
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
    #[error("the tail of the log is lost")]
    Lost {
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Follows one app's log. Stops when dropped.
#[derive(Debug)]
pub struct Tail {
    incoming: mpsc::Receiver<Result<TailCommit, TailError>>,
    /// Taken from the channel and too large for the last batch, or the error behind it.
    held_back: Option<Result<TailCommit, TailError>>,
    /// Bytes that the pump may still decode ahead.
    room: Arc<Semaphore>,
    room_bytes: usize,
    pump: AbortHandle,
}

impl Tail {
    pub(crate) fn follow(
        nats: Nats,
        stream: Stream<()>,
        app: AppId,
        after: LogSeq,
        config: TailConfig,
    ) -> Self {
        let (outgoing, incoming) = mpsc::channel(config.ahead_commits.max(1));
        // The largest commit must fit, or it would never come.
        let room_bytes = config.ahead_bytes.max(nats.client.max_payload() + (64 << 10));
        let room = Arc::new(Semaphore::new(room_bytes));
        let pump = Pump { nats, stream, app, last: after, config, room_bytes };
        let pump = tokio::spawn(pump.run(outgoing, Arc::clone(&room))).abort_handle();
        Self { incoming, held_back: None, room, room_bytes, pump }
    }

    /// The next commit. Cancel-safe: a commit is taken or stays.
    pub async fn next(&mut self) -> Result<TailCommit, TailError> {
        let received = match self.held_back.take() {
            Some(held_back) => held_back,
            None => match self.incoming.recv().await {
                Some(received) => received,
                None => Err(TailError::Lost { source: "it had ended before".into() }),
            },
        };
        received.inspect(|taken| self.make_room(taken))
    }

    /// Waits for a commit, then takes what is there without waiting, up to `events_max` events in
    /// all; at least one commit, whatever its size. Cancel-safe.
    pub async fn next_batch(&mut self, events_max: usize) -> Result<Vec<TailCommit>, TailError> {
        let first = self.next().await?;
        let mut events = first.commit.events.len();
        let mut batch = vec![first];
        while let Ok(received) = self.incoming.try_recv() {
            match received {
                Ok(taken) if events + taken.commit.events.len() <= events_max => {
                    events += taken.commit.events.len();
                    self.make_room(&taken);
                    batch.push(taken);
                }
                other => {
                    self.held_back = Some(other);
                    break;
                }
            }
        }
        Ok(batch)
    }

    fn make_room(&self, taken: &TailCommit) {
        self.room.add_permits(taken.bytes.min(self.room_bytes));
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.pump.abort();
    }
}
