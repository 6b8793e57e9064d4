//! Checkpoints of readers that write nowhere else: how far one has come, and what it must not forget.
//!
//! A key in a bucket of the app's own. Each write replaces what the writer has read or written before,
//! or fails: of two who believe that they are the reader, one finds out at its next write.

use std::fmt;

use async_nats::jetstream::kv::{self, UpdateErrorKind};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, StorageType};
use bytes::Bytes;
use domain::ids::AppId;

use crate::client::Nats;
use crate::server_error::is_stream_not_found;
use crate::{Cause, subject};

/// Why a checkpoint was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Somebody else has written it meanwhile. Definite: nothing was written.
    #[error("the checkpoint `{reader}` of app `{app}` was moved by somebody else")]
    Moved {
        /// Whose log is read.
        app: AppId,
        /// Who reads it.
        reader: String,
    },
    /// No answer: written or not, nobody knows until it is opened again.
    #[error("cannot reach the checkpoints of app `{app}`")]
    Unavailable {
        /// Whose.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// A reader's checkpoint, as it was when it was opened or last written.
pub struct Checkpoint {
    app: AppId,
    reader: String,
    bucket: kv::Store,
    revision: u64,
}

impl Nats {
    /// Opens the checkpoint of a reader of an app's log, and what stands in it; `None` if nothing was
    /// ever written. The log must be there: whoever deletes an app removes it first.
    pub async fn open_checkpoint(
        &self,
        app: &AppId,
        reader: &str,
    ) -> Result<(Checkpoint, Option<Bytes>), CheckpointError> {
        let unavailable = |source| CheckpointError::Unavailable { app: app.clone(), source };
        let bucket = Box::pin(self.checkpoint_bucket(app)).await.map_err(unavailable)?;
        let stored = stored(&bucket, app, reader).await.map_err(unavailable)?;
        let (revision, value) =
            stored.map_or((0, None), |(revision, value)| (revision, Some(value)));
        let (app, reader) = (app.clone(), reader.to_owned());
        Ok((Checkpoint { app, reader, bucket, revision }, value))
    }

    /// What stands in a reader's checkpoint, for those who only look.
    pub async fn read_checkpoint(
        &self,
        app: &AppId,
        reader: &str,
    ) -> Result<Option<Bytes>, CheckpointError> {
        let unavailable = |source| CheckpointError::Unavailable { app: app.clone(), source };
        match self.context.get_key_value(subject::checkpoint_bucket(app)).await {
            Ok(bucket) => {
                let stored = stored(&bucket, app, reader).await.map_err(unavailable)?;
                Ok(stored.map(|(_, value)| value))
            }
            Err(error) if is_stream_not_found(&error) => Ok(None),
            Err(error) => Err(unavailable(error.into())),
        }
    }

    /// Deletes the checkpoints of an app's readers for good. None being there is a success.
    pub async fn delete_checkpoints(&self, app: &AppId) -> Result<(), CheckpointError> {
        match self.context.delete_stream(subject::checkpoint_stream(app)).await {
            Ok(_) => Ok(()),
            Err(error) if is_stream_not_found(&error) => Ok(()),
            Err(error) => {
                Err(CheckpointError::Unavailable { app: app.clone(), source: error.into() })
            }
        }
    }

    async fn checkpoint_bucket(&self, app: &AppId) -> Result<kv::Store, Cause> {
        let bucket = subject::checkpoint_bucket(app);
        match self.context.get_key_value(&bucket).await {
            Ok(bucket) => return Ok(bucket),
            Err(error) if is_stream_not_found(&error) => {}
            Err(error) => return Err(error.into()),
        }
        let config = kv::Config {
            bucket: bucket.clone(),
            storage: StorageType::File,
            num_replicas: self.config.replicas,
            history: 1,
            ..kv::Config::default()
        };
        match self.context.create_key_value(config).await {
            Ok(bucket) => Ok(bucket),
            // Somebody else was faster.
            Err(_) => Ok(self.context.get_key_value(&bucket).await?),
        }
    }
}

impl Checkpoint {
    /// Replaces what stands in it. After an error it must be opened again.
    pub async fn write(&mut self, value: Bytes) -> Result<(), CheckpointError> {
        match self.bucket.update(&self.reader, value, self.revision).await {
            Ok(revision) => {
                self.revision = revision;
                Ok(())
            }
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => {
                let (app, reader) = (self.app.clone(), self.reader.clone());
                Err(CheckpointError::Moved { app, reader })
            }
            Err(error) => {
                Err(CheckpointError::Unavailable { app: self.app.clone(), source: error.into() })
            }
        }
    }
}

/// The entry as the leader of the stream has it: a follower's answer may be old.
async fn stored(
    bucket: &kv::Store,
    app: &AppId,
    reader: &str,
) -> Result<Option<(u64, Bytes)>, Cause> {
    let place = subject::checkpoint(app, reader);
    match bucket.stream.get_last_raw_message_by_subject(&place).await {
        Ok(message) => Ok(Some((message.sequence, message.payload))),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("app", &self.app)
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}
