//! Brings commands to the sequencer of their app: in this instance, or by NATS request to the one
//! that leads.
//!
//! While nobody leads, or the leader steps down in the middle, the same commands are sent again until
//! the time is up: their ids make that safe.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use domain::command::Command;
use domain::ids::AppId;
use nats::client::Nats;
use nats::service::{RequestError, RequestSubject};
use tokio::time::{Instant, sleep, timeout_at};

use crate::gateway::config::GatewayConfig;
use crate::metrics;
use crate::sequencer::answer::Answer;
use crate::sequencer::handle::{NoAnswer, SequencerHandle};
use crate::sequencer::remote::RemoteAnswer;

/// Knows where each app is decided.
#[derive(Debug, Clone)]
pub struct Submitter {
    /// The candidates of this instance.
    local: Arc<RwLock<HashMap<AppId, Arc<SequencerHandle>>>>,
    nats: Nats,
    answer_timeout: Duration,
    retry: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full: nothing was done.
    #[error("too many commands wait")]
    Overloaded,
    /// Nobody leads, or nobody knows what became of the commands.
    #[error("no answer in time")]
    Unavailable,
    /// More than one message can hold.
    #[error("the commands are too large to be forwarded")]
    TooLarge,
    /// The merchant's server must be asked before and does not answer: nothing was done.
    #[error("the merchant's server does not answer")]
    NotAsked,
}

impl Submitter {
    /// Submits to these sequencers, and to whoever leads elsewhere.
    pub fn new(local: HashMap<AppId, SequencerHandle>, nats: Nats, config: &GatewayConfig) -> Self {
        Self {
            local: Arc::new(RwLock::new(
                local.into_iter().map(|(app, handle)| (app, Arc::new(handle))).collect(),
            )),
            nats,
            answer_timeout: Duration::from_millis(config.answer_timeout_ms),
            retry: Duration::from_millis(config.leader_retry_ms),
        }
    }

    /// From now on this instance may decide the app.
    pub fn add(&self, app: AppId, handle: SequencerHandle) {
        let mut local = self.local.write().unwrap_or_else(PoisonError::into_inner);
        local.insert(app, Arc::new(handle));
    }

    /// From now on it may not.
    pub fn remove(&self, app: &AppId) {
        self.local.write().unwrap_or_else(PoisonError::into_inner).remove(app);
    }

    fn leading_here(&self, app: &AppId) -> Option<Arc<SequencerHandle>> {
        let local = self.local.read().unwrap_or_else(PoisonError::into_inner);
        local.get(app).filter(|handle| handle.leads()).cloned()
    }

    /// Whether the app can be decided: here, or elsewhere as far as one can tell.
    pub fn is_connected(&self) -> bool {
        self.nats.is_connected()
    }

    /// One answer for each command, in order, each durable.
    pub async fn submit(
        &self,
        app: &AppId,
        commands: Vec<Command>,
    ) -> Result<Vec<Answer>, SubmitError> {
        let answers = self.submit_until_known(app, commands).await;
        if let Err(error) = &answers {
            metrics::unanswered(match error {
                SubmitError::Overloaded => "overloaded",
                SubmitError::Unavailable => "unavailable",
                SubmitError::TooLarge => "too_large",
                SubmitError::NotAsked => "not_asked",
            });
        }
        answers
    }

    async fn submit_until_known(
        &self,
        app: &AppId,
        commands: Vec<Command>,
    ) -> Result<Vec<Answer>, SubmitError> {
        let deadline = Instant::now() + self.answer_timeout;
        loop {
            let attempt = self.attempt(app, commands.clone(), deadline);
            match timeout_at(deadline, attempt).await {
                Ok(Ok(answers)) => return Ok(answers),
                Ok(Err(Attempt::Final(error))) => return Err(error),
                Ok(Err(Attempt::Again)) => {}
                Err(_elapsed) => return Err(SubmitError::Unavailable),
            }
            if deadline <= Instant::now() + self.retry {
                return Err(SubmitError::Unavailable);
            }
            sleep(self.retry).await;
        }
    }

    async fn attempt(
        &self,
        app: &AppId,
        commands: Vec<Command>,
        deadline: Instant,
    ) -> Result<Vec<Answer>, Attempt> {
        match self.leading_here(app) {
            Some(local) => local.submit(commands).await.map_err(|no_answer| match no_answer {
                NoAnswer::NotLeading | NoAnswer::Unknown => Attempt::Again,
                NoAnswer::Overloaded => Attempt::Final(SubmitError::Overloaded),
            }),
            None => self.forward(app, &commands, deadline).await,
        }
    }

    async fn forward(
        &self,
        app: &AppId,
        commands: &[Command],
        deadline: Instant,
    ) -> Result<Vec<Answer>, Attempt> {
        let unencodable = |_| Attempt::Final(SubmitError::Unavailable);
        let payload = serde_json::to_vec(commands).map_err(unencodable)?;
        let left = deadline.saturating_duration_since(Instant::now());
        let subject = RequestSubject::Commands(app.clone());
        let answer = match self.nats.request(subject, Bytes::from(payload), left).await {
            Ok(answer) => answer,
            Err(RequestError::TooLarge { .. }) => {
                return Err(Attempt::Final(SubmitError::TooLarge));
            }
            // Nobody leads yet, or the leader's instance is gone.
            Err(_) => return Err(Attempt::Again),
        };
        match serde_json::from_slice(&answer) {
            Ok(RemoteAnswer::Answers(answers)) => Ok(answers),
            Ok(RemoteAnswer::Overloaded) => Err(Attempt::Final(SubmitError::Overloaded)),
            Ok(RemoteAnswer::Unknown) => Err(Attempt::Again),
            Ok(RemoteAnswer::Unreadable) => Err(Attempt::Final(SubmitError::Unavailable)),
            Err(error) => {
                tracing::error!(%error, "the leader's answer is not readable");
                Err(Attempt::Final(SubmitError::Unavailable))
            }
        }
    }
}

/// How one attempt failed.
#[derive(Debug)]
enum Attempt {
    Again,
    Final(SubmitError),
}
