//! A lease: who may be an app's sequencer, or the one who calls a merchant's server. It keeps two from
//! doing one work; what makes it safe is the fence of what they write.
//!
//! A lease is a key in a bucket whose entries vanish when they are not renewed. It is stored on
//! disk, so that a restart of the server does not put out every sequencer at once, nor let a second
//! one in while the first believes that it still holds it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::HeaderValue;
use async_nats::jetstream::kv::{self, Operation, UpdateErrorKind};
use async_nats::jetstream::stream::{LastRawMessageErrorKind, StorageType};
use bytes::Bytes;
use domain::ids::AppId;
use tokio_util::sync::CancellationToken;

use crate::client::Nats;
use crate::server_error::is_stream_not_found;
use crate::{Cause, subject};

/// Why a lease was not taken, kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// It ran out or somebody else has it. Definite.
    #[error("the lease `{key}` is lost")]
    Lost {
        /// On what.
        key: Arc<str>,
    },
    /// No answer: held or not, nobody knows until [`Lease::held_until`] has passed.
    #[error("cannot reach the lease `{key}`")]
    Unavailable {
        /// On what.
        key: Arc<str>,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// A lease that was held when it was taken or last renewed.
pub struct Lease {
    key: Arc<str>,
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
        self.acquire(Arc::from(app.as_str()), holder).await
    }

    /// Takes the lease on what a reader does with an app's log; `None` when somebody else has it.
    pub async fn acquire_reader_lease(
        &self,
        app: &AppId,
        reader: &str,
        holder: &str,
    ) -> Result<Option<Lease>, LeaseError> {
        self.acquire(subject::reader_lease(app, reader).into(), holder).await
    }

    async fn acquire(&self, key: Arc<str>, holder: &str) -> Result<Option<Lease>, LeaseError> {
        let unavailable = |source| LeaseError::Unavailable { key: key.clone(), source };
        // Boxed: creating a bucket is a large future, and this one is awaited in loops.
        let bucket = Box::pin(self.lease_bucket()).await.map_err(unavailable)?;
        let ttl = bucket.stream.cached_info().config.max_age;
        let value = Bytes::from(format!("{holder}\n{}", uuid::Uuid::now_v7()));
        let mut lease = Lease { key, bucket, value, revision: 0, ttl, held_until: Instant::now() };
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

    /// Does some work while it is held, and gives it back. `end` tells the work to stop: whoever made it
    /// may cancel it, and it is cancelled when the lease is lost, or may be.
    pub async fn during<T>(
        self,
        renew_every: Duration,
        end: &CancellationToken,
        work: impl Future<Output = T>,
    ) -> T {
        let work = async {
            let done = work.await;
            end.cancel();
            done
        };
        let (done, held) = tokio::join!(work, self.renew_until(renew_every, end));
        // Not given back is gone after its term: the next holder only waits a little longer.
        if let Some(lease) = held
            && let Err(error) = lease.release().await
        {
            tracing::debug!(%error, "lease not released");
        }
        done
    }

    /// The lease if it is held at the end.
    async fn renew_until(mut self, every: Duration, end: &CancellationToken) -> Option<Self> {
        loop {
            tokio::select! {
                () = end.cancelled() => return Some(self),
                () = tokio::time::sleep(every) => {}
            }
            let held_until = self.held_until;
            match tokio::time::timeout_at(held_until.into(), self.renew()).await {
                Ok(Ok(())) => {}
                Ok(Err(error @ LeaseError::Unavailable { .. })) if Instant::now() < held_until => {
                    tracing::warn!(%error, "lease not renewed");
                }
                Ok(Err(_)) | Err(_) => {
                    tracing::warn!(lease.key = &*self.key, "lease lost");
                    end.cancel();
                    return None;
                }
            }
        }
    }

    /// Gives it back, so that another need not wait for the end of the term.
    pub async fn release(self) -> Result<(), LeaseError> {
        let key = &*self.key;
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
        match self.bucket.update(&*self.key, self.value.clone(), revision).await {
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
        let place = subject::lease(&self.key);
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
        LeaseError::Lost { key: self.key.clone() }
    }

    fn unavailable(&self, source: Cause) -> LeaseError {
        LeaseError::Unavailable { key: self.key.clone(), source }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("key", &self.key).finish_non_exhaustive()
    }
}
