//! What a client sends over its WebSocket: commands, which the command side carries out as if they had
//! come in a request of their own, and new tokens. Each frame gets an answer under its id:
//!
//! | frame | answer |
//! |---|---|
//! | `{"id":..,"command":{"type":"send_message","text":"hello"}}` | `{"type":"answer","id":..,"status":201,"body":{..}}`, as the route of the command |
//! | `{"type":"refresh","id":..,"token":..}` | `{"type":"answer","id":..,"status":200,"body":{"outcome":"refreshed","expires_at":..}}` |
//!
//! An answer that does not come means that nobody knows: the same id asks again, as with a request.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ids::{AppId, RoomId, UserId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use nats::{Nats, RequestError, RequestSubject};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use service_kit::auth::{AuthError, Identity};
use service_kit::clock;
use service_kit::http::body::parse_json;
use service_kit::problem::Problem;
use service_kit::relayed::{Relayed, RelayedAnswer};

use crate::hub::frame::Frame;
use crate::problems::{cookie_reads_only, invalid_frame, no_answer, too_many_in_flight};
use crate::service::Service;

type Waiting = FuturesUnordered<Pin<Box<dyn Future<Output = Frame> + Send>>>;

/// One connection's commands. Most connections never send one, so what they need is made then.
pub(crate) struct Desk {
    service: Service,
    app: AppId,
    user: UserId,
    room_id: RoomId,
    /// Nothing while the connection has only a cookie.
    token: Option<Arc<str>>,
    waiting: Option<Box<Waiting>>,
}

/// What a frame leads to.
pub(super) enum Done {
    /// The answer comes through [`Desk::answered`].
    Later,
    /// The answer.
    Now(Frame),
    /// The answer, and who the reader is from now on.
    Refreshed(Box<Identity>, Frame),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientFrame {
    #[serde(rename = "type")]
    kind: Option<String>,
    id: Option<String>,
    command: Option<Box<RawValue>>,
    token: Option<String>,
}

impl Desk {
    pub(crate) fn new(
        service: Service,
        identity: &Identity,
        room_id: RoomId,
        token: Option<Arc<str>>,
    ) -> Self {
        let (app, user) = (identity.app.clone(), identity.user.clone());
        Self { service, app, user, room_id, token, waiting: None }
    }

    /// Takes a frame.
    pub(super) fn take(&mut self, text: &str) -> Done {
        let frame = match parse_json::<ClientFrame>(text.as_bytes()) {
            Ok(frame) => frame,
            Err(problem) => return Done::Now(refusal(None, &problem)),
        };
        let ClientFrame { kind, id, command, token } = frame;
        let done = match (kind.as_deref(), command, token) {
            (None | Some("command"), Some(command), None) => self.relay(id.clone(), command),
            (Some("refresh"), None, Some(token)) => self.refresh(id.as_deref(), &token),
            _ => Err(invalid_frame("a frame has `id` and `command`, or `type` and `token`")),
        };
        done.unwrap_or_else(|problem| Done::Now(refusal(id.as_deref(), &problem)))
    }

    /// Waits for the next answer; for ever while none is due. Cancel-safe.
    pub(super) async fn answered(&mut self) -> Frame {
        if let Some(waiting) = &mut self.waiting
            && let Some(answer) = waiting.next().await
        {
            return answer;
        }
        pending().await
    }

    fn relay(&mut self, id: Option<String>, command: Box<RawValue>) -> Result<Done, Problem> {
        let token = self.token.as_deref().ok_or_else(cookie_reads_only)?.to_owned();
        let config = &self.service.config().websocket;
        let waiting = self.waiting.get_or_insert_default();
        if config.commands_in_flight_max <= waiting.len() {
            return Err(too_many_in_flight(config.commands_in_flight_max));
        }
        let timeout = Duration::from_millis(config.command_timeout_ms);
        let (app, room_id) = (self.app.clone(), self.room_id.clone());
        let nats = self.service.nats().clone();
        waiting.push(Box::pin(async move {
            let relayed = Relayed { app, room_id, token, id, command };
            match ask(&nats, &relayed, timeout).await {
                Ok(RelayedAnswer { status, body }) => {
                    answer(relayed.id.as_deref(), status, body.get())
                }
                Err(problem) => refusal(relayed.id.as_deref(), &problem),
            }
        }));
        Ok(Done::Later)
    }

    /// The stream goes on for as long as the new token is good.
    fn refresh(&mut self, id: Option<&str>, token: &str) -> Result<Done, Problem> {
        let now = clock::now();
        let identity = self.service.auth().verify(&self.app, token, now)?;
        if identity.user != self.user {
            return Err(AuthError::OtherUser.into());
        }
        identity.check_room(&self.room_id)?;
        self.service.check_listed(&identity)?;
        let expires_at = identity.streams_until(now)?;
        self.token = Some(token.into());
        let body = json!({ "outcome": "refreshed", "expires_at": expires_at });
        Ok(Done::Refreshed(Box::new(identity), answer(id, 200, &body.to_string())))
    }
}

async fn ask(nats: &Nats, relayed: &Relayed, timeout: Duration) -> Result<RelayedAnswer, Problem> {
    let payload = serde_json::to_vec(relayed).map_err(|_not_json| Problem::internal())?;
    match nats.request(RequestSubject::Gateway, Bytes::from(payload), timeout).await {
        Ok(answer) => serde_json::from_slice(&answer).map_err(|error| {
            tracing::error!(%error, "the answer to a relayed command is not readable");
            no_answer(false)
        }),
        Err(RequestError::NoResponders | RequestError::TooLarge { .. }) => Err(no_answer(true)),
        Err(RequestError::TimedOut | RequestError::Failed { .. }) => Err(no_answer(false)),
    }
}

fn refusal(id: Option<&str>, problem: &Problem) -> Frame {
    answer(id, problem.status().as_u16(), &problem.to_json().to_string())
}

fn answer(id: Option<&str>, status: u16, body: &str) -> Frame {
    let id = id.map_or(Value::Null, Value::from);
    Frame::encode(
        None,
        &format!(r#"{{"type":"answer","id":{id},"status":{status},"body":{body}}}"#),
    )
}
