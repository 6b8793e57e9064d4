//! An app's log: one stream, one subject, one writer at a time. How it is created and checked is in
//! `open.rs`, how it is written in `append.rs`; it is read through [`crate::tail`].

mod append;
mod open;
mod stored_config;

use std::fmt;

use async_nats::Subject;
use async_nats::jetstream::stream::{LastRawMessageErrorKind, RawMessageError, Stream};
use domain::ids::{AppId, CommandId, LogSeq};

pub use self::append::{AppendError, Settlement};
pub use self::open::{DeleteLogError, ListError, OpenLogError};
use crate::Cause;
use crate::client::Nats;
use crate::tail::{Tail, TailConfig};

/// An app's log. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    nats: Nats,
    app: AppId,
    subject: Subject,
    stream: Stream<()>,
}

/// Which commit stands at a place of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCommit {
    /// The place.
    pub seq: LogSeq,
    /// The commit's id.
    pub commit_id: CommandId,
}

/// Why the log could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No answer, or none that helps.
    #[error("cannot read the log of app `{app}`")]
    Unavailable {
        /// Whose.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The message carries no commit id: not written by this program.
    #[error("message {seq} of the log of app `{app}` has no commit id")]
    NoCommitId {
        /// Whose.
        app: AppId,
        /// Where.
        seq: LogSeq,
    },
}

impl Log {
    /// Whose log.
    pub fn app(&self) -> &AppId {
        &self.app
    }

    /// The last commit as the stream's leader has it; `None` for an empty log.
    pub async fn last(&self) -> Result<Option<StoredCommit>, ReadError> {
        self.stored(self.stream.get_last_raw_message_by_subject(&self.subject).await)
    }

    /// The commit at a place as the stream's leader has it; `None` beyond the end.
    pub async fn at(&self, seq: LogSeq) -> Result<Option<StoredCommit>, ReadError> {
        self.stored(self.stream.get_raw_message(seq.0).await)
    }

    /// The last place as the stream's leader has it; 0 for an empty log.
    pub async fn last_seq(&self) -> Result<LogSeq, ReadError> {
        match self.stream.get_info().await {
            Ok(info) => Ok(LogSeq(info.state.last_sequence)),
            Err(source) => Err(self.unavailable(source.into())),
        }
    }

    /// Every commit after `after`, in order, live for ever. Must be called within a tokio runtime.
    pub fn tail(&self, after: LogSeq, config: TailConfig) -> Tail {
        Tail::follow(self.nats.clone(), self.stream.clone(), self.app.clone(), after, config)
    }

    fn stored(
        &self,
        answer: Result<async_nats::jetstream::message::StreamMessage, RawMessageError>,
    ) -> Result<Option<StoredCommit>, ReadError> {
        let message = match answer {
            Ok(message) => message,
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                return Ok(None);
            }
            Err(source) => return Err(self.unavailable(source.into())),
        };
        let seq = LogSeq(message.sequence);
        let id = message.headers.get(async_nats::header::NATS_MESSAGE_ID);
        match id.and_then(|id| id.as_str().parse().ok()) {
            Some(commit_id) => Ok(Some(StoredCommit { seq, commit_id })),
            None => Err(ReadError::NoCommitId { app: self.app.clone(), seq }),
        }
    }

    fn unavailable(&self, source: Cause) -> ReadError {
        ReadError::Unavailable { app: self.app.clone(), source }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("app", &self.app).finish_non_exhaustive()
    }
}
