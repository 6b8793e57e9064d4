//! What a sequencer remembers: the app, the ledger, and where the log stood.

use domain::commit::Commit;
use domain::ids::LogSeq;
use domain::state::AppState;
use serde::{Deserialize, Serialize};

use super::ledger::{Ledger, LedgerConfig};

/// A fold of the whole log up to `log_seq`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SequencerState {
    /// The rules' state.
    pub app: AppState,
    /// The answers of the window.
    pub ledger: Ledger,
    /// The last commit folded in: the fence of the next append.
    pub log_seq: LogSeq,
}

/// The JSON of a snapshot; the place in the log and the schema number travel beside it. The
/// query-service reads `state` from the same snapshot.
#[derive(Serialize, Deserialize)]
struct Stored<S, L> {
    state: S,
    ledger: L,
}

impl SequencerState {
    /// Folds in a commit read from the log.
    pub fn apply(&mut self, commit: Commit, log_seq: LogSeq, config: &LedgerConfig) {
        for event in &commit.events {
            self.app.evolve(event, log_seq);
        }
        let at = commit.at;
        self.ledger.learn(commit, log_seq);
        self.ledger.forget(at, config);
        self.log_seq = log_seq;
    }

    /// The snapshot's bytes.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Stored { state: &self.app, ledger: &self.ledger })
    }

    /// Reads a snapshot that was taken at `log_seq`.
    pub fn from_json(json: &[u8], log_seq: LogSeq) -> Result<Self, serde_json::Error> {
        let Stored { state: app, ledger } = serde_json::from_slice(json)?;
        Ok(Self { app, ledger, log_seq })
    }
}
