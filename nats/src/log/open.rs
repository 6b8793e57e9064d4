//! Creating, checking and deleting an app's log.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use async_nats::Subject;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::CreateStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use domain::ids::AppId;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use super::{Log, stored_config};
use crate::client::Nats;
use crate::server_error::is_stream_not_found;
use crate::{Cause, subject};

/// How long the server recognises a commit id. The command ledger covers what comes later.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);

/// The server removes a deleted stream's files after it has answered; until then it cannot make a new
/// one of the same name.
const STORE_WAIT_MAX: Duration = Duration::from_secs(5);
const STORE_RETRY: Duration = Duration::from_millis(50);

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenLogError {
    /// The stream is there and is not what was asked for. Nothing was changed.
    #[error("stream `{stream}` has `{field}` = {found} instead of {wanted}")]
    Mismatch {
        /// Which stream.
        stream: String,
        /// Which setting, as the server calls it.
        field: String,
        /// What it must be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// It is not there, and was not to be created.
    #[error("there is no stream `{stream}`")]
    Missing {
        /// Which stream.
        stream: String,
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

/// Why it is not known what is stored.
#[derive(Debug, thiserror::Error)]
#[error("the streams cannot be listed")]
pub struct ListError(#[source] Cause);

impl Nats {
    /// Opens an app's log, creating it when it is missing. What the server stored is read back and
    /// compared: a server may drop settings silently.
    pub async fn open_log(&self, app: &AppId) -> Result<Log, OpenLogError> {
        self.open(app, true).await
    }

    /// Opens the log of an app of the registry. Only the command side creates those, because only
    /// it removes them: whoever reads must not bring back the log of an app that was deleted.
    pub async fn open_existing_log(&self, app: &AppId) -> Result<Log, OpenLogError> {
        self.open(app, false).await
    }

    async fn open(&self, app: &AppId, may_create: bool) -> Result<Log, OpenLogError> {
        let wanted = stream_config(app, self.config.replicas);
        let name = wanted.name.clone();
        let failed = |source: Cause| OpenLogError::Failed { stream: name.clone(), source };

        let found = if let Some(found) = self.stored_config(&name).await.map_err(failed)? {
            found
        } else if !may_create {
            return Err(OpenLogError::Missing { stream: name });
        } else {
            self.create_stream(&wanted).await.map_err(failed)?;
            let found = self.stored_config(&name).await.map_err(failed)?;
            found.ok_or_else(|| failed("the server forgot the stream".into()))?
        };
        let wanted = serde_json::to_value(&wanted).map_err(|source| failed(source.into()))?;
        if let Some(difference) = stored_config::first_difference(&wanted, &found) {
            let stored_config::Difference { field, wanted, found } = difference;
            return Err(OpenLogError::Mismatch { stream: name, field, wanted, found });
        }
        let stream = self.context.get_stream_no_info(&name).await;
        Ok(Log {
            nats: self.clone(),
            app: app.clone(),
            subject: Subject::from(subject::log(app)),
            stream: stream.map_err(|source| failed(source.into()))?,
        })
    }

    /// Deletes an app's log for good. A log that is not there is a success.
    pub async fn delete_log(&self, app: &AppId) -> Result<(), DeleteLogError> {
        let stream = subject::log_stream(app);
        match self.context.delete_stream(&stream).await {
            Ok(_) => Ok(()),
            Err(error) if is_stream_not_found(&error) => Ok(()),
            Err(source) => Err(DeleteLogError { stream, source: source.into() }),
        }
    }

    /// The apps of which a log or snapshots are stored.
    pub async fn stored_apps(&self) -> Result<BTreeSet<AppId>, ListError> {
        let failed = |source: Cause| ListError(source);
        let mut names = self.context.stream_names();
        let mut apps = BTreeSet::new();
        while let Some(name) = names.try_next().await.map_err(|error| failed(error.into()))? {
            apps.extend(subject::app_of_stream(&name));
        }
        Ok(apps)
    }

    async fn create_stream(&self, config: &Config) -> Result<(), Cause> {
        let deadline = Instant::now() + STORE_WAIT_MAX;
        loop {
            let Err(error) = self.context.create_stream(config.clone()).await else {
                return Ok(());
            };
            match error.kind() {
                // Somebody else was faster; what they made is compared like anything else.
                CreateStreamErrorKind::JetStream(cause)
                    if cause.error_code() == ErrorCode::STREAM_NAME_EXIST =>
                {
                    return Ok(());
                }
                CreateStreamErrorKind::JetStream(cause)
                    if cause.error_code() == ErrorCode::STREAM_CREATE
                        && Instant::now() < deadline =>
                {
                    tokio::time::sleep(STORE_RETRY).await;
                }
                _ => return Err(error.into()),
            }
        }
    }

    /// The settings as the server writes them, unknown ones included; `None` without the stream.
    async fn stored_config(&self, stream: &str) -> Result<Option<Value>, Cause> {
        let mut answer: Value =
            self.context.request(format!("STREAM.INFO.{stream}"), &json!({})).await?;
        if answer["error"]["err_code"] == ErrorCode::STREAM_NOT_FOUND.0 {
            return Ok(None);
        }
        match answer["config"].take() {
            config @ Value::Object(_) => Ok(Some(config)),
            _ => Err(format!("the server says: {}", answer["error"]["description"]).into()),
        }
    }
}

fn stream_config(app: &AppId, replicas: usize) -> Config {
    Config {
        name: subject::log_stream(app),
        subjects: vec![subject::log(app)],
        storage: StorageType::File,
        num_replicas: replicas,
        retention: RetentionPolicy::Limits,
        // A log without limits never discards; should somebody set one, appends fail instead of
        // old commits vanishing.
        discard: DiscardPolicy::New,
        max_messages: -1,
        max_bytes: -1,
        max_messages_per_subject: -1,
        max_message_size: -1,
        max_consumers: -1,
        deny_delete: true,
        deny_purge: true,
        duplicate_window: DUPLICATE_WINDOW,
        // Answers of followers may be old; nothing here wants them.
        allow_direct: false,
        ..Config::default()
    }
}
