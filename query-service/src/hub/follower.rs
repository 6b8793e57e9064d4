//! Feeds the hub: the latest snapshot of the sequencer, then the tail of the log, for ever.
//!
//! NATS may go away and come back: the follower waits and continues where it was. A log that cannot
//! be read (a gap, an event of a later program) is the end: the app's streams are closed and its
//! routes say so, because skipping would show something that never was.

use std::sync::Arc;
use std::time::Duration;

use domain::event::Event;
use domain::ids::LogSeq;
use domain::state::{AppState, STATE_SCHEMA};
use nats::{Log, Nats, TailCommit, TailConfig, TailError};
use serde::Deserialize;
use service_kit::clock;
use service_kit::error_chain::ErrorChain;
use tokio_util::sync::CancellationToken;

use crate::hub::AppHub;
use crate::hub::room::End;

/// Who makes the log of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// An app of the configuration: whoever comes first.
    Configured,
    /// An app of the registry: the command side alone, which also removes it.
    Registered,
}

/// Pause before the log of an app that was created a moment ago is looked for again.
const MISSING_RETRY: Duration = Duration::from_millis(50);

/// Of a stored snapshot only the state matters here; the sequencer keeps more in it.
#[derive(Debug, Deserialize)]
struct Stored {
    state: AppState,
}

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("the log cannot be opened")]
    Open(#[source] nats::OpenLogError),
    #[error("the end of the log cannot be found")]
    LastSeq(#[source] nats::ReadError),
    #[error("the tail of the log ended")]
    Tail(#[source] TailError),
}

impl FollowError {
    /// Whether the same again may go well.
    fn is_passing(&self) -> bool {
        match self {
            Self::Open(_) | Self::LastSeq(_) => true,
            Self::Tail(error) => matches!(error, TailError::Lost { .. }),
        }
    }
}

/// Follows one app's log until it is stopped.
pub(crate) async fn follow(hub: Arc<AppHub>, nats: Nats, whose: Whose, stop: CancellationToken) {
    let pause = Duration::from_millis(hub.config().retry_ms);
    let followed = async {
        loop {
            let Err(error) = follow_tail(&hub, &nats, whose).await;
            let app = hub.app();
            if let FollowError::Open(nats::OpenLogError::Missing { .. }) = error {
                tokio::time::sleep(MISSING_RETRY).await;
                continue;
            }
            if !error.is_passing() {
                tracing::error!(app.id = %app, error = %ErrorChain(&error), "log unreadable");
                hub.end(End::LogStopped);
                return;
            }
            tracing::warn!(app.id = %app, error = %ErrorChain(&error), "log out of reach");
            tokio::time::sleep(pause).await;
        }
    };
    stop.run_until_cancelled(followed).await;
}

async fn follow_tail(
    hub: &AppHub,
    nats: &Nats,
    whose: Whose,
) -> Result<std::convert::Infallible, FollowError> {
    let log = match whose {
        Whose::Configured => nats.open_log(hub.app()).await,
        Whose::Registered => nats.open_existing_log(hub.app()).await,
    };
    let log = log.map_err(FollowError::Open)?;
    let target = log.last_seq().await.map_err(FollowError::LastSeq)?;
    if hub.log_seq() == LogSeq::default() {
        restore(hub, nats, target).await;
    }
    follow_from_here(hub, &log, target).await
}

async fn follow_from_here(
    hub: &AppHub,
    log: &Log,
    target: LogSeq,
) -> Result<std::convert::Infallible, FollowError> {
    let mut tail = log.tail(hub.log_seq(), TailConfig::default());
    loop {
        if target <= hub.log_seq() {
            hub.set_caught_up();
        }
        let commits = tail.next_batch(hub.config().batch_events_max).await;
        fold(hub, commits.map_err(FollowError::Tail)?).await;
    }
}

/// Folds commits in, all at once or in portions of which a ring holds several. Between portions the
/// viewers are given a turn: who keeps up must not be overtaken by one large batch.
async fn fold(hub: &AppHub, commits: Vec<TailCommit>) {
    let events_max = (hub.config().ring_items_max / 4).max(1);
    let bytes_max = hub.config().ring_bytes_max / 4;
    let (mut portion, mut bytes): (Vec<Event>, usize) = (Vec::new(), 0);
    let mut folded = hub.log_seq();
    for commit in commits {
        for event in commit.commit.events {
            if events_max <= portion.len() {
                // A commit counts as folded with its last event.
                hub.apply(&portion, folded, clock::now());
                portion.clear();
                tokio::task::yield_now().await;
            }
            portion.push(event);
        }
        folded = commit.seq;
        bytes += commit.bytes;
        if bytes_max < bytes {
            hub.apply(&portion, folded, clock::now());
            portion.clear();
            bytes = 0;
            tokio::task::yield_now().await;
        }
    }
    hub.apply(&portion, folded, clock::now());
    // A long replay must not keep other tasks of this thread waiting.
    tokio::task::yield_now().await;
}

/// Begins from the sequencer's snapshot if it can be read and the log has come as far. Otherwise the
/// whole log is replayed: slower, never wrong.
async fn restore(hub: &AppHub, nats: &Nats, target: LogSeq) {
    let app = hub.app();
    let (meta, json) = match nats.load_snapshot(app).await {
        Ok(Some(found)) => found,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(app.id = %app, error = %ErrorChain(&error), "snapshot unreadable");
            return;
        }
    };
    if meta.schema != STATE_SCHEMA || target < meta.log_seq {
        tracing::warn!(app.id = %app, schema = meta.schema, log.seq = %meta.log_seq,
            "snapshot does not fit");
        return;
    }
    match serde_json::from_slice::<Stored>(&json) {
        Ok(stored) => hub.restore(stored.state, meta.log_seq),
        Err(error) => {
            tracing::warn!(app.id = %app, error = %ErrorChain(&error), "snapshot unreadable");
        }
    }
}
