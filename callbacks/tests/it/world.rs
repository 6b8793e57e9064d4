//! A log that grows, endpoints that are told, and somebody who looks.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use callbacks::CallbacksConfig;
use callbacks::config::EndpointConfig;
use domain::actor::{Actor, Role};
use domain::codec;
use domain::commit::Commit;
use domain::event::{Event, EventData, EventId, Scope};
use domain::ids::{AppId, LogSeq, RoomId};
use domain::room::send_likes::LikesAdded;
use domain::room::send_message::MessageSent;
use nats::testing::TestServer;
use nats::{Log, Nats};
use reqwest::StatusCode;
use serde_json::Value;
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::tasks::Tasks;
use service_kit::webhook::testing::{Received, Receiver};

/// Longer than anything here takes.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) nats: Nats,
    log: Log,
    auth: Auth,
    log_seq: LogSeq,
    room_seqs: HashMap<RoomId, u64>,
}

/// A process with the callbacks in it.
pub(crate) struct Process {
    url: String,
    tasks: Tasks,
}

pub(crate) fn app() -> AppId {
    "shop".parse().unwrap()
}

fn key() -> AuthKeyConfig {
    AuthKeyConfig {
        kid: "k1".to_owned(),
        alg: KeyAlgorithm::HS256,
        secret: Some(Secret::new("a secret of the tests, 32 bytes long".to_owned())),
        public_key: None,
        private_key: None,
    }
}

/// An endpoint that is told of messages since the log began.
pub(crate) fn endpoint(name: &str, receiver: &Receiver) -> EndpointConfig {
    EndpointConfig {
        app: app(),
        name: name.to_owned(),
        events: BTreeSet::from(["message_sent".to_owned()]),
        target: receiver.target(),
        timeout_ms: 5_000,
        requests_max: 8,
        from_start: true,
    }
}

/// Short pauses: a test does not wait for what a person would wait for.
pub(crate) fn config(endpoints: Vec<EndpointConfig>) -> CallbacksConfig {
    CallbacksConfig {
        endpoints,
        pause_ms: 20,
        pause_ms_max: 100,
        checkpoint_ms: 20,
        retry_ms: 50,
        refusals_max: 3,
        ..CallbacksConfig::default()
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        let server = TestServer::start().await;
        let nats = Nats::connect(&server.config()).await.unwrap();
        let log = nats.open_log(&app()).await.unwrap();
        let apps = Apps::try_new(&[AppConfig::new(app(), vec![key()])]).unwrap();
        let auth = Auth::new(apps, AuthConfig::default());
        Self { server, nats, log, auth, log_seq: LogSeq(0), room_seqs: HashMap::new() }
    }

    /// A process with this configuration.
    pub(crate) fn run(&self, config: CallbacksConfig) -> Process {
        let tasks = Tasks::new();
        let running = callbacks::start(config, &self.nats, &self.auth, &tasks, None).unwrap();
        Process { url: format!("http://{}", running.addr), tasks }
    }

    /// Somebody says something in each of these rooms, in one commit.
    pub(crate) async fn say(&mut self, words: &[(&str, &str)]) {
        let said = words.iter().map(|(room, text)| {
            let sent = MessageSent { text: (*text).into(), reply_to: None };
            (*room, EventData::MessageSent(sent))
        });
        self.append(said.collect()).await;
    }

    /// What no endpoint of the tests is told.
    pub(crate) async fn like(&mut self, room: &str) {
        self.append(vec![(room, EventData::LikesAdded(LikesAdded::none(0)))]).await;
    }

    async fn append(&mut self, happened: Vec<(&str, EventData)>) {
        let (command, at) = (clock::new_command_id(), clock::now());
        let actor = Actor::unknown("ann".parse().unwrap(), Role::Viewer);
        let events = happened.into_iter().zip(0..).map(|((room, data), index)| {
            let room_id: RoomId = room.parse().unwrap();
            let room_seq = self.room_seqs.entry(room_id.clone()).or_default();
            *room_seq += 1;
            let scope = Scope::Room { room_id, room_seq: *room_seq };
            Event { scope, id: EventId { command, index }, at, actor: actor.clone(), data }
        });
        let commit =
            Commit { id: command, epoch: 1, at, events: events.collect(), settled: vec![] };
        let bytes = codec::encode(&commit);
        self.log_seq = self.log.append(commit.id, bytes, self.log_seq).await.unwrap();
    }
}

impl Process {
    /// In good order.
    pub(crate) async fn stop(self) {
        self.tasks.shut_down();
        self.tasks.wait(LIMIT).await.unwrap();
    }

    /// `GET /v1/apps/shop/callbacks`.
    pub(crate) async fn endpoints(&self, role: Role) -> (StatusCode, Value) {
        let claims = Claims {
            sub: "shop".parse().unwrap(),
            app: app(),
            role,
            nick: None,
            avatar: None,
            rooms: None,
            iat: None,
            nbf: None,
            exp: clock::now().0 / 1_000 + 3_600,
        };
        let token = sign(&key(), &claims).unwrap();
        let url = format!("{}/v1/apps/shop/callbacks", self.url);
        let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }
}

/// Waits until it holds, with a limit.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(LIMIT, waiting).await.is_ok(), "never: {what}");
}

/// Waits until so many requests have come, and gives back all.
pub(crate) async fn received(receiver: &Receiver, count: usize) -> Vec<Received> {
    eventually("requests", async || count <= receiver.received().len()).await;
    receiver.received()
}

/// What was said, of one room, in the order in which it came. Checks every signature.
pub(crate) fn texts(requests: &[Received], room: &str) -> Vec<String> {
    let said = requests.iter().map(|request| {
        request.verified_id();
        request.json()["data"].clone()
    });
    let in_room = said.filter(|event| event["room"] == room);
    in_room.map(|event| event["data"]["text"].as_str().unwrap().to_owned()).collect()
}

/// How many different events these were.
pub(crate) fn different(requests: &[Received]) -> usize {
    requests.iter().map(Received::verified_id).collect::<BTreeSet<_>>().len()
}
