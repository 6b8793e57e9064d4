//! Who owns a room. The signer keeps nothing: it asks the query service with the caller's own token,
//! so that it learns no more than the caller may.

use std::error::Error;
use std::time::Duration;

use domain::ids::{AppId, RoomId, UserId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde::Deserialize;
use service_kit::config::Secret;

use crate::config::QueryConfig;

/// Tells who owns a room.
pub trait RoomOwners: Send + Sync + 'static {
    /// The owner, or nobody where there is no such room. `token` is the caller's.
    fn owner(
        &self,
        app: &AppId,
        room_id: &RoomId,
        token: &Secret<String>,
    ) -> impl Future<Output = Result<Option<UserId>, Unavailable>> + Send;
}

/// The owner cannot be learnt now.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// No answer in time, or none at all.
    #[error("the query service does not answer")]
    NoAnswer(#[source] reqwest::Error),
    /// The caller may not read the room: banned, or no admin any more.
    #[error("the query service refuses the caller")]
    Refused,
    /// An answer that is none, for instance because the query service is starting.
    #[error("the query service answers with status {0}")]
    Status(u16),
    /// An answer that is too large.
    #[error("the answer of the query service has more than {0} bytes")]
    TooLarge(usize),
    /// An answer that is not a room.
    #[error("the answer of the query service is not a room")]
    Unreadable(#[source] serde_json::Error),
}

/// Why the query service cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum InvalidQueryUrl {
    /// Not an address to begin with, or https, for which there is no TLS in here.
    #[error("`signer.query.url` is `{0}`, it must begin with `http://` and name a host")]
    Url(String),
    /// The client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

/// Asks the query service.
#[derive(Debug, Clone)]
pub struct HttpRoomOwners {
    client: Client,
    base: String,
    answer_bytes_max: usize,
}

/// The part of a room that matters here.
#[derive(Deserialize)]
struct Room {
    owner: UserId,
}

impl HttpRoomOwners {
    /// Checks the address; asks nobody yet.
    pub fn try_new(config: &QueryConfig) -> Result<Self, InvalidQueryUrl> {
        let url = Url::parse(&config.url).ok();
        if !url.is_some_and(|url| url.scheme() == "http" && url.has_host()) {
            return Err(InvalidQueryUrl::Url(config.url.clone()));
        }
        let client = Client::builder()
            .timeout(Duration::from_millis(config.timeout_ms))
            // Tokens go where the configuration says and nowhere else.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| InvalidQueryUrl::Client(Box::new(error)))?;
        let base = config.url.trim_end_matches('/').to_owned();
        Ok(Self { client, base, answer_bytes_max: config.answer_bytes_max })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Unavailable> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(Unavailable::NoAnswer)? {
            if self.answer_bytes_max - body.len() < chunk.len() {
                return Err(Unavailable::TooLarge(self.answer_bytes_max));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl RoomOwners for HttpRoomOwners {
    async fn owner(
        &self,
        app: &AppId,
        room_id: &RoomId,
        token: &Secret<String>,
    ) -> Result<Option<UserId>, Unavailable> {
        let room_id = utf8_percent_encode(room_id.as_str(), NON_ALPHANUMERIC);
        let url = format!("{}/v1/apps/{app}/rooms/{room_id}?recent=0", self.base);
        let request = self.client.get(url).bearer_auth(token.expose());
        let response = request.send().await.map_err(Unavailable::NoAnswer)?;
        match response.status() {
            StatusCode::OK => {
                let body = self.body(response).await?;
                let room: Room = serde_json::from_slice(&body).map_err(Unavailable::Unreadable)?;
                Ok(Some(room.owner))
            }
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::FORBIDDEN => Err(Unavailable::Refused),
            status => Err(Unavailable::Status(status.as_u16())),
        }
    }
}
