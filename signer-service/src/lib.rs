//! Push and play URLs of live streams, signed for the CDN that carries them.
//!
//! [`scheme`] signs, purely; [`urls`] makes of it what a pushing program and a player take;
//! [`stream_name`] says how a room's stream is called; [`config`] holds domains and keys; `routes` has
//! one file per question; [`owners`] asks who owns a room. What media servers call is in
//! `routes/stream_callbacks`, and `reports` brings it to the app's sequencer.

pub mod config;
pub mod openapi;
pub mod owners;
mod problems;
mod reports;
mod routes;
pub mod scheme;
pub mod stream_name;
pub mod urls;

use std::net::SocketAddr;
use std::sync::Arc;

use nats::Nats;
use service_kit::auth::Auth;
use service_kit::http::{BindError, bind};
use service_kit::probes;
use service_kit::tasks::Tasks;
use warp::Filter;

pub use self::config::SignerConfig;
use self::config::{InvalidSigner, StreamApps};
use self::owners::{HttpRoomOwners, InvalidQueryUrl, RoomOwners};
use self::reports::Reports;
use self::routes::Callbacks;

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A value of the configuration makes no sense.
    #[error("the configuration of the signer cannot be used")]
    Config(#[source] InvalidSigner),
    /// Where to ask for owners makes no sense.
    #[error("the signer cannot ask the query service")]
    Owners(#[source] InvalidQueryUrl),
    /// The listener.
    #[error("the signer cannot listen")]
    Bind(#[source] BindError),
}

/// The service, running as a task until its shutdown.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
}

/// Listens, and asks the query service who owns a room.
pub fn start(
    config: &SignerConfig,
    nats: &Nats,
    auth: &Auth,
    tasks: &Tasks,
) -> Result<Running, StartError> {
    let owners = HttpRoomOwners::try_new(&config.query).map_err(StartError::Owners)?;
    start_with(config, nats, auth, owners, tasks)
}

/// As [`start`], with another way to learn who owns a room.
pub fn start_with(
    config: &SignerConfig,
    nats: &Nats,
    auth: &Auth,
    owners: impl RoomOwners,
    tasks: &Tasks,
) -> Result<Running, StartError> {
    let apps = StreamApps::try_new(config).map_err(StartError::Config)?;
    let bound = bind("signer", &config.http).map_err(StartError::Bind)?;
    let addr = bound.addr();
    let callbacks = Callbacks {
        apps: apps.clone(),
        reports: Reports::new(nats, &config.callbacks),
        body_bytes_max: config.callbacks.body_bytes_max,
    };
    let routes = routes::routes(&apps, auth, &Arc::new(owners), &callbacks);
    let description = service_kit::openapi::route(&openapi::document());
    let routes = routes.or(description).unify();
    // It needs nobody but for hosts, and then it says so.
    let routes = routes.or(probes::routes(Arc::new(Vec::new)));
    tasks.spawn("signer", bound.run(routes, tasks.shutdown_token()));
    Ok(Running { addr })
}
