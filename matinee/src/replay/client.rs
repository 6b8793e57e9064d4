//! Sends one call until it has an answer.
//!
//! A call whose outcome nobody knows (no connection, a timeout, 503) is sent again with the same
//! `Idempotency-Key`: the command side answers it once, however often it comes.

use std::time::Duration;

use domain::ids::LogSeq;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;
use service_kit::auth::SignError;
use service_kit::clock;
use tokio::time::{Instant, sleep};

use crate::replay::call::{Call, Caller};
use crate::replay::tokens::Tokens;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The pause before the first repetition; it doubles up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The command API of one app.
#[derive(Debug, Clone)]
pub struct CommandClient {
    http: Client,
    base: Url,
    tokens: Tokens,
    patience: Duration,
}

/// What a call was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// A reader that has come to here shows it.
    pub log_seq: LogSeq,
    /// The place of its first event in the room, if it has one.
    pub room_seq: Option<u64>,
    /// How often it was sent again.
    pub retries: u64,
}

/// Why a call was not done.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A rule said no, or the request was wrong.
    #[error("refused with {status}: `{problem}`")]
    Refused {
        /// The status.
        status: StatusCode,
        /// The type of the problem.
        problem: String,
    },
    /// No answer for too long.
    #[error("no answer after {tries} tries, the last was `{last}`")]
    GaveUp {
        /// How often it was sent.
        tries: u64,
        /// What came of the last.
        last: String,
    },
    /// No token.
    #[error("no token could be made")]
    Sign(#[from] SignError),
    /// No HTTP client.
    #[error("no HTTP client could be made")]
    Client(#[source] reqwest::Error),
    /// Not an address to which paths can be added.
    #[error("`{0}` is not the address of a command service")]
    Address(String),
}

enum Attempt {
    Done(Answer),
    Again { why: String, after: Option<Duration> },
}

impl CommandClient {
    /// `url` is the address of the command service; a call is repeated for at most `patience`.
    pub fn try_new(url: &str, tokens: Tokens, patience: Duration) -> Result<Self, SendError> {
        let address = || SendError::Address(url.to_owned());
        let mut base: Url = url.parse().ok().ok_or_else(address)?;
        base.path_segments_mut().ok().ok_or_else(address)?.pop_if_empty().extend([
            "v1",
            "apps",
            tokens.app().as_str(),
        ]);
        let http = Client::builder().timeout(ATTEMPT).build().map_err(SendError::Client)?;
        Ok(Self { http, base, tokens, patience })
    }

    /// Sends the call as a new command.
    pub async fn send(&self, call: &Call) -> Result<Answer, SendError> {
        let id = clock::new_command_id().to_string();
        let token = self.tokens.of(&call.caller)?;
        let give_up_at = Instant::now() + self.patience;
        let mut pause = PAUSE_MIN;
        let mut retries = 0;
        loop {
            let sent = self.request(call, &id, &token).send().await;
            let (why, after) = match self.read(sent, retries).await? {
                Attempt::Done(answer) => return Ok(answer),
                Attempt::Again { why, after } => (why, after),
            };
            let wait = after.unwrap_or(pause).min(PAUSE_MAX);
            if give_up_at < Instant::now() + wait {
                return Err(SendError::GaveUp { tries: retries + 1, last: why });
            }
            sleep(wait).await;
            pause = (pause * 2).min(PAUSE_MAX);
            retries += 1;
        }
    }

    fn request(&self, call: &Call, id: &str, token: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(&call.path);
        }
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .bearer_auth(token)
            .header("Idempotency-Key", id);
        if let Caller::AdminFor(user) = &call.caller {
            request = request.header(
                "Matinee-On-Behalf-Of",
                utf8_percent_encode(user.as_str(), NON_ALPHANUMERIC).to_string(),
            );
        }
        match &call.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn read(
        &self,
        sent: Result<Response, reqwest::Error>,
        retries: u64,
    ) -> Result<Attempt, SendError> {
        let again = |error: reqwest::Error| Attempt::Again { why: error.to_string(), after: None };
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Ok(again(error)),
        };
        let status = response.status();
        let after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(Duration::from_secs);
        let body: Value = match response.json().await {
            Ok(body) => body,
            Err(error) if status.is_success() || error.is_timeout() => return Ok(again(error)),
            Err(_) => Value::Null,
        };
        if status.is_success() {
            let log_seq = LogSeq(body["log_seq"].as_u64().unwrap_or_default());
            let room_seq = body["room_seq"].as_u64();
            return Ok(Attempt::Done(Answer { log_seq, room_seq, retries }));
        }
        let problem = body["type"].as_str().unwrap_or("no problem document").to_owned();
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Ok(Attempt::Again { why: format!("{status} {problem}"), after });
        }
        Err(SendError::Refused { status, problem })
    }
}
