//! One NATS and one Postgres for all tests that run at the same time; a database and an app for each.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use domain::commit::Commit;
use domain::ids::{AppId, LogSeq};
use domain::{codec, sample};
use migrations::connection::{PostgresConfig, connect};
use migrations::testing::TestPostgres;
use nats::testing::TestServer;
use nats::{Log, Nats};
use projector::{Projector, ProjectorConfig};
use service_kit::config::Secret;
use tokio::sync::Mutex;
use tokio_postgres::Client;

use crate::show;

pub(crate) struct Servers {
    pub(crate) nats: TestServer,
    pub(crate) postgres: TestPostgres,
}

impl Servers {
    pub(crate) async fn start() -> Self {
        Self { nats: TestServer::start().await, postgres: TestPostgres::start().unwrap() }
    }

    /// The servers that are running, or new ones. They end with the last test that uses them.
    pub(crate) async fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Servers>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(servers) = shared.upgrade() {
            return servers;
        }
        let servers = Arc::new(Self::start().await);
        *shared = Arc::downgrade(&servers);
        servers
    }
}

/// An app with a log of its own and a database of its own.
pub(crate) struct Stage {
    pub(crate) nats: Nats,
    pub(crate) postgres: PostgresConfig,
    pub(crate) client: Client,
}

impl Stage {
    pub(crate) async fn new(servers: &Servers) -> Self {
        let url = servers.postgres.create_database().await.unwrap();
        let postgres = PostgresConfig { url: Some(Secret::new(url)), ..PostgresConfig::default() };
        let mut client = connect(&postgres).await.unwrap();
        migrations::apply(&mut client).await.unwrap();
        let nats = Nats::connect(&servers.nats.config()).await.unwrap();
        Self { nats, postgres, client }
    }

    pub(crate) fn projector(&self, config: ProjectorConfig) -> Projector {
        Projector::new(self.nats.clone(), self.postgres.clone(), config)
    }

    /// Appends the events, `size` events a commit, and returns the end of the log.
    pub(crate) async fn append(
        &self,
        app: &AppId,
        events: &[domain::event::Event],
        mut size: impl FnMut() -> usize,
    ) -> LogSeq {
        let log = self.nats.open_log(app).await.unwrap();
        let (mut rest, mut last) = (events, log.last_seq().await.unwrap());
        while !rest.is_empty() {
            let (first, others) = rest.split_at(size().clamp(1, rest.len()));
            last = append(&log, first.to_vec(), last).await;
            rest = others;
        }
        last
    }
}

async fn append(log: &Log, events: Vec<domain::event::Event>, last: LogSeq) -> LogSeq {
    let id = sample::command_id(1_000_000 + u32::try_from(last.0).unwrap());
    let at = events[events.len() - 1].at;
    let commit = Commit { id, epoch: 1, at, events, settled: vec![] };
    log.append(id, codec::encode(&commit), last).await.unwrap()
}

/// An app that no other test uses.
pub(crate) fn app(name: &str) -> AppId {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{name}-{}", NEXT.fetch_add(1, Ordering::Relaxed)).parse().unwrap()
}

/// Waits until `done`, and no longer than a test may take.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut done: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !done().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A show in its own app: in the log, not yet in the tables.
pub(crate) async fn recorded(
    servers: &Servers,
    name: &str,
    seed: u64,
) -> (Stage, AppId, show::Show, LogSeq) {
    let stage = Stage::new(servers).await;
    let (app, show) = (app(name), show::Show::of(seed, 400));
    let last = stage.append(&app, &show.events, || 7).await;
    (stage, app, show, last)
}
