//! Bulletins: what the instances of a service tell each other now and then. Everybody who listens gets
//! them, nobody answers, and nothing is kept: whoever was away waits for the next.

use std::fmt;

use async_nats::{Message, Subscriber};
use bytes::Bytes;
use domain::ids::AppId;
use futures_util::StreamExt;

use crate::client::Nats;
use crate::service::{RespondError, ServeError};
use crate::subject;

/// What a bulletin is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulletinSubject {
    /// Who is in the rooms of an app, as each query-service sees it.
    Presence(AppId),
}

impl BulletinSubject {
    fn name(&self) -> String {
        match self {
            Self::Presence(app) => subject::presence(app),
        }
    }
}

/// Bulletins that come in, one's own among them. Listens until dropped.
pub struct Bulletins(Subscriber);

impl Nats {
    /// Listens. What comes on top of the limit of waiting messages is lost.
    pub async fn listen(&self, subject: &BulletinSubject) -> Result<Bulletins, ServeError> {
        let subscriber = self.client.subscribe(subject.name()).await;
        let subscriber = subscriber.map_err(|source| ServeError { source: source.into() })?;
        self.round_trip().await?;
        Ok(Bulletins(subscriber))
    }

    /// Tells everybody who listens now. Without a connection nobody is told, also not later: it would
    /// be old by then.
    pub async fn tell(
        &self,
        subject: &BulletinSubject,
        payload: Bytes,
    ) -> Result<(), RespondError> {
        let (bytes, bytes_max) = (payload.len(), self.client.max_payload());
        if bytes_max < bytes {
            return Err(RespondError::TooLarge { bytes, bytes_max });
        }
        if !self.is_connected() {
            return Ok(());
        }
        let told = self.client.publish(subject.name(), payload).await;
        told.map_err(|source| RespondError::Failed { source: source.into() })
    }
}

impl Bulletins {
    /// The next bulletin; `None` when the connection is closed for good. Cancel-safe.
    pub async fn next(&mut self) -> Option<Bytes> {
        let Message { payload, .. } = self.0.next().await?;
        Some(payload)
    }
}

impl fmt::Debug for Bulletins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bulletins")
    }
}
