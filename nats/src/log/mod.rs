//! An app's log: one stream, one subject, one writer at a time.

use std::fmt;
use std::sync::Arc;

use domain::ids::{AppId, CommandId, LogSeq};

use crate::client::Nats;
use crate::tail::{Tail, TailConfig};
use crate::{Cause, subject};

/// An app's log. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    nats: Nats,
    app: AppId,
    subject: Arc<str>,
}

/// Which commit stands at a place of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCommit {
    /// The place.
    pub seq: LogSeq,
    /// The commit's id.
    pub commit_id: CommandId,
}

/// Why a commit was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The log does not end where the writer thinks. Nothing was stored by this call, but a former
    /// attempt with the same id may have been: read the last message.
    #[error("the log does not end at {expected_last}")]
    Fenced {
        /// The fence.
        expected_last: LogSeq,
    },
    /// Stored or not, nobody knows: read the last message.
    #[error("nobody knows whether the commit was stored")]
    Unknown {
        /// What left the doubt.
        #[source]
        source: Cause,
    },
    /// Never sent.
    #[error("the commit has {bytes} bytes, the server takes {bytes_max}")]
    TooLarge {
        /// Its size with its headers.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
}

/// Why the log could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No answer, or none that helps.
    #[error("cannot read the end of the log of app `{app}`")]
    Unavailable {
        /// Whose.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The last message carries no commit id: not written by this program.
    #[error("message {seq} of the log of app `{app}` has no commit id")]
    NoCommitId {
        /// Whose.
        app: AppId,
        /// Where.
        seq: LogSeq,
    },
}

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenLogError {
    /// The stream is there and is not what was asked for. Nothing was changed.
    #[error("stream `{stream}` has `{field}` = {found} instead of {wanted}")]
    Mismatch {
        /// Which stream.
        stream: String,
        /// Which setting.
        field: &'static str,
        /// What it must be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// No answer, or a refusal.
    #[error("cannot open stream `{stream}`")]
    Failed {
        /// Which stream.
        stream: String,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Why a log could not be deleted.
#[derive(Debug, thiserror::Error)]
#[error("cannot delete stream `{stream}`")]
pub struct DeleteLogError {
    /// Which stream.
    pub stream: String,
    /// Why.
    #[source]
    pub source: Cause,
}

impl Nats {
    /// Opens an app's log, creating it when it is missing. What the server stored is read back and
    /// compared: a server may drop settings silently.
    pub async fn open_log(&self, app: &AppId) -> Result<Log, OpenLogError> {
        todo!()
    }

    /// Deletes an app's log for good. A log that is not there is a success.
    pub async fn delete_log(&self, app: &AppId) -> Result<(), DeleteLogError> {
        todo!()
    }
}

impl Log {
    /// Whose log.
    pub fn app(&self) -> &AppId {
        &self.app
    }

    /// Appends one encoded commit behind `expected_last`. The place returned is the next one.
    pub async fn append(
        &self,
        id: CommandId,
        bytes: Vec<u8>,
        expected_last: LogSeq,
    ) -> Result<LogSeq, AppendError> {
        todo!()
    }

    /// The last commit as the stream's leader has it; `None` for an empty log.
    pub async fn last(&self) -> Result<Option<StoredCommit>, ReadError> {
        todo!()
    }

    /// The last place as the stream's leader has it; 0 for an empty log.
    pub async fn last_seq(&self) -> Result<LogSeq, ReadError> {
        todo!()
    }

    /// Every commit after `after`, in order, live for ever. Must be called within a tokio runtime.
    pub fn tail(&self, after: LogSeq, config: TailConfig) -> Tail {
        todo!()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("app", &self.app).finish_non_exhaustive()
    }
}
