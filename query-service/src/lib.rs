//! What viewers read: snapshots, history, levels, rankings, and each room live over SSE and WebSocket.
//!
//! [`start`] sets it all up. Reading order: `hub` (the log folded in memory, one encoding for all),
//! `feed` (what one viewer gets, in order), `history` (what the hub no longer holds), `replay` (a past
//! show), `insight` (what was left out), `stream` (how it is written), `routes` (one file per question), `presence` (who is there),
//! `apps` (which apps are shown), `read_models` (what is asked of Postgres), `profiles` (what the
//! gateway asks), `drain` (how it stops).
//!
//! Nothing here is kept: the hub begins from the sequencer's snapshot and the tail of the log, and
//! without Postgres everything works but history, levels and rankings.

mod apps;
mod broadcast;
pub mod config;
mod drain;
#[cfg(feature = "echo")]
pub mod echo;
mod facts;
mod feed;
mod heat;
mod history;
mod hub;
mod insight;
mod metrics;
mod openapi;
mod presence;
mod problems;
mod profiles;
mod read_models;
mod replay;
mod routes;
mod service;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use migrations::connection::PostgresConfig;
use nats::Nats;
use service_kit::auth::Auth;
use service_kit::config::OutOfRange;
use service_kit::http::{BindError, bind};
use service_kit::probes::{self, Readiness};
use service_kit::tasks::Tasks;
use warp::Filter;

pub use crate::config::QueryConfig;
pub use crate::read_models::PoolError;

use crate::apps::Shown;
use crate::broadcast::gather::Gather;
use crate::broadcast::{Lanes, broadcast};
use crate::history::History;
use crate::metrics::Metrics;
use crate::read_models::ReadModels;
use crate::service::Service;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A limit makes no sense.
    #[error("the configuration of the query service is out of range")]
    Config(#[source] OutOfRange),
    /// The pool of connections to Postgres.
    #[error("the read models cannot be set up")]
    Pool(#[source] PoolError),
    /// The listener.
    #[error("the query service cannot listen")]
    Bind(#[source] BindError),
}

/// The service, running as tasks until their shutdown.
#[derive(Clone)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    service: Service,
}

/// What this process brings along for all its services.
#[derive(Debug, Clone)]
pub struct Neighbours {
    /// The log.
    pub nats: Nats,
    /// The read models. Without an address all that needs them answers 503.
    pub postgres: PostgresConfig,
    /// Who may read, and the apps to follow.
    pub auth: Auth,
    /// Runs the tasks of the service and stops them.
    pub tasks: Tasks,
}

/// Listens, and follows the log of every app. Answers 503 for an app until its log has been read to
/// the end once: see [`Running::is_ready`] and `/readyz`.
pub fn start(config: QueryConfig, neighbours: Neighbours) -> Result<Running, StartError> {
    config.check().map_err(StartError::Config)?;
    let timeout = Duration::from_millis(config.answers.postgres_timeout_ms);
    let poll = Duration::from_millis(config.answers.min_seq_poll_ms);
    let read_models =
        ReadModels::new(&neighbours.postgres, timeout, poll).map_err(StartError::Pool)?;
    let bound = bind("query", &config.http).map_err(StartError::Bind)?;
    let addr = bound.addr();

    let metrics = Arc::new(Metrics::new());
    let gather = Gather::new(config.hub.gather_percent, config.hub.gather_max_us);
    let read_models = Arc::new(read_models);
    let (nats, history) = (neighbours.nats.clone(), config.history.clone());
    let history = History::new(read_models.clone(), nats, history);
    let service = Service::new(config, read_models, history, &neighbours);
    let Neighbours { nats, auth, tasks, .. } = neighbours;
    let ended = service.drain().ended().clone();
    tasks.spawn("drain", drain::run(service.clone(), tasks.shutdown_token()));
    let workers = tokio::runtime::Handle::current().metrics().num_workers();
    let lanes = Arc::new(Lanes::new(workers, gather));
    for lane in 0..lanes.count() {
        let broadcast = broadcast(lanes.clone(), lane, metrics.clone(), ended.clone());
        tasks.spawn("broadcast", broadcast);
    }
    let apps = auth.apps().clone();
    let shown = Shown { apps, service: service.clone(), nats, lanes, metrics };
    shown.begin();
    tasks.spawn("apps", shown.run(ended.clone()));
    let running = Running { addr, service };
    let routes = routes::routes(&running.service, &auth)
        .or(probes::routes(running.readiness()))
        .or(service_kit::openapi::route(&openapi::document()));
    tasks.spawn("query", bound.run(routes, ended));
    Ok(running)
}

impl Running {
    /// Whether the log of every app of the start has been read to the end it had then.
    pub fn is_ready(&self) -> bool {
        self.service.are_ready()
    }

    /// Waits until [`Running::is_ready`], or for ever if a log cannot be read.
    pub async fn ready(&self) {
        for hub in self.service.hubs() {
            let mut progress = hub.progress();
            // The sender lives in the hub.
            progress.wait_for(|progress| progress.caught_up).await.ok();
        }
    }

    /// For `/readyz`. Postgres is not asked: without it the service does most of its work.
    pub fn readiness(&self) -> Readiness {
        let service = self.service.clone();
        Arc::new(move || match service.drain().has_begun() {
            true => vec!["shutdown"],
            false if service.are_ready() => vec![],
            false => vec!["log"],
        })
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("addr", &self.addr).finish_non_exhaustive()
    }
}
