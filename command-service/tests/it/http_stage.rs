//! A whole command-service with its HTTP API, and requests to it.

use command_service::Running;
use command_service::config::CommandConfig;
use command_service::gateway::config::GatewayConfig;
use command_service::sequencer::config::SequencerConfig;
use command_service::sequencer::limiter::config::LimiterConfig;
use domain::actor::Role;
use nats::client::Nats;
use nats::testing::TestServer;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use service_kit::apps::{AppConfig, Apps, RegistryConfig};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::tasks::Tasks;

use crate::stage::app;

/// A service of its own for each test.
pub(crate) struct Service {
    pub(crate) nats: Nats,
    pub(crate) client: reqwest::Client,
    base: String,
    pub(crate) server: TestServer,
    tasks: Tasks,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.tasks.shut_down();
    }
}

pub(crate) fn key() -> AuthKeyConfig {
    AuthKeyConfig {
        kid: "k1".to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new("a secret of the tests, 32 bytes long".to_owned())),
        public_key: None,
        private_key: None,
    }
}

pub(crate) fn claims(role: Role, user: &str) -> Claims {
    Claims {
        sub: user.parse().unwrap(),
        app: app(),
        role,
        nick: None,
        avatar: None,
        rooms: None,
        iat: None,
        nbf: None,
        exp: clock::now().0 / 1_000 + 3_600,
    }
}

pub(crate) fn token(role: Role, user: &str) -> String {
    sign(&key(), &claims(role, user)).unwrap()
}

pub(crate) fn new_key() -> String {
    clock::new_command_id().to_string()
}

impl Service {
    /// Without limits of how much is sent: a test sends faster than people do.
    pub(crate) async fn start() -> Self {
        Self::start_with(LimiterConfig::off()).await
    }

    pub(crate) async fn start_with(limiter: LimiterConfig) -> Self {
        Self::start_configured(|config| config.sequencer.limiter = limiter).await
    }

    /// Without limits, and changed.
    pub(crate) async fn start_configured(change: impl FnOnce(&mut CommandConfig)) -> Self {
        let server = TestServer::start().await;
        let nats = Nats::connect(&server.config()).await.unwrap();
        let configured = [AppConfig::new(app(), vec![key()])];
        // Without a secret: keys are Ed25519 only.
        let registry = RegistryConfig { keys: vec![key()], secret: None };
        let apps = Apps::with_registry(&configured, &registry).unwrap();
        let auth = Auth::new(apps, AuthConfig::default());
        let tasks = Tasks::new();
        // Short, so that a test of what nobody answers does not take long.
        let gateway = GatewayConfig { answer_timeout_ms: 2_000, ..GatewayConfig::default() };
        let limiter = LimiterConfig::off();
        let sequencer = SequencerConfig { limiter, ..SequencerConfig::default() };
        let mut config = CommandConfig { gateway, sequencer, ..CommandConfig::default() };
        change(&mut config);
        let started = command_service::start(config, nats.clone(), auth, &tasks, None).await;
        let Running { addr } = started.unwrap();
        let base = format!("http://{addr}/v1/apps/shop");
        let client = reqwest::Client::new();
        Self { nats, client, base, server, tasks }
    }

    /// A service with a room that is live, and with a gift.
    pub(crate) async fn with_room() -> Self {
        Self::start().await.and_a_room().await
    }

    pub(crate) async fn and_a_room(self) -> Self {
        let service = self;
        let room = json!({"name": "Tea", "owner": "host"});
        service.put(Role::Host, "host", "/rooms/room", room).await.expect(201);
        let live = json!({"status": "live"});
        service.put(Role::Host, "host", "/rooms/room/status", live).await.expect(201);
        let rose = json!({"name": "Rose", "unit_price": 10});
        service.put(Role::Admin, "shop", "/gifts/rose", rose).await.expect(201);
        service
    }

    /// A request without token and key.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A request to any path, without token and key.
    pub(crate) fn anywhere(&self, method: Method, path: &str) -> RequestBuilder {
        let (root, _) = self.base.split_once("/v1/").unwrap();
        self.client.request(method, format!("{root}{path}"))
    }

    /// A question beside the API, without token.
    pub(crate) fn at_root(&self, path: &str) -> RequestBuilder {
        let (root, _) = self.base.split_once("/v1/").unwrap();
        self.client.get(format!("{root}{path}"))
    }

    pub(crate) fn request(
        &self,
        method: Method,
        role: Role,
        user: &str,
        path: &str,
    ) -> RequestBuilder {
        let request = self.bare(method, path).bearer_auth(token(role, user));
        request.header("idempotency-key", new_key())
    }

    pub(crate) async fn put(&self, role: Role, user: &str, path: &str, body: Value) -> Reply {
        Reply::to(self.request(Method::PUT, role, user, path).json(&body)).await
    }

    pub(crate) async fn post(&self, role: Role, user: &str, path: &str, body: Value) -> Reply {
        Reply::to(self.request(Method::POST, role, user, path).json(&body)).await
    }
}

/// Status and body of a response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status();
        let content_type = response.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
        Self { status, content_type, body: response.text().await.unwrap() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.json()
    }

    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.content_type, "application/problem+json", "{}", self.body);
        let problem = self.expect(status);
        assert_eq!(problem["type"], format!("/problems/{code}"), "{problem}");
        assert_eq!(problem["status"], status);
        problem
    }
}
