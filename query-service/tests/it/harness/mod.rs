//! A world for one test: its own nats-server and its own database, the service in this process.

mod log;
pub(crate) mod rows;
pub(crate) mod sse;
pub(crate) mod ws;

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use domain::actor::Role;
use domain::event::EventData;
use domain::ids::{AppId, RoomId};
use domain::room::send_message::MessageSent;
use migrations::connection::{PostgresConfig, connect};
use migrations::testing::TestPostgres;
use nats::testing::TestServer;
use nats::{Log, Nats};
use query_service::{Neighbours, QueryConfig, Running, start};
use service_kit::apps::{AppConfig, Apps, RegistryConfig};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::tasks::Tasks;

use self::log::Written;

/// Nothing in these tests takes this long unless it hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// One server for all tests, each with its own database.
static POSTGRES: LazyLock<TestPostgres> = LazyLock::new(|| TestPostgres::start().unwrap());

pub(crate) struct World {
    pub(crate) app: AppId,
    pub(crate) nats: Nats,
    pub(crate) database: tokio_postgres::Client,
    pub(crate) running: Running,
    pub(crate) tasks: Tasks,
    pub(crate) nats_server: TestServer,
    pub(crate) http: reqwest::Client,
    postgres: PostgresConfig,
    auth: Auth,
    key: AuthKeyConfig,
    config: QueryConfig,
    log: Log,
    written: Mutex<Written>,
}

/// A second service beside that of the world.
pub(crate) struct Another {
    running: Running,
    tasks: Tasks,
}

impl Another {
    /// Stops it and waits for its tasks.
    pub(crate) async fn stop(self) {
        self.tasks.shut_down();
        self.tasks.wait(LIMIT).await.unwrap();
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut QueryConfig)) -> Self {
        let url = POSTGRES.create_database().await.unwrap();
        Self::start_on(&url, change).await
    }

    /// On a database of somebody else, which may go away.
    pub(crate) async fn start_on(url: &str, change: impl FnOnce(&mut QueryConfig)) -> Self {
        let nats_server = TestServer::start().await;
        let nats = Nats::connect(&nats_server.config()).await.unwrap();
        let url = Some(Secret::new(url.to_owned()));
        let postgres = PostgresConfig { url, ..PostgresConfig::default() };
        let mut database = connect(&postgres).await.unwrap();
        migrations::apply(&mut database).await.unwrap();

        let key = AuthKeyConfig {
            kid: "k1".to_owned(),
            alg: KeyAlgorithm::HS256,
            secret: Some(Secret::new("a secret that is long enough for HS256".to_owned())),
            public_key: None,
            private_key: None,
        };
        let app: AppId = "shop".parse().unwrap();
        let apps = [AppConfig::new(app.clone(), vec![key.clone()])];
        let registry = RegistryConfig { keys: vec![key.clone()], secret: None };
        let apps = Apps::with_registry(&apps, &registry).unwrap();
        let auth = Auth::new(apps, AuthConfig::default());
        let mut config = QueryConfig::default();
        // Most tests say more in a moment than people do.
        config.hub.shaping.normal_items_per_s = 0;
        // And most look at every frame.
        config.presence.exchange_ms = 0;
        change(&mut config);
        let log = nats.open_log(&app).await.unwrap();
        let (running, tasks) = run(config.clone(), &nats, &postgres, &auth).await;
        Self {
            app,
            nats,
            database,
            running,
            tasks,
            nats_server,
            http: reqwest::Client::new(),
            postgres,
            auth,
            key,
            config,
            log,
            written: Mutex::default(),
        }
    }

    /// Stops the service and starts another on the same log and database.
    pub(crate) async fn restart(&mut self, config: QueryConfig) {
        self.tasks.shut_down();
        self.tasks.wait(LIMIT).await.unwrap();
        (self.running, self.tasks) = run(config, &self.nats, &self.postgres, &self.auth).await;
    }

    /// Starts another service on the same log and database.
    pub(crate) async fn another(&self) -> Another {
        let (running, tasks) =
            run(self.config.clone(), &self.nats, &self.postgres, &self.auth).await;
        Another { running, tasks }
    }

    /// From now on the other service is asked.
    pub(crate) fn swap(&mut self, other: &mut Another) {
        std::mem::swap(&mut self.running, &mut other.running);
        std::mem::swap(&mut self.tasks, &mut other.tasks);
    }

    /// A token of somebody.
    pub(crate) fn token_of(&self, user: &str, role: Role) -> String {
        self.sign(user, role, None, 3_600)
    }

    /// A token of this role that is valid for this long.
    pub(crate) fn token_for(&self, role: Role, seconds: i64) -> String {
        self.sign("ann", role, None, seconds)
    }

    /// A token that is good for these rooms only.
    pub(crate) fn token_for_rooms(&self, rooms: &[&str]) -> String {
        let rooms = rooms.iter().map(|room| room.parse().unwrap()).collect();
        self.sign("ann", Role::Viewer, Some(rooms), 3_600)
    }

    fn sign(&self, user: &str, role: Role, rooms: Option<Arc<[RoomId]>>, seconds: i64) -> String {
        let claims = Claims {
            sub: user.parse().unwrap(),
            app: self.app.clone(),
            role,
            nick: None,
            avatar: None,
            rooms,
            iat: None,
            nbf: None,
            exp: clock::now().0 / 1_000 + seconds,
        };
        sign(&self.key, &claims).unwrap()
    }

    pub(crate) fn token(&self) -> String {
        self.token_for(Role::Viewer, 3_600)
    }

    /// The address of something below the app.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/v1/apps/{}/{path}", self.running.addr, self.app)
    }

    /// Status and JSON of an answer.
    pub(crate) async fn get(&self, path: &str) -> (u16, serde_json::Value) {
        self.get_as(&self.token(), path).await
    }

    /// As [`World::get`], with somebody's token.
    pub(crate) async fn get_as(&self, token: &str, path: &str) -> (u16, serde_json::Value) {
        let request = self.http.get(self.url(path)).bearer_auth(token);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    /// Stops the service and waits for its tasks.
    pub(crate) async fn stop(self) {
        self.tasks.shut_down();
        self.tasks.wait(LIMIT).await.unwrap();
    }
}

async fn run(
    config: QueryConfig,
    nats: &Nats,
    postgres: &PostgresConfig,
    auth: &Auth,
) -> (Running, Tasks) {
    let (tasks, nats) = (Tasks::new(), nats.clone());
    let (postgres, auth) = (postgres.clone(), auth.clone());
    let running = start(config, Neighbours { nats, postgres, auth, tasks: tasks.clone() }).unwrap();
    tokio::time::timeout(LIMIT, running.ready()).await.unwrap();
    (running, tasks)
}

pub(crate) fn message(text: &str) -> EventData {
    EventData::MessageSent(MessageSent { text: text.into(), reply_to: None })
}
