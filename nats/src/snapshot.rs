//! Snapshots of a sequencer's state. Missing or damaged means a full replay, never a guess.

use domain::ids::{AppId, LogSeq};
use serde::{Deserialize, Serialize};

use crate::Cause;
use crate::client::Nats;

/// What a snapshot is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotMeta {
    /// The version of the state's shape.
    pub schema: u32,
    /// The last commit that is in it.
    pub log_seq: LogSeq,
}

/// Why a snapshot was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is there and is not what was written.
    #[error("the snapshot of app `{app}` is damaged")]
    Damaged {
        /// Whose.
        app: AppId,
        /// How it shows.
        #[source]
        source: Cause,
    },
    /// Above the limit, on the way in or out.
    #[error("the snapshot of app `{app}` is larger than {bytes_max} bytes")]
    TooLarge {
        /// Whose.
        app: AppId,
        /// The limit.
        bytes_max: usize,
    },
    /// No answer, or a refusal. When writing, the former snapshot is still there.
    #[error("cannot reach the snapshot of app `{app}`")]
    Unavailable {
        /// Whose.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
}

impl Nats {
    /// Writes an app's snapshot; the former one stays until the new one is complete.
    pub async fn save_snapshot(
        &self,
        app: &AppId,
        meta: SnapshotMeta,
        json: Vec<u8>,
    ) -> Result<(), SnapshotError> {
        todo!()
    }

    /// The newest complete snapshot; `None` when there is none.
    pub async fn load_snapshot(
        &self,
        app: &AppId,
    ) -> Result<Option<(SnapshotMeta, Vec<u8>)>, SnapshotError> {
        todo!()
    }

    /// Deletes an app's snapshots for good. None being there is a success.
    pub async fn delete_snapshots(&self, app: &AppId) -> Result<(), SnapshotError> {
        todo!()
    }
}
