//! Requests between our own processes: commands on their way to the sequencer, profile look-ups.

use std::time::Duration;

use bytes::Bytes;
use domain::ids::AppId;

use crate::Cause;
use crate::client::Nats;

/// What is asked, and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestSubject {
    /// Commands for an app's sequencer.
    Commands(AppId),
    /// Profiles of an app's users; any one query-service answers.
    Profiles(AppId),
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

/// Requests that come in.
#[derive(Debug)]
pub struct Requests {}

/// One request, waiting for its answer.
#[derive(Debug)]
pub struct IncomingRequest {
    /// What was asked.
    pub payload: Bytes,
}

impl Nats {
    /// Serves requests until the returned value is dropped.
    pub async fn serve_requests(&self, subject: RequestSubject) -> Result<Requests, ServeError> {
        todo!()
    }

    /// Asks and waits for the answer.
    pub async fn request(
        &self,
        subject: RequestSubject,
        payload: Bytes,
        timeout: Duration,
    ) -> Result<Bytes, RequestError> {
        todo!()
    }
}

impl Requests {
    /// The next request; `None` when the connection is closed for good.
    pub async fn next(&mut self) -> Option<IncomingRequest> {
        todo!()
    }
}

impl IncomingRequest {
    /// Answers.
    pub async fn respond(self, payload: Bytes) -> Result<(), RespondError> {
        todo!()
    }
}
