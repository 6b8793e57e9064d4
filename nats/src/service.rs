//! Requests between our own processes: commands on their way to the sequencer, profile look-ups.

use std::fmt;
use std::time::Duration;

use async_nats::{Client, Message, Request, RequestErrorKind, Subject, Subscriber};
use bytes::Bytes;
use domain::ids::AppId;
use futures_util::StreamExt;

use crate::client::Nats;
use crate::{Cause, subject};

/// What is asked, and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestSubject {
    /// Commands for an app's sequencer.
    Commands(AppId),
    /// Profiles of an app's users; any one query-service answers.
    Profiles(AppId),
    /// The word lists of an app, as its sequencer has them.
    WordLists(AppId),
    /// What decisions need and only the read models of an app know; any one query-service answers.
    Facts(AppId),
    /// Commands that came in over a stream; any one command-service answers, whatever the app.
    Gateway,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Nobody serves it: it was certainly not worked on.
    #[error("nobody serves these requests")]
    NoResponders,
    /// Worked on or not, nobody knows.
    #[error("no answer in time")]
    TimedOut,
    /// Never sent.
    #[error("the request has {bytes} bytes, the server takes {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// Worked on or not, nobody knows.
    #[error("the request failed")]
    Failed {
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Why requests cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("cannot subscribe to requests")]
pub struct ServeError {
    /// Why.
    #[source]
    pub source: Cause,
}

/// Why an answer was not sent.
#[derive(Debug, thiserror::Error)]
pub enum RespondError {
    /// The requester will time out.
    #[error("the answer has {bytes} bytes, the server takes {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The connection is closed for good.
    #[error("the answer was not sent")]
    Failed {
        /// Why.
        #[source]
        source: Cause,
    },
}

/// Requests that come in. Serves until dropped.
pub struct Requests {
    client: Client,
    subscriber: Subscriber,
}

/// One request, waiting for its answer.
pub struct IncomingRequest {
    /// What was asked.
    pub payload: Bytes,
    client: Client,
    reply: Option<Subject>,
}

impl Nats {
    /// Serves requests until the returned value is dropped. Requests beyond the limit of waiting
    /// messages are dropped: the requester times out.
    pub async fn serve_requests(&self, subject: RequestSubject) -> Result<Requests, ServeError> {
        let answer = match &subject {
            // Not shared: when two believe that they lead, the fence of the log tells them apart.
            RequestSubject::Commands(app) => self.client.subscribe(subject::commands(app)).await,
            RequestSubject::WordLists(app) => self.client.subscribe(subject::word_lists(app)).await,
            RequestSubject::Profiles(app) => {
                let group = subject::PROFILES_GROUP.to_owned();
                self.client.queue_subscribe(subject::profiles(app), group).await
            }
            RequestSubject::Facts(app) => {
                let group = subject::FACTS_GROUP.to_owned();
                self.client.queue_subscribe(subject::facts(app), group).await
            }
            RequestSubject::Gateway => {
                let group = subject::GATEWAY_GROUP.to_owned();
                self.client.queue_subscribe(subject::GATEWAY, group).await
            }
        };
        let subscriber = answer.map_err(|source| ServeError { source: source.into() })?;
        self.round_trip().await?;
        Ok(Requests { client: self.client.clone(), subscriber })
    }

    /// Waits until the server has read everything sent so far, a new subscription above all: it
    /// answers on one connection in order, also that nobody listens to a name just made up.
    pub(crate) async fn round_trip(&self) -> Result<(), ServeError> {
        let nobody = self.client.new_inbox();
        match self.client.send_request(nobody, Request::new()).await {
            Err(error) if error.kind() != RequestErrorKind::NoResponders => {
                Err(ServeError { source: error.into() })
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Asks and waits for the answer.
    pub async fn request(
        &self,
        subject: RequestSubject,
        payload: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, RequestError> {
        let (bytes, bytes_max) = (payload.len(), self.client.max_payload());
        if bytes_max < bytes {
            return Err(RequestError::TooLarge { bytes, bytes_max });
        }
        let subject = match &subject {
            RequestSubject::Commands(app) => subject::commands(app),
            RequestSubject::Profiles(app) => subject::profiles(app),
            RequestSubject::WordLists(app) => subject::word_lists(app),
            RequestSubject::Facts(app) => subject::facts(app),
            RequestSubject::Gateway => subject::GATEWAY.to_owned(),
        };
        let request = Request::new().payload(payload).timeout(Some(timeout));
        match self.client.send_request(subject, request).await {
            Ok(answer) => Ok(answer.payload),
            Err(error) => Err(match error.kind() {
                RequestErrorKind::NoResponders => RequestError::NoResponders,
                RequestErrorKind::TimedOut => RequestError::TimedOut,
                _ => RequestError::Failed { source: error.into() },
            }),
        }
    }
}

impl Requests {
    /// The next request; `None` when the connection is closed for good. Cancel-safe.
    pub async fn next(&mut self) -> Option<IncomingRequest> {
        let Message { payload, reply, .. } = self.subscriber.next().await?;
        Some(IncomingRequest { payload, client: self.client.clone(), reply })
    }
}

impl IncomingRequest {
    /// Answers. Queues the answer; whether it arrives only the requester knows.
    pub async fn respond(self, payload: Bytes) -> Result<(), RespondError> {
        let (bytes, bytes_max) = (payload.len(), self.client.max_payload());
        if bytes_max < bytes {
            return Err(RespondError::TooLarge { bytes, bytes_max });
        }
        match self.reply {
            Some(reply) => {
                let sent = self.client.publish(reply, payload).await;
                sent.map_err(|source| RespondError::Failed { source: source.into() })
            }
            // Nobody waits.
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests").finish_non_exhaustive()
    }
}

impl fmt::Debug for IncomingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingRequest")
            .field("bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}
