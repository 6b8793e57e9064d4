//! Appending: one commit, one fence, one acknowledgement; and what to do without one.

use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use bytes::Bytes;
use domain::ids::{CommandId, LogSeq};

use super::Log;
use crate::{Cause, server_error};

/// The most that the two headers add to a message: the id has 36 bytes, the fence up to 20.
const HEADER_BYTES_MAX: usize = 128;

/// Why a commit was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The log does not end where the writer thinks. This call stored nothing; a former call with
    /// the same id may have.
    #[error("the log does not end at {expected_last}")]
    Fenced {
        /// The fence.
        expected_last: LogSeq,
    },
    /// Stored or not, nobody knows: [`Log::settle`] finds out.
    #[error("nobody knows whether the commit was stored")]
    Unknown {
        /// What left the doubt.
        #[source]
        source: Cause,
    },
    /// Never sent.
    #[error("the commit has {bytes} bytes, the server takes {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
}

/// What became of a commit, for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It is in the log, at this place.
    Stored(LogSeq),
    /// It is not, and never will be: another commit stands in its place.
    NotStored,
}

impl Log {
    /// Appends one encoded commit behind `expected_last`. The place returned is the next one.
    pub async fn append(
        &self,
        id: CommandId,
        bytes: impl Into<Bytes> + Send,
        expected_last: LogSeq,
    ) -> Result<LogSeq, AppendError> {
        let payload: Bytes = bytes.into();
        let bytes_max = self.nats.client.max_payload().saturating_sub(HEADER_BYTES_MAX);
        if bytes_max < payload.len() {
            return Err(AppendError::TooLarge { bytes: payload.len(), bytes_max });
        }
        if !self.nats.until_connected().await {
            return Err(AppendError::Unknown { source: "not connected".into() });
        }
        let message = PublishMessage::build()
            .payload(payload)
            .message_id(id.to_string())
            .expected_last_sequence(expected_last.0);
        let sent = self.nats.context.send_publish(self.subject.clone(), message).await;
        let acknowledged = match sent {
            Ok(acknowledgement) => acknowledgement.await,
            Err(error) => Err(error),
        };
        match acknowledged {
            // A duplicate at this very place is this commit, stored by a former call.
            Ok(ack) if ack.sequence == expected_last.next().0 => Ok(LogSeq(ack.sequence)),
            Ok(ack) => Err(AppendError::Unknown {
                source: format!("acknowledged at {} instead", ack.sequence).into(),
            }),
            Err(error) if is_wrong_last_sequence(&error) => {
                Err(AppendError::Fenced { expected_last })
            }
            Err(error) => Err(AppendError::Unknown { source: error.into() }),
        }
    }

    /// Finds out what became of a commit after [`AppendError::Unknown`], however long that takes:
    /// the caller sets the limit.
    ///
    /// Looking at the end of the log is not enough, because the former message may still be on its
    /// way. So the commit is sent again until the answer is definite: either it is stored now, or
    /// its place is taken, and then the place tells by whom.
    pub async fn settle(&self, id: CommandId, bytes: Bytes, expected_last: LogSeq) -> Settlement {
        const PAUSE_MAX: Duration = Duration::from_millis(500);
        let mut pause = Duration::from_millis(10);
        loop {
            match self.append(id, bytes.clone(), expected_last).await {
                Ok(seq) => return Settlement::Stored(seq),
                Err(AppendError::TooLarge { .. }) => return Settlement::NotStored,
                Err(AppendError::Fenced { .. }) => match self.at(expected_last.next()).await {
                    Ok(Some(stored)) if stored.commit_id == id => {
                        return Settlement::Stored(stored.seq);
                    }
                    Ok(Some(_)) => return Settlement::NotStored,
                    // The fence tells of a message that is not to be read yet, or the log is
                    // shorter than the writer thinks.
                    Ok(None) => tracing::debug!(app.id = %self.app(), "fenced by nothing"),
                    Err(error) => tracing::debug!(app.id = %self.app(), %error, "cannot look"),
                },
                Err(error) => tracing::debug!(app.id = %self.app(), %error, "still unknown"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

/// The server has two codes for it: with and without the sequence that it found.
fn is_wrong_last_sequence(error: &PublishError) -> bool {
    error.kind() == PublishErrorKind::WrongLastSequence
        || server_error::code(error) == Some(ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT)
}
