//! A world for one test: its own nats-server and its own database, the service in this process.

pub(crate) mod rows;
pub(crate) mod sse;
pub(crate) mod ws;

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use domain::actor::{Actor, Role};
use domain::codec;
use domain::commit::Commit;
use domain::event::{Event, EventData, EventId};
use domain::ids::{AppId, LogSeq, RoomId};
use domain::room::create_room::RoomCreated;
use domain::room::send_message::MessageSent;
use domain::state::{AppState, STATE_SCHEMA};
use migrations::connection::{PostgresConfig, connect};
use migrations::testing::TestPostgres;
use nats::testing::TestServer;
use nats::{Log, Nats, SnapshotMeta};
use query_service::{Neighbours, QueryConfig, Running, start};
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::tasks::Tasks;

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
    log: Log,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    state: AppState,
    log_seq: LogSeq,
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
        let apps = [AppConfig { id: app.clone(), keys: vec![key.clone()] }];
        let auth = Auth::new(Apps::try_new(&apps).unwrap(), AuthConfig::default());
        let mut config = QueryConfig::default();
        change(&mut config);
        let log = nats.open_log(&app).await.unwrap();
        let (running, tasks) = run(config, &nats, &postgres, &auth).await;
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

    /// A token of this role that is valid for this long.
    pub(crate) fn token_for(&self, role: Role, seconds: i64) -> String {
        self.sign(role, None, seconds)
    }

    /// A token that is good for these rooms only.
    pub(crate) fn token_for_rooms(&self, rooms: &[&str]) -> String {
        let rooms = rooms.iter().map(|room| room.parse().unwrap()).collect();
        self.sign(Role::Viewer, Some(rooms), 3_600)
    }

    fn sign(&self, role: Role, rooms: Option<Arc<[RoomId]>>, seconds: i64) -> String {
        let claims = Claims {
            sub: "ann".parse().unwrap(),
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
        let request = self.http.get(self.url(path)).bearer_auth(self.token());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }

    /// Appends one commit with events of one room, or of the app.
    pub(crate) async fn append(&self, room: Option<&RoomId>, data: Vec<EventData>) -> Vec<Event> {
        let (commit, after) = self.pack(room, data);
        self.log.append(commit.id, codec::encode(&commit), after).await.unwrap();
        commit.events
    }

    /// Folds events in as the sequencer does and packs them into the next commit.
    fn pack(&self, room: Option<&RoomId>, data: Vec<EventData>) -> (Commit, LogSeq) {
        let mut written = self.written.lock().unwrap();
        let command = clock::new_command_id();
        let at = clock::now().max(written.state.changed_at);
        let actor = Actor::unknown("ann".parse().unwrap(), Role::Viewer);
        let mut events = Vec::new();
        for (data, index) in data.into_iter().zip(0..) {
            let scope = written.state.next_scope(room);
            let id = EventId { command, index };
            let event = Event { scope, id, at, actor: actor.clone(), data };
            written.state.evolve(&event);
            events.push(event);
        }
        let after = written.log_seq;
        written.log_seq = after.next();
        let id = clock::new_command_id();
        (Commit { id, epoch: 1, at, events, settled: vec![] }, after)
    }

    /// A room with that many messages after its first event.
    pub(crate) async fn room(&self, name: &str, messages: u32) -> RoomId {
        let room: RoomId = name.parse().unwrap();
        let created = RoomCreated { name: "Tea".into(), owner: "host".parse().unwrap() };
        let mut data = vec![EventData::RoomCreated(created)];
        data.extend((0..messages).map(|n| message(&format!("message {n}"))));
        let events = self.append(Some(&room), data).await;
        self.project(&events).await;
        room
    }

    /// Sends a message.
    pub(crate) async fn say(&self, room: &RoomId, text: &str) -> Vec<Event> {
        self.append(Some(room), vec![message(text)]).await
    }

    /// As [`World::say`], while the log may be out of reach: the same commit again until it is there.
    pub(crate) async fn say_until_stored(&self, room: &RoomId, text: &str) {
        let (commit, after) = self.pack(Some(room), vec![message(text)]);
        let bytes = codec::encode(&commit);
        let storing = async {
            while self.log.append(commit.id, bytes.clone(), after).await.is_err() {
                if self.log.last_seq().await.is_ok_and(|last| after < last) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LIMIT, storing).await.unwrap();
    }

    /// Appends what is not a commit of this program.
    pub(crate) async fn append_raw(&self, bytes: Vec<u8>) {
        let after = LogSeq(self.log_seq());
        self.log.append(clock::new_command_id(), bytes, after).await.unwrap();
    }

    /// Stores the state as the sequencer does, as of `log_seq`.
    pub(crate) async fn save_snapshot(&self, log_seq: u64) {
        let state = serde_json::to_value(&self.written.lock().unwrap().state).unwrap();
        let json = serde_json::json!({ "state": state, "ledger": { "not": "ours" } });
        self.save_snapshot_of(STATE_SCHEMA, log_seq, json.to_string().into_bytes()).await;
    }

    pub(crate) async fn save_snapshot_of(&self, schema: u32, log_seq: u64, json: Vec<u8>) {
        let meta = SnapshotMeta { schema, log_seq: LogSeq(log_seq) };
        self.nats.save_snapshot(&self.app, meta, json).await.unwrap();
    }

    pub(crate) fn log_seq(&self) -> u64 {
        self.written.lock().unwrap().log_seq.0
    }

    /// Waits until the hub has folded in what was appended.
    pub(crate) async fn caught_up(&self, room: &RoomId) {
        let path = format!("rooms/{room}?min_seq={}&recent=0", self.log_seq());
        assert_eq!(self.get(&path).await.0, 200);
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
    EventData::MessageSent(MessageSent { text: text.into() })
}
