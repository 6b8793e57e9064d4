//! A merchant's server for tests: remembers what it was sent, and answers as it is told.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use warp::Filter;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

use crate::config::Secret;
use crate::http::{HttpConfig, bind, limited_body};
use crate::tasks::Tasks;
use crate::webhook::sign::{SigningKey, signatures};
use crate::webhook::{Form, TargetConfig};

/// Bytes of a request.
const BODY_BYTES_MAX: usize = 1 << 20;
/// How long it may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// What requests to it are signed with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// One request.
#[derive(Debug, Clone)]
pub struct Received {
    /// What follows the `?`.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// As it came.
    pub body: Bytes,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a request is JSON")
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a plain header"))
    }

    /// `webhook-id`, after the signature was checked as a merchant does.
    pub fn verified_id(&self) -> String {
        let key = SigningKey::parse(SECRET).expect("a secret");
        let id = self.header("webhook-id");
        let seconds = self.header("webhook-timestamp").parse().expect("a number of seconds");
        let expected = signatures(&[key], id, seconds, &self.body);
        let mut found = self.header("webhook-signature").split(' ');
        assert!(found.any(|signature| signature == expected), "the signature is wrong");
        id.to_owned()
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub struct Told {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// How long it takes.
    pub after: Duration,
}

impl Told {
    /// A status and nothing else.
    pub fn status(status: u16) -> Self {
        Self { status, body: String::new(), after: Duration::ZERO }
    }

    /// A success that says something.
    pub fn json(body: &Value) -> Self {
        Self { body: body.to_string(), ..Self::status(200) }
    }

    /// The same, late.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

/// Decides what the next request is told.
type Answers = Box<dyn FnMut(&Received) -> Told + Send>;

/// The server. Gone when dropped.
pub struct Receiver {
    addr: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<Answers>>,
    tasks: Tasks,
}

impl Receiver {
    /// Listens on a free port and answers 204.
    pub fn start() -> Self {
        let mut receiver = Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            received: Arc::default(),
            answers: Arc::new(Mutex::new(Box::new(|_| Told::status(204)))),
            tasks: Tasks::new(),
        };
        receiver.listen();
        receiver
    }

    /// From now on it answers so.
    pub fn answer(&self, answers: impl FnMut(&Received) -> Told + Send + 'static) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(answers);
    }

    /// Everything that has come.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops listening.
    pub async fn go_down(&mut self) {
        self.tasks.shut_down();
        self.tasks.wait(STOP_LIMIT).await.expect("it stops in time");
    }

    /// Listens again, where it did before.
    pub fn come_up(&mut self) {
        self.tasks = Tasks::new();
        self.listen();
    }

    /// How it is called, signed with [`SECRET`].
    pub fn target(&self) -> TargetConfig {
        TargetConfig {
            url: format!("http://{}/hook", self.addr),
            form: Form::Standard,
            secrets: vec![Secret::new(SECRET.to_owned())],
            sdk_app_id: None,
            ca_file: None,
            answer_bytes_max: BODY_BYTES_MAX,
        }
    }

    fn listen(&mut self) {
        let config = HttpConfig { listen: self.addr, drain_ms: 0, ..HttpConfig::default() };
        let bound = bind("receiver", &config).expect("a port");
        self.addr = bound.addr();
        let (received, answers) = (Arc::clone(&self.received), Arc::clone(&self.answers));
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        let body = limited_body(BODY_BYTES_MAX, "application/json");
        let routes = warp::post().and(query).and(warp::header::headers_cloned()).and(body).then(
            move |query, headers, body| {
                let request = Received { query, headers, body };
                let told = {
                    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                    received.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
                    answers(&request)
                };
                response(told)
            },
        );
        self.tasks.spawn("receiver", bound.run(routes, self.tasks.shutdown_token()));
    }
}

async fn response(told: Told) -> Response {
    tokio::time::sleep(told.after).await;
    let mut response = Response::new(told.body.into());
    *response.status_mut() = StatusCode::from_u16(told.status).expect("a status");
    response
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.tasks.shut_down();
    }
}
