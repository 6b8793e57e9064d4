//! A lease: who may be an app's sequencer. It keeps two from working against each other; what makes
//! it safe is the fence of the log.
//!
//! A lease is a key in a bucket whose entries vanish when they are not renewed. It is stored on
//! disk, so that a restart of the server does not put out every sequencer at once, nor let a second
//! one in while the first believes that it still holds it.

use std::fmt;
use std::time::{Duration, Instant};

use async_nats::HeaderValue;
use async_nats::jetstream::kv::{self, Operation, UpdateErrorKind};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, StorageType};
use bytes::Bytes;
use domain::ids::AppId;

use crate::client::Nats;
use crate::server_error::is_stream_not_found;
use crate::{Cause, subject};

/// Why a lease was not taken, kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// It ran out or somebody else has it. Definite.
    #[error("the lease on app `{app}` is lost")]
    Lost {
        /// Which app.
        app: AppId,
    },
    /// No answer: held or not, nobody knows until [`Lease::held_until`] has passed.
    #[error("cannot reach the lease on app `{app}`")]
    Unavailable {
        /// Which app.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// A lease that was held when it was taken or last renewed.
pub struct Lease {
    app: AppId,
    bucket: kv::Store,
    /// The holder and a number of its own: no two leases have the same value.
    value: Bytes,
    revision: u64,
    ttl: Duration,
    held_until: Instant,
}

/// What stands in the bucket.
struct Entry {
    revision: u64,
    value: Bytes,
    is_released: bool,
}

impl Nats {
    /// Takes the lease on an app; `None` when somebody else has it.
    pub async fn acquire_lease(
        &self,
        app: &AppId,
        holder: &str,
    ) -> Result<Option<Lease>, LeaseError> {
        let unavailable = |source| LeaseError::Unavailable { app: app.clone(), source };
        // Boxed: creating a bucket is a large future, and this one is awaited in loops.
        let bucket = Box::pin(self.lease_bucket()).await.map_err(unavailable)?;
        let ttl = bucket.stream.cached_info().config.max_age;
        let value = Bytes::from(format!("{holder}\n{}", uuid::Uuid::now_v7()));
        let mut lease =
            Lease { app: app.clone(), bucket, value, revision: 0, ttl, held_until: Instant::now() };
        if lease.write(0).await? {
            return Ok(Some(lease));
        }
        let released = lease.entry().await?.filter(|entry| entry.is_released);
        match released {
            Some(entry) if lease.write(entry.revision).await? => Ok(Some(lease)),
            Some(_) | None => Ok(None),
        }
    }

    async fn lease_bucket(&self) -> Result<kv::Store, Cause> {
        match self.context.get_key_value(subject::LEASE_BUCKET).await {
            Ok(bucket) => return Ok(bucket),
            Err(error) if is_stream_not_found(&error) => {}
            Err(error) => return Err(error.into()),
        }
        let config = kv::Config {
            bucket: subject::LEASE_BUCKET.to_owned(),
            max_age: self.config.lease_ttl(),
            storage: StorageType::File,
            num_replicas: self.config.replicas,
            history: 1,
            ..kv::Config::default()
        };
        match self.context.create_key_value(config).await {
            Ok(bucket) => Ok(bucket),
            // Somebody else was faster, perhaps with another term: theirs counts.
            Err(_) => Ok(self.context.get_key_value(subject::LEASE_BUCKET).await?),
        }
    }
}

impl Lease {
    /// The app.
    pub fn app(&self) -> &AppId {
        &self.app
    }

    /// Until when nobody else can have it. Past it, without a successful [`Lease::renew`], act as
    /// if it were lost.
    pub fn held_until(&self) -> Instant {
        self.held_until
    }

    /// Keeps the lease for another term. To be called well within each term.
    pub async fn renew(&mut self) -> Result<(), LeaseError> {
        if self.held_until <= Instant::now() {
            return Err(self.lost());
        }
        if self.write(self.revision).await? {
            return Ok(());
        }
        // Either somebody else has it, or a former renewal came through and its answer did not.
        match self.entry().await? {
            Some(entry) if entry.value == self.value && self.write(entry.revision).await? => Ok(()),
            Some(_) | None => Err(self.lost()),
        }
    }

    /// Gives it back, so that another need not wait for the end of the term.
    pub async fn release(self) -> Result<(), LeaseError> {
        let key = self.app.as_str();
        match self.bucket.delete_expect_revision(key, Some(self.revision)).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Err(self.lost()),
            Err(error) => Err(self.unavailable(error.into())),
        }
    }

    /// Writes the value over `revision`; false when something else stands there.
    async fn write(&mut self, revision: u64) -> Result<bool, LeaseError> {
        // The term that we count on begins before the server's.
        let held_until = Instant::now() + self.ttl;
        match self.bucket.update(self.app.as_str(), self.value.clone(), revision).await {
            Ok(revision) => {
                (self.revision, self.held_until) = (revision, held_until);
                Ok(true)
            }
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
            Err(error) => Err(self.unavailable(error.into())),
        }
    }

    /// The entry as the leader has it: a follower's answer may be old.
    async fn entry(&self) -> Result<Option<Entry>, LeaseError> {
        let place = subject::lease(&self.app);
        match self.bucket.stream.get_last_raw_message_by_subject(&place).await {
            Ok(message) => {
                let operation = message.headers.get("KV-Operation").map(HeaderValue::as_str);
                Ok(Some(Entry {
                    revision: message.sequence,
                    value: message.payload,
                    is_released: operation
                        .and_then(|operation| operation.parse::<Operation>().ok())
                        .is_some_and(|operation| operation != Operation::Put),
                }))
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(self.unavailable(error.into())),
        }
    }

    fn lost(&self) -> LeaseError {
        LeaseError::Lost { app: self.app.clone() }
    }

    fn unavailable(&self, source: Cause) -> LeaseError {
        LeaseError::Unavailable { app: self.app.clone(), source }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("app", &self.app).finish_non_exhaustive()
    }
}
