//! An app with one room, a query service that knows it, and a signer that asks there.

use std::net::SocketAddr;

use domain::actor::Role;
use domain::ids::{AppId, RoomId, UserId};
use nats::Nats;
use nats::testing::TestServer;
use serde_json::{Value, json};
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, Identity, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::http::{self, HttpConfig, bind, room_path};
use service_kit::problem::Problem;
use service_kit::tasks::Tasks;
use signer_service::SignerConfig;
use signer_service::config::QueryConfig;
use warp::Filter;
use warp::http::StatusCode;
use warp::reply::{Reply, Response};

pub(crate) const ROOM: &str = "a room";
pub(crate) const OWNER: &str = "hanna";

/// A signer and the query service that it asks.
pub(crate) struct Shop {
    pub(crate) tasks: Tasks,
    pub(crate) signer: SocketAddr,
    pub(crate) nats: Nats,
    _server: TestServer,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let tasks = Tasks::new();
        let query = start_query(&tasks);
        Self::open_with(tasks, format!("http://{query}")).await
    }

    /// With the query service at this address.
    pub(crate) async fn open_with(tasks: Tasks, query_url: String) -> Self {
        let server = TestServer::start().await;
        let nats = Nats::connect(&server.config()).await.unwrap();
        let config: SignerConfig = serde_json::from_value(json!({
            "callbacks": { "report_timeout_ms": 500 },
            "apps": [{
                "app": "shop",
                "push_domain": "push.example.com",
                "play_domain": "play.example.com",
                "push_key": "pushkey",
                "play_key": "playkey",
                "callback_key": "callbackkey",
                "push_ttl_s": 3_600,
                "play_ttl_s": 600,
            }],
        }))
        .unwrap();
        let query = QueryConfig { url: query_url, timeout_ms: 300, ..QueryConfig::default() };
        let config = SignerConfig { query, ..config };
        let signer = signer_service::start(&config, &nats, &auth(), &tasks).unwrap().addr;
        Self { tasks, signer, nats, _server: server }
    }

    /// Asks as a user of the app `shop`.
    pub(crate) async fn get(&self, path: &str, user: &str, role: Role) -> reqwest::Response {
        self.get_with(path, &token("shop", user, role, None)).await
    }

    pub(crate) async fn get_with(&self, path: &str, token: &str) -> reqwest::Response {
        let url = format!("http://{}{path}", self.signer);
        reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.tasks.shut_down();
    }
}

/// Status, problem code or empty, and the document.
pub(crate) async fn unpack(response: reqwest::Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    let document: Value = response.json().await.unwrap();
    let code = document["type"].as_str().unwrap_or_default();
    (status, code.trim_start_matches("/problems/").to_owned(), document)
}

pub(crate) fn token(app: &str, user: &str, role: Role, room: Option<&str>) -> String {
    let rooms = room.map(|room| [room.parse::<RoomId>().unwrap()].into());
    let claims = Claims {
        sub: user.parse().unwrap(),
        app: app.parse().unwrap(),
        role,
        nick: None,
        avatar: None,
        rooms,
        iat: None,
        nbf: None,
        exp: clock::now().0 / 1_000 + 60,
    };
    sign(&key(), &claims).unwrap()
}

/// Answers as the query service does, for one room, to whoever has a token.
fn start_query(tasks: &Tasks) -> SocketAddr {
    let bound = bind("query", &HttpConfig::default()).unwrap();
    let addr = bound.addr();
    let routes = room_path()
        .and(warp::path::end())
        .and(http::get())
        .and(auth().identity())
        .map(|_app: AppId, room_id: RoomId, _: Identity| snapshot(&room_id));
    tasks.spawn("query", bound.run(routes, tasks.shutdown_token()));
    addr
}

fn snapshot(room_id: &RoomId) -> Response {
    if room_id.as_str() != ROOM {
        return Problem::new(StatusCode::NOT_FOUND, "room_not_found", "No such room")
            .into_response();
    }
    let owner: UserId = OWNER.parse().unwrap();
    warp::reply::json(&json!({ "room_id": room_id, "owner": owner, "recent": [] })).into_response()
}

/// Something that answers everything with this.
pub(crate) fn start_answering(
    tasks: &Tasks,
    answer: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> String {
    let bound = bind("query", &HttpConfig::default()).unwrap();
    let url = format!("http://{}", bound.addr());
    let routes = http::get().map(answer);
    tasks.spawn("query", bound.run(routes, tasks.shutdown_token()));
    url
}

fn auth() -> Auth {
    let app = |id: &str| AppConfig::new(id.parse().unwrap(), vec![key()]);
    Auth::new(Apps::try_new(&[app("shop"), app("cafe")]).unwrap(), AuthConfig::default())
}

fn key() -> AuthKeyConfig {
    AuthKeyConfig {
        kid: "k1".to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new("a-secret-for-tests-of-32-bytes--".to_owned())),
        public_key: None,
        private_key: None,
    }
}
