//! Asks merchants' servers before a command is decided: may it be, shall nobody see it, in which words?
//!
//! [`config`] says who is asked about what, `question` what is sent and what an answer means, `breaker`
//! leaves a dead server alone. What the server has said goes with the command to the sequencer, like
//! what the filter has found, and is settled in the log: the same command gets the same answer again,
//! also when the server would say something else by then.
//!
//! Without an answer a command goes on or is refused, as the configuration says; nothing waits longer
//! than the timeout.

mod breaker;
pub mod config;
mod question;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::actor::Role;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::AppId;
use futures_util::future::try_join_all;
use moka::future::Cache;
use service_kit::clock;
use service_kit::webhook::{Message, Target};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use self::breaker::Breaker;
use self::config::{Asked, BeforeConfig, InvalidBefore, OnFailure, Places};
use self::question::{Failure, Question, Verdict};
use crate::gateway::submit::SubmitError;
use crate::metrics;

/// Asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Before(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: BeforeConfig,
    servers: Vec<Server>,
    places: Places,
    answers: Cache<[u8; 32], Verdict>,
}

/// One server, at the place of its table in the configuration.
#[derive(Debug)]
struct Server {
    target: Target,
    requests: Semaphore,
    breaker: Breaker,
}

impl Before {
    /// Checks the configuration; asks nobody yet.
    pub fn try_new(config: BeforeConfig) -> Result<Self, InvalidBefore> {
        let (targets, places) = config.check()?;
        let rest = Duration::from_millis(config.rest_ms);
        let servers = targets.into_iter().zip(&config.callbacks).map(|(target, callback)| Server {
            target,
            requests: Semaphore::new(callback.requests_max),
            breaker: Breaker::new(config.failures_max, rest),
        });
        let servers = servers.collect();
        let answers = Cache::builder()
            .max_capacity(config.answers_max)
            .time_to_live(Duration::from_secs(config.answer_ttl_s))
            .build();
        Ok(Self(Arc::new(Shared { config, servers, places, answers })))
    }

    /// Asks about the commands of one request that somebody wants to be asked about.
    pub async fn commands(
        &self,
        app: &AppId,
        commands: Vec<Command>,
    ) -> Result<Vec<Command>, SubmitError> {
        let Some(places) = self.0.places.get(app) else { return Ok(commands) };
        try_join_all(commands.into_iter().map(|command| self.command(app, places, command))).await
    }

    async fn command(
        &self,
        app: &AppId,
        places: &HashMap<Asked, usize>,
        mut command: Command,
    ) -> Result<Command, SubmitError> {
        let place = asked(&command.action).and_then(|asked| places.get(&asked));
        let Some(&place) = place else { return Ok(command) };
        let callback = &self.0.config.callbacks[place];
        let is_trusted = command.actor.role == Role::Admin || command.actor.via.is_some();
        // What the filter has refused or held is not for the merchant to allow.
        if is_trusted && callback.exempt_admins || command.screening.is_some() {
            return Ok(command);
        }
        let server = &self.0.servers[place];
        let question = Question::new(app, &command, server.target.form());
        let question = question.map_err(|_unencodable| SubmitError::Unavailable)?;
        let limit = Duration::from_millis(callback.timeout_ms);
        let key = question.key;
        let asking = async {
            let answer = timeout(limit, server.ask(&question, limit)).await;
            answer.unwrap_or(Err(Failure::TimedOut))
        };
        match self.0.answers.try_get_with(key, asking).await {
            Ok(verdict) => {
                metrics::asked_before(app, verdict.as_str());
                verdict.apply(&mut command, self.0.config.reason_bytes_max);
                Ok(command)
            }
            Err(failure) => {
                metrics::asked_before(app, failure.reason());
                tracing::debug!(app.id = %app, failure = failure.reason(), "no answer before a command");
                match callback.on_failure {
                    OnFailure::Allow => Ok(command),
                    OnFailure::Refuse => Err(SubmitError::NotAsked),
                }
            }
        }
    }
}

impl Server {
    async fn ask(&self, question: &Question, limit: Duration) -> Result<Verdict, Failure> {
        // Nobody closes it. Whoever waits here may find that the server rests by now.
        let _request = self.requests.acquire().await;
        if !self.breaker.lets_through(Instant::now()) {
            return Err(Failure::Rests);
        }
        let Question { id, command, body, .. } = question;
        let message = Message { id, command, body: body.clone() };
        // Its own limit is a moment shorter than that of the caller, so that a failure is counted.
        let limit = limit.saturating_sub(Duration::from_millis(5));
        let answer = self.target.post(&message, clock::now(), limit).await;
        let verdict = answer
            .map_err(|error| Failure::Post(error.reason()))
            .and_then(|answer| Verdict::read(&answer, self.target.form()));
        match &verdict {
            Ok(_) => self.breaker.succeeded(),
            Err(_) => self.breaker.failed(Instant::now()),
        }
        verdict
    }
}

/// The command as far as it may be asked about.
fn asked(action: &Action) -> Option<Asked> {
    let Action::Room { command, .. } = action else { return None };
    if let RoomCommand::SendMessage(_) = command {
        Some(Asked::SendMessage)
    } else if let RoomCommand::SendCustomMessage(_) = command {
        Some(Asked::SendCustomMessage)
    } else if let RoomCommand::SendGift(_) = command {
        Some(Asked::SendGift)
    } else {
        None
    }
}
