//! From a snapshot and the tail to the state at the end of the log, and back into a snapshot.

use domain::ids::{AppId, LogSeq};
use domain::state::STATE_SCHEMA;
use nats::client::Nats;
use nats::log::Log;
use nats::snapshot::SnapshotMeta;
use nats::tail::TailConfig;

use super::ledger::LedgerConfig;
use super::state::SequencerState;

/// Events taken from the tail at once while catching up.
const CATCH_UP_EVENTS: usize = 5_000;

/// Why the state at the end of the log is not known.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The log could not be asked where it ends.
    #[error("the end of the log is not known")]
    End(#[source] nats::log::ReadError),
    /// The tail stopped.
    #[error("the log could not be read to its end")]
    Tail(#[source] nats::tail::TailError),
}

/// The newest snapshot, or the empty state where there is none that can be used. A damaged snapshot
/// or one of another schema means a full replay, never a guess.
pub async fn load(nats: &Nats, app: &AppId) -> SequencerState {
    let (meta, json) = match nats.load_snapshot(app).await {
        Ok(Some(snapshot)) => snapshot,
        Ok(None) => return SequencerState::default(),
        Err(error) => {
            tracing::warn!(%app, %error, "snapshot not usable, replaying the whole log");
            return SequencerState::default();
        }
    };
    if meta.schema != STATE_SCHEMA {
        tracing::info!(%app, found = meta.schema, "snapshot of another schema, replaying the log");
        return SequencerState::default();
    }
    SequencerState::from_json(&json, meta.log_seq).unwrap_or_else(|error| {
        tracing::warn!(%app, %error, "snapshot not readable, replaying the whole log");
        SequencerState::default()
    })
}

/// Folds in everything up to the present end of the log.
pub async fn catch_up(
    log: &Log,
    state: &mut SequencerState,
    ledger: &LedgerConfig,
) -> Result<(), CatchUpError> {
    let end = log.last_seq().await.map_err(CatchUpError::End)?;
    if end < state.log_seq {
        // The snapshot belongs to another log, for instance one that was restored from a back-up.
        tracing::warn!(snapshot = %state.log_seq, %end, "snapshot is ahead of the log, replaying");
        *state = SequencerState::default();
    }
    let mut tail = log.tail(state.log_seq, TailConfig::default());
    while state.log_seq < end {
        for read in tail.next_batch(CATCH_UP_EVENTS).await.map_err(CatchUpError::Tail)? {
            state.apply(read.commit, read.seq, ledger);
        }
    }
    Ok(())
}

/// Stores a snapshot. A failure costs time at the next start, nothing else, and so is only logged.
pub async fn save(nats: &Nats, app: &AppId, state: SequencerState) {
    let log_seq: LogSeq = state.log_seq;
    let encoded = tokio::task::spawn_blocking(move || state.to_json()).await;
    let json = match encoded {
        Ok(Ok(json)) => json,
        Ok(Err(error)) => return tracing::error!(%app, %error, "snapshot cannot be encoded"),
        Err(error) => return tracing::error!(%app, %error, "snapshot task failed"),
    };
    let meta = SnapshotMeta { schema: STATE_SCHEMA, log_seq };
    match nats.save_snapshot(app, meta, json).await {
        Ok(()) => tracing::info!(%app, %log_seq, "snapshot saved"),
        Err(error) => tracing::warn!(%app, %error, "snapshot not saved"),
    }
}
