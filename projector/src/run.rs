//! All apps of a process, for as long as it runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use domain::ids::{AppId, LogSeq};
use migrations::connection::PostgresConfig;
use nats::Nats;
use service_kit::apps::Apps;
use service_kit::error_chain::ErrorChain;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::config::ProjectorConfig;
use crate::error::ProjectError;
use crate::follow::{Follower, Whose, Written};
use crate::health::{Health, State};
use crate::outbox::publisher::Publisher;
use crate::pool::Pool;

/// Writes the read models. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Projector {
    nats: Nats,
    pub(crate) pool: Arc<Pool>,
    pub(crate) config: ProjectorConfig,
    pub(crate) health: Health,
}

/// What [`Projector::run_until`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projected {
    /// Events that it wrote.
    pub events: u64,
    /// Transactions that it wrote them in.
    pub batches: u64,
    /// How long it took.
    pub took: Duration,
}

/// Projects the apps until shutdown, as they come and go. Postgres or NATS away is waited out; what needs a person
/// stops that one app, is logged, and shows in `health`.
pub async fn run(
    nats: Nats,
    apps: Apps,
    postgres: PostgresConfig,
    config: ProjectorConfig,
    health: Health,
    shutdown: CancellationToken,
) {
    Projector::new(nats, postgres, config).with_health(health).serve(&apps, shutdown).await;
}

impl Projector {
    /// Connects at the first batch, not now.
    pub fn new(nats: Nats, postgres: PostgresConfig, config: ProjectorConfig) -> Self {
        let pool = Arc::new(Pool::new(postgres, config.clone()));
        Self { nats, pool, config, health: Health::default() }
    }

    /// Reports to somebody else's `health`.
    #[must_use]
    pub fn with_health(self, health: Health) -> Self {
        Self { health, ..self }
    }

    /// Projects these apps until shutdown, each in a task of its own.
    pub async fn run(&self, apps: Vec<AppId>, shutdown: CancellationToken) {
        let mut tasks = JoinSet::new();
        for app in apps {
            self.spawn(&mut tasks, app, Whose::Configured, shutdown.clone());
        }
        while let Some(ended) = tasks.join_next().await {
            resume_panic(ended);
        }
    }

    /// Projects one app until it is stopped, in a task of its own.
    pub(crate) fn spawn(
        &self,
        tasks: &mut JoinSet<()>,
        app: AppId,
        whose: Whose,
        stop: CancellationToken,
    ) {
        self.health.set(&app, State::Starting);
        let this = self.clone();
        tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = this.run_app(&app, whose) => stop.cancelled().await,
            }
        });
    }

    /// Projects one app up to a commit that is, or will be, in its log. For benchmarks and tests;
    /// it gives up at the first error.
    pub async fn run_until(&self, app: &AppId, until: LogSeq) -> Result<Projected, ProjectError> {
        let began = Instant::now();
        let follower = self.follower(app, Whose::Configured);
        follower.follow(until).await?;
        let Written { events, batches, .. } = follower.written;
        let (events, batches) = (events.into_inner(), batches.into_inner());
        Ok(Projected { events, batches, took: began.elapsed() })
    }

    fn follower<'a>(&'a self, app: &'a AppId, whose: Whose) -> Follower<'a> {
        let Self { nats, pool, config, health } = self;
        let (filled, written) = (Notify::new(), Written::default());
        Follower { nats, pool, config, health, app, whose, filled, written }
    }

    /// Ends when a person is needed.
    async fn run_app(&self, app: &AppId, whose: Whose) {
        let follower = self.follower(app, whose);
        let mut failures = 0;
        loop {
            let before = follower.written.batches.load(Ordering::Relaxed);
            let Err(error) = follow_and_publish(&follower).await else { return };
            if before < follower.written.batches.load(Ordering::Relaxed) {
                failures = 0;
            }
            failures += 1;
            let chain = ErrorChain(&error).to_string();
            if !error.is_passing() {
                tracing::error!(app.id = %app, error = chain, "projection stopped");
                self.health.set(app, State::Stopped);
                return;
            }
            let pause = self.config.backoff(failures);
            let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(app.id = %app, error = chain, pause_ms, "projection interrupted");
            self.health.set(app, State::Waiting);
            tokio::time::sleep(pause).await;
        }
    }
}

/// A panic ends the process, as everywhere: half a projector is worse than none.
pub(crate) fn resume_panic(ended: Result<(), JoinError>) {
    if let Err(Ok(panic)) = ended.map_err(JoinError::try_into_panic) {
        std::panic::resume_unwind(panic);
    }
}

/// Both at once, for as long as the projection goes well: what waits in the outbox of a projection
/// that has stopped is a retry away.
async fn follow_and_publish(follower: &Follower<'_>) -> Result<(), ProjectError> {
    let Follower { nats, pool, config, app, filled, .. } = follower;
    let publisher = Publisher { nats, pool, config: &config.outbox, app, filled };
    tokio::select! {
        done = follower.follow(LogSeq(u64::MAX)) => done,
        never = publisher.run() => match never {},
    }
}
