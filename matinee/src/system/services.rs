//! Our own services, any set of them in this process.

use std::net::SocketAddr;

use anyhow::Context;
use clap::ValueEnum;
use nats::Nats;
use projector::Health;
use service_kit::auth::Auth;
use service_kit::metrics::Metrics;
use service_kit::tasks::Tasks;

use crate::config::MatineeConfig;
use crate::system::{auth, registry, tables};

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Service {
    /// Commands over HTTP, and a candidate for the sequencer of each app.
    Command,
    /// The log into Postgres.
    Projector,
    /// Snapshots, history, push.
    Query,
    /// Push and play URLs.
    Signer,
    /// Merchants' servers are told what has happened.
    Callbacks,
}

impl Service {
    /// In the order in which they start.
    pub const ALL: [Self; 5] =
        [Self::Projector, Self::Query, Self::Signer, Self::Callbacks, Self::Command];
}

/// Where the services of this process listen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Listening {
    /// The command-service.
    pub command: Option<SocketAddr>,
    /// The query-service.
    pub query: Option<SocketAddr>,
    /// The signer-service.
    pub signer: Option<SocketAddr>,
    /// The callbacks.
    pub callbacks: Option<SocketAddr>,
}

/// Starts them as tasks and waits until the log has been read. All that need NATS share
/// a connection.
pub async fn start(
    config: &MatineeConfig,
    services: &[Service],
    tasks: &Tasks,
) -> anyhow::Result<Listening> {
    // Before anything is counted. A second system in one process goes without: it is a test.
    let metrics = Metrics::install(tasks).ok();
    let auth = auth(config)?;
    let nats = Nats::connect(&config.nats).await.context("cannot connect to NATS")?;
    follow_registry(&nats, &auth, tasks).await?;
    let mut listening = Listening::default();
    let mut query = None;
    for service in services {
        match service {
            Service::Projector => start_projector(config, &nats, &auth, tasks).await?,
            Service::Query => {
                let running = start_query(config, &nats, &auth, tasks)?;
                listening.query = Some(running.addr);
                query = Some(running);
            }
            Service::Command => {
                let config = config.command.clone();
                let running = command_service::start(
                    config,
                    nats.clone(),
                    auth.clone(),
                    tasks,
                    metrics.as_ref(),
                )
                .await
                .context("the command-service does not start")?;
                listening.command = Some(running.addr);
            }
            Service::Signer => {
                let mut signer = config.signer.clone();
                if let Some(query) = listening.query {
                    signer.query.url = format!("http://{query}");
                }
                let running = signer_service::start(&signer, &nats, &auth, tasks)
                    .context("the signer-service does not start")?;
                listening.signer = Some(running.addr);
            }
            Service::Callbacks => {
                let config = config.callbacks.clone();
                let running = callbacks::start(config, &nats, &auth, tasks, metrics.as_ref())
                    .context("the callbacks do not start")?;
                listening.callbacks = Some(running.addr);
            }
        }
    }
    if let Some(query) = query {
        let shutdown = tasks.shutdown_token();
        tokio::select! {
            () = query.ready() => {}
            () = shutdown.cancelled() => {}
        }
    }
    Ok(listening)
}

/// All services know the registry as it is before they begin.
async fn follow_registry(nats: &Nats, auth: &Auth, tasks: &Tasks) -> anyhow::Result<()> {
    let follower = registry::Follower::begin(nats).await.context("the registry is not known")?;
    follower.show(auth.apps());
    let run = follower.run(auth.apps().clone(), tasks.shutdown_token());
    tasks.spawn_essential("registry", run);
    Ok(())
}

/// The tables come first. A Postgres that is away is waited for in the background.
async fn start_projector(
    config: &MatineeConfig,
    nats: &Nats,
    auth: &Auth,
    tasks: &Tasks,
) -> anyhow::Result<()> {
    let run = projector::run(
        nats.clone(),
        auth.apps().clone(),
        config.postgres.clone(),
        config.projector.clone(),
        Health::default(),
        tasks.shutdown_token(),
    );
    let shutdown = tasks.shutdown_token();
    match tables::prepare(&config.postgres).await {
        Ok(()) => tasks.spawn("projector", run),
        Err(error) if tables::is_away(&error) => {
            let postgres = config.postgres.clone();
            tasks.spawn("projector", async move {
                tokio::select! {
                    () = tables::prepare_at_last(&postgres) => run.await,
                    () = shutdown.cancelled() => {}
                }
            });
        }
        Err(error) => return Err(error).context("the tables cannot be prepared"),
    }
    Ok(())
}

fn start_query(
    config: &MatineeConfig,
    nats: &Nats,
    auth: &Auth,
    tasks: &Tasks,
) -> anyhow::Result<query_service::Running> {
    let neighbours = query_service::Neighbours {
        nats: nats.clone(),
        postgres: config.postgres.clone(),
        auth: auth.clone(),
        tasks: tasks.clone(),
    };
    query_service::start(config.query.clone(), neighbours)
        .context("the query-service does not start")
}
