//! The command side of an app: HTTP in, events out.
//!
//! Reading order: [`routes`] (one file per command), [`gateway`] (who asks, and to whom it goes),
//! [`sequencer`] (the one writer: decides, appends, answers), [`apps`] (for which apps there is one),
//! [`problems`] (every refusal).

pub mod apps;
pub mod config;
pub mod gateway;
pub(crate) mod metrics;
pub mod openapi;
pub mod problems;
pub mod routes;
pub mod sequencer;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use nats::client::Nats;
use nats::log::OpenLogError;
use service_kit::auth::Auth;
use service_kit::http::{BindError, Bound, bind};
use service_kit::instance::instance_name;
use service_kit::metrics::Metrics;
use service_kit::probes::{self, Readiness};
use service_kit::tasks::Tasks;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::apps::keeper::Keeper;
use crate::apps::sequencers::Sequencers;
use crate::config::{CommandConfig, PackTooSmall};
use crate::gateway::Gateway;
use crate::gateway::before::Before;
use crate::gateway::before::config::InvalidBefore;
use crate::gateway::facts::Facts;
use crate::gateway::profiles::Profiles;
use crate::gateway::screen::Screen;
use crate::gateway::submit::Submitter;

/// A command-service that serves.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
}

/// Why the command-service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings contradict each other.
    #[error("the settings of the command-service contradict each other")]
    Config(#[from] PackTooSmall),
    /// A merchant's server cannot be asked.
    #[error("`command.before` cannot be used")]
    Before(#[from] InvalidBefore),
    /// A log cannot be opened.
    #[error("the log of an app cannot be opened")]
    Log(#[from] OpenLogError),
    /// The listener cannot be opened.
    #[error("the command-service cannot listen")]
    Bind(#[from] BindError),
}

/// Starts a candidate sequencer for each app, now and as they come, and the HTTP API with its probes beside it.
pub async fn start(
    config: CommandConfig,
    nats: Nats,
    auth: Auth,
    tasks: &Tasks,
    metrics: Option<&Metrics>,
) -> Result<Running, StartError> {
    config.check()?;
    let before = Before::try_new(config.before)?;
    let bound = bind("command-service", &config.http)?;
    let submitter = Submitter::new(HashMap::new(), nats.clone(), &config.gateway);
    let mut sequencers = Sequencers {
        nats: nats.clone(),
        instance: instance_name(),
        config: config.sequencer.clone(),
        limits: config.limits.clone(),
        submitter: submitter.clone(),
        tasks: tasks.clone(),
        running: HashMap::new(),
    };
    let apps = auth.apps();
    for app in apps.configured_ids().chain(apps.registry().map(|registry| registry.id())) {
        sequencers.start(app).await?;
    }
    let keeper = Keeper { apps: apps.clone(), sequencers, config: config.apps.clone() };
    tasks.spawn("keeper", keeper.run(tasks.shutdown_token()));
    let readiness = readiness(submitter.clone());
    let profiles = Profiles::new(nats.clone(), &config.gateway);
    let screen = Screen::new(config.filter, &config.limits, nats.clone(), tasks.clone()).await;
    let facts = Facts::new(nats.clone(), &config.gateway);
    let gateway =
        Gateway { auth, profiles, screen, before, facts, submitter, config: config.gateway };
    tasks.spawn("relayed", gateway::relayed::serve(gateway.clone(), nats, tasks.clone()));
    let addr = bound.addr();
    let document = openapi::document(&config.limits);
    let aside =
        probes::routes(readiness).or(service_kit::openapi::route(&document)).unify().boxed();
    serve(bound, &gateway, aside, metrics, tasks);
    Ok(Running { addr })
}

fn readiness(submitter: Submitter) -> Readiness {
    Arc::new(move || if submitter.is_connected() { vec![] } else { vec!["nats"] })
}

fn serve(
    bound: Bound,
    gateway: &Gateway,
    aside: BoxedFilter<(Response,)>,
    metrics: Option<&Metrics>,
    tasks: &Tasks,
) {
    let mut routes = routes::routes(gateway).or(aside).unify().boxed();
    if let Some(metrics) = metrics {
        routes = routes.or(metrics.route()).unify().boxed();
    }
    let shutdown = tasks.shutdown_token();
    tasks.spawn("command-service http", async move { bound.run(routes, shutdown).await });
}
