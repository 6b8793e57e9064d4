//! Requests to a cluster, as short as a test wants them.

use domain::actor::Role;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use service_kit::clock;

use crate::cluster::Cluster;

/// A status and a body.
pub type Answer = (StatusCode, Value);

/// Somebody with a token.
#[derive(Debug, Clone)]
pub struct Caller {
    http: Client,
    command_url: String,
    query_url: String,
    token: String,
}

impl Cluster {
    /// Somebody who calls the API of the app `demo`.
    pub fn caller(&self, user: &str, role: Role) -> Caller {
        let target = self.target();
        let user = user.parse().expect("a user id");
        Caller {
            http: Client::new(),
            command_url: format!("{}/v1/apps/{}", target.command_url, target.app()),
            query_url: format!("{}/v1/apps/{}", target.query_url, target.app()),
            token: target.tokens.sign(&user, role).expect("a token"),
        }
    }
}

impl Caller {
    /// A command, with a new id. `path` is below the app.
    pub async fn command(&self, method: Method, path: &str, body: &Value) -> Answer {
        let id = clock::new_command_id().to_string();
        let request = self.http.request(method, format!("{}{path}", self.command_url));
        answer(request.bearer_auth(&self.token).header("Idempotency-Key", id).json(body)).await
    }

    /// A question to the read side.
    pub async fn query(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.query_url));
        answer(request.bearer_auth(&self.token)).await
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, body)
}
