//! The merchant's servers are told what has happened: each endpoint is one fold over the tail of its
//! app's log, from its own checkpoint on.
//!
//! At least once: what was not known to be delivered before a crash is sent again, with the same
//! `webhook-id`. What waits for an endpoint stays in the log, so a dead endpoint costs nothing and
//! holds up nobody else.
//!
//! Reading order: [`config`] (which endpoints there are), `endpoint` (one of them: lease, checkpoint,
//! tail), `lanes` (the order within a room, and which commits are done with), `delivery` (one event,
//! until its fate is known), `payload` (what is sent), `progress` (what is kept), `routes` (what an
//! operator sees).

pub mod config;
mod delivery;
mod endpoint;
mod lanes;
mod metrics;
mod payload;
mod progress;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;

use nats::Nats;
use service_kit::auth::Auth;
use service_kit::http::{BindError, bind};
use service_kit::instance::instance_name;
use service_kit::metrics::Metrics;
use service_kit::tasks::Tasks;

pub use self::config::CallbacksConfig;
use self::config::InvalidCallbacks;
use self::endpoint::Endpoint;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A value of the configuration makes no sense.
    #[error("the configuration of the callbacks cannot be used")]
    Config(#[source] InvalidCallbacks),
    /// The listener.
    #[error("the callbacks cannot listen")]
    Bind(#[source] BindError),
}

/// The service, running as tasks until its shutdown.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
}

/// Calls the endpoints of the configuration, now and as their apps come.
pub fn start(
    config: CallbacksConfig,
    nats: &Nats,
    auth: &Auth,
    tasks: &Tasks,
    metrics: Option<&Metrics>,
) -> Result<Running, StartError> {
    let targets = config.check().map_err(StartError::Config)?;
    let bound = bind("callbacks", &config.http).map_err(StartError::Bind)?;
    let addr = bound.addr();
    let config = Arc::new(config);
    let routes = routes::routes(&config, nats, auth, metrics);
    tasks.spawn("callbacks http", bound.run(routes, tasks.shutdown_token()));
    let holder = instance_name();
    for (index, target) in targets.into_iter().enumerate() {
        let endpoint = Endpoint {
            config: Arc::clone(&config),
            index,
            target,
            nats: nats.clone(),
            apps: auth.apps().clone(),
            holder: holder.clone(),
        };
        tasks.spawn("callbacks", endpoint.run(tasks.shutdown_token()));
    }
    Ok(Running { addr })
}
