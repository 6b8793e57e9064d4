//! `GET /v1/apps/{app}/callbacks`: how far the app's endpoints have come, and what they did not take.
//!
//! For admins. Read from the checkpoints, so every instance says the same, whichever calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::actor::Role;
use domain::ids::{AppId, LogSeq};
use nats::Nats;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::error_chain::ErrorChain;
use service_kit::http::{app_path, get};
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::http::header::CACHE_CONTROL;
use warp::reply::{Reply, Response};

use crate::config::{CallbacksConfig, EndpointConfig};
use crate::endpoint::reader;
use crate::progress::Progress;

/// The answer.
#[derive(Debug, Serialize)]
struct Endpoints<'a> {
    /// The end of the log.
    log_seq: LogSeq,
    endpoints: Vec<Shown<'a>>,
}

/// One endpoint.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    name: &'a str,
    events: &'a BTreeSet<String>,
    /// Absent until it is served for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
}

pub(super) fn route(
    config: &Arc<CallbacksConfig>,
    nats: &Nats,
    auth: &Auth,
) -> BoxedFilter<(Response,)> {
    let known = (Arc::clone(config), nats.clone());
    app_path()
        .and(warp::path("callbacks"))
        .and(warp::path::end())
        .and(get())
        .and(auth.identity())
        .and(warp::any().map(move || known.clone()))
        .then(endpoints)
        .map(Reply::into_response)
        .boxed()
}

async fn endpoints(
    app: AppId,
    identity: Identity,
    (config, nats): (Arc<CallbacksConfig>, Nats),
) -> Result<Response, Problem> {
    if identity.role != Role::Admin {
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", "Not allowed")
            .detail("only an admin may see the app's endpoints"));
    }
    let log = nats.open_existing_log(&app).await.map_err(|error| out_of_reach(&error))?;
    let log_seq = log.last_seq().await.map_err(|error| out_of_reach(&error))?;
    let mut endpoints = Vec::new();
    for endpoint in config.endpoints.iter().filter(|endpoint| endpoint.app == app) {
        let stored = nats.read_checkpoint(&app, &reader(endpoint)).await;
        let stored = stored.map_err(|error| out_of_reach(&error))?;
        let progress = stored.map(|stored| Progress::parse(&stored)).transpose();
        let progress = progress.map_err(|error| out_of_reach(&error))?;
        let EndpointConfig { name, events, .. } = endpoint;
        endpoints.push(Shown { name, events, progress });
    }
    let answer = warp::reply::json(&Endpoints { log_seq, endpoints });
    Ok(warp::reply::with_header(answer, CACHE_CONTROL, "no-store").into_response())
}

fn out_of_reach(error: &dyn std::error::Error) -> Problem {
    tracing::warn!(error = %ErrorChain(error), "checkpoints of endpoints not read");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "log_unavailable", "Log unavailable")
        .detail("the log or the checkpoints cannot be read now")
        .retry_after_s(2)
}
