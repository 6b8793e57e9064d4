//! One event, sent until its fate is known.

use std::time::Duration;

use domain::ids::AppId;
use service_kit::clock;
use service_kit::error_chain::ErrorChain;
use service_kit::webhook::{Answer, Message, PostError, Target};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::config::{CallbacksConfig, EndpointConfig};
use crate::lanes::InHand;
use crate::metrics;
use crate::payload::{body, webhook_id};
use crate::progress::SetAside;

/// What has become of an event.
#[derive(Debug)]
pub(crate) enum Fate {
    /// The endpoint has it.
    Delivered,
    /// It will not be tried again.
    SetAside(SetAside),
    /// The endpoint wants nothing any more.
    Gone,
    /// Not known: nothing more is sent from here.
    Left,
}

/// Sends to one endpoint.
#[derive(Debug)]
pub(crate) struct Courier<'a> {
    config: &'a CallbacksConfig,
    endpoint: &'a EndpointConfig,
    target: &'a Target,
    /// Requests that may be on their way.
    requests: Semaphore,
    /// From then on no further attempt is made.
    end: &'a CancellationToken,
}

/// What one attempt has come to.
#[derive(Debug)]
enum Attempt {
    Delivered,
    Gone,
    /// The endpoint does not take this event.
    Refused {
        status: u16,
    },
    /// The endpoint does not answer, or cannot take anything.
    Unable {
        reason: &'static str,
        why: String,
        not_before: Duration,
    },
}

impl<'a> Courier<'a> {
    pub(crate) fn new(
        config: &'a CallbacksConfig,
        endpoint: &'a EndpointConfig,
        target: &'a Target,
        end: &'a CancellationToken,
    ) -> Self {
        let requests = Semaphore::new(endpoint.requests_max);
        Self { config, endpoint, target, requests, end }
    }

    /// Sends it again and again. Nothing is held meanwhile but the place in its lane.
    pub(crate) async fn deliver(&self, in_hand: InHand) -> (InHand, Fate) {
        let fate = self.fate(&in_hand).await;
        (in_hand, fate)
    }

    async fn fate(&self, in_hand: &InHand) -> Fate {
        let app = &self.endpoint.app;
        let id = webhook_id(app, in_hand.event.id);
        let body = match body(app, in_hand) {
            Ok(body) => body,
            Err(error) => return self.set_aside(in_hand, 0, error.to_string()),
        };
        let message = Message { id: &id, command: in_hand.event.data.type_name(), body };
        let give_up_at = Instant::now() + Duration::from_secs(self.config.give_up_after_s);
        let (mut attempts, mut refusals) = (0, 0);
        loop {
            attempts += 1;
            let request = self.end.run_until_cancelled(self.requests.acquire()).await;
            let Some(Ok(request)) = request else { return Fate::Left };
            let attempt = self.attempt(&message).await;
            drop(request);
            let (why, not_before) = match attempt {
                Attempt::Delivered => return Fate::Delivered,
                Attempt::Gone => return Fate::Gone,
                Attempt::Refused { status } => {
                    refusals += 1;
                    metrics::failed(self.endpoint, "refused");
                    (format!("status {status}"), Duration::ZERO)
                }
                Attempt::Unable { reason, why, not_before } => {
                    metrics::failed(self.endpoint, reason);
                    (why, not_before)
                }
            };
            let name = self.endpoint.name.as_str();
            tracing::debug!(app.id = %app, endpoint = name, id, attempts, why, "not delivered");
            if self.config.refusals_max <= refusals || give_up_at <= Instant::now() {
                return self.set_aside(in_hand, attempts, why);
            }
            let pause = sleep(self.config.pause(attempts).max(not_before));
            if self.end.run_until_cancelled(pause).await.is_none() {
                return Fate::Left;
            }
        }
    }

    async fn attempt(&self, message: &Message<'_>) -> Attempt {
        match self.target.post(message, clock::now(), self.endpoint.timeout()).await {
            Ok(answer) => self.judge(&answer),
            Err(error) => unable(&error),
        }
    }

    /// A status that may be about this event alone is a refusal. Everything else is about the endpoint,
    /// however it came about: somebody will repair it.
    fn judge(&self, answer: &Answer) -> Attempt {
        let status = answer.status.as_u16();
        match status {
            200..=299 => Attempt::Delivered,
            410 => Attempt::Gone,
            400 | 409 | 413 | 415 | 422 => Attempt::Refused { status },
            _ => {
                let asked = answer.retry_after_s.map_or(0, |seconds| seconds.saturating_mul(1_000));
                Attempt::Unable {
                    reason: if status == 429 { "throttled" } else { "status" },
                    why: format!("status {status}"),
                    not_before: Duration::from_millis(asked.min(self.config.pause_ms_max)),
                }
            }
        }
    }

    fn set_aside(&self, in_hand: &InHand, attempts: u32, why: String) -> Fate {
        let InHand { log_seq, event } = in_hand;
        let (app, name): (&AppId, &str) = (&self.endpoint.app, &self.endpoint.name);
        tracing::error!(
            app.id = %app, endpoint = name, event.id = %event.id, log.seq = %log_seq, attempts, why,
            "event set aside: the endpoint does not take it"
        );
        Fate::SetAside(SetAside {
            log_seq: *log_seq,
            event_id: event.id.to_string(),
            kind: event.data.type_name().to_owned(),
            room_id: in_hand.lane(),
            attempts,
            why,
            at: clock::now(),
        })
    }
}

fn unable(error: &PostError) -> Attempt {
    let (reason, why) = (error.reason(), ErrorChain(error).to_string());
    Attempt::Unable { reason, why, not_before: Duration::ZERO }
}
