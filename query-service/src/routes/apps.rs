//! `GET /v1/apps?min_seq=`: the apps of the registry, for operators. There are at most as many as
//! `command.limits.apps_max`, so that all come at once.

use std::time::Duration;

use domain::ids::{AppId, LogSeq};
use domain::registry::state::RegisteredApp;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::get;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::problems::not_yet;
use crate::routes::query::{self, Query};
use crate::routes::{json, with};
use crate::service::Service;

/// One app.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct App {
    pub(super) app_id: AppId,
    #[serde(flatten)]
    pub(super) app: RegisteredApp,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    apps: Vec<App>,
    /// What was done to apps up to this commit of the registry is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    Operation::for_operators("get", "", "The apps that were created and not deleted.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(&[(400, "invalid_query"), (412, "not_yet")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    let of_auth = auth.clone();
    warp::path("v1")
        .and(warp::path("apps"))
        .and(warp::path::end())
        .and(get())
        .and(auth.operator())
        .and(query::raw())
        .and(with(service))
        .then(move |identity, raw, service| {
            let auth = of_auth.clone();
            async move { apps(identity, raw, service, auth).await }
        })
        .boxed()
}

async fn apps(
    _operator: Identity,
    raw: String,
    service: Service,
    auth: Auth,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq"])?;
    shown(&service, &auth, query.min_seq()?).await?;
    let registered = auth.apps().registered();
    let registered = registered.borrow();
    let apps = registered.registry().apps.iter();
    let apps = apps.map(|(app_id, app)| App { app_id: app_id.clone(), app: app.clone() });
    Ok(json(&Answer { apps: apps.collect(), log_seq: registered.log_seq() }))
}

/// Waits, within bounds, until the registry is known up to `wanted`.
pub(super) async fn shown(service: &Service, auth: &Auth, wanted: LogSeq) -> Result<(), Problem> {
    let wait = Duration::from_millis(service.config().answers.min_seq_wait_ms);
    if auth.apps().reached(wanted, wait).await {
        return Ok(());
    }
    Err(not_yet(wanted, auth.apps().registered().borrow().log_seq()))
}
