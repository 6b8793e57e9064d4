//! Requests to a cluster, as short as a test wants them.

use std::time::Duration;

use domain::actor::Role;
use domain::ids::CommandId;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use service_kit::clock;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::cluster::Cluster;
use crate::eventually::eventually;

/// How long the read side may be behind.
const SHOWN_WITHIN: Duration = Duration::from_secs(30);

/// A status and a body.
pub type Answer = (StatusCode, Value);

/// Somebody with a token.
#[derive(Debug, Clone)]
pub struct Caller {
    http: Client,
    command_url: String,
    query_url: String,
    token: String,
    /// Whom it acts for, if not for itself.
    user: Option<String>,
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
            user: None,
        }
    }
}

impl Cluster {
    /// Somebody who calls the API of any app.
    pub fn caller_of(&self, app: &str, token: &str) -> Caller {
        self.caller_below(&format!("/v1/apps/{app}"), token)
    }

    /// Somebody who runs the installation; paths are below `/v1/apps`.
    pub fn operator(&self) -> Caller {
        let arguments = ["token", "--app", "matinee", "--role", "admin", "--user", "operator"];
        let output = self.command(&arguments).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.caller_below("/v1/apps", String::from_utf8_lossy(&output.stdout).trim())
    }

    fn caller_below(&self, path: &str, token: &str) -> Caller {
        let target = self.target();
        Caller {
            http: Client::new(),
            command_url: format!("{}{path}", target.command_url),
            query_url: format!("{}{path}", target.query_url),
            token: token.to_owned(),
            user: None,
        }
    }
}

impl Caller {
    /// A trusted caller who acts in a user's name.
    #[must_use]
    pub fn in_the_name_of(&self, user: &str) -> Self {
        Self { user: Some(user.to_owned()), ..self.clone() }
    }

    /// The same person, who reads from another instance of the query service.
    #[must_use]
    pub fn reading_from(&self, query_url: &str) -> Self {
        let path = self.query_url.split("/v1/").nth(1).unwrap_or_default();
        Self { query_url: format!("{query_url}/v1/{path}"), ..self.clone() }
    }

    /// Where it reads from, up to the app.
    pub fn query_url(&self) -> &str {
        &self.query_url
    }

    /// Its token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Says that it is in a room without a stream.
    pub async fn present(&self, room: &str) -> Answer {
        let request = self.http.put(format!("{}/rooms/{room}/presence", self.query_url));
        answer(request.bearer_auth(&self.token)).await
    }

    /// A stream of the read side, as it comes. There a room that was created a moment ago may be
    /// unknown, and an app that was may still be read for the first time: a 404 and a 503 are asked
    /// again.
    pub async fn stream(&self, path: &str) -> reqwest::Response {
        eventually("a room to stream", SHOWN_WITHIN, async || {
            let request = self.http.get(format!("{}{path}", self.query_url));
            let answer = request.bearer_auth(&self.token).send().await.expect("an answer");
            let early = [StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE];
            (!early.contains(&answer.status())).then_some(answer)
        })
        .await
    }

    /// A command, with a new id. `path` is below the app.
    pub async fn command(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.command_again(method, path, body, clock::new_command_id()).await
    }

    /// `PUT`, as a command.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.command(Method::PUT, path, body).await
    }

    /// `POST`, as a command.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.command(Method::POST, path, body).await
    }

    /// `DELETE`, as a command.
    pub async fn delete(&self, path: &str) -> Answer {
        self.command(Method::DELETE, path, &Value::Object(serde_json::Map::default())).await
    }

    /// A command under an id that may have been sent before.
    pub async fn command_again(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        id: CommandId,
    ) -> Answer {
        let request = self.http.request(method, format!("{}{path}", self.command_url));
        let mut request = request.header("Idempotency-Key", id.to_string());
        if let Some(user) = &self.user {
            request = request.header("Matinee-On-Behalf-Of", user);
        }
        answer(request.bearer_auth(&self.token).json(body)).await
    }

    /// Sends a command and never reads the answer: it is lost on its way. The connection is open until
    /// what is returned is dropped; a server gives up a request whose sender has hung up.
    pub async fn command_unheard(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        id: CommandId,
    ) -> TcpStream {
        let request = self.http.request(method, format!("{}{path}", self.command_url));
        let request = request.header("Idempotency-Key", id.to_string());
        let request = request.bearer_auth(&self.token).json(body).build().expect("a request");
        let url = request.url();
        let address =
            format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let mut lines = vec![format!("{} {} HTTP/1.1", request.method(), url.path())];
        lines.push(format!("host: {address}"));
        for (name, value) in request.headers() {
            lines.push(format!("{name}: {}", value.to_str().expect("a plain header")));
        }
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        lines.push(format!("content-length: {}\r\n\r\n", body.len()));
        let text = lines.join("\r\n");
        let mut connection = TcpStream::connect(&address).await.expect("a listener");
        connection.write_all(&[text.as_bytes(), body].concat()).await.expect("an open connection");
        connection
    }

    /// Many commands at once, one JSON object a line, and the answer to each.
    pub async fn batch(&self, lines: &[Value]) -> Vec<Value> {
        let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let request = self.http.post(format!("{}/batch", self.command_url)).body(body);
        let request = request.header("Content-Type", "application/x-ndjson");
        let response = request.bearer_auth(&self.token).send().await.expect("an answer");
        let text = response.text().await.expect("a body");
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
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
