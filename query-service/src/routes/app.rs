//! `GET /v1/apps/{app}?min_seq=`: one app of the registry, for operators.

use domain::ids::{AppId, LogSeq};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, AuthError, Identity};
use service_kit::http::{app_path, get};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::routes::apps::{App, shown};
use crate::routes::query::{self, Query};
use crate::routes::{json, with};
use crate::service::Service;

#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    #[serde(flatten)]
    app: App,
    /// What was done to it up to this commit of the registry is in it.
    log_seq: LogSeq,
}

pub(super) fn operation() -> Operation {
    Operation::for_operators("get", "/{app}", "An app with its keys, without their secrets.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(&[(400, "invalid_query"), (412, "not_yet")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    let of_auth = auth.clone();
    app_path()
        .and(warp::path::end())
        .and(get())
        .and(auth.operator())
        .and(query::raw())
        .and(with(service))
        .then(move |app_id, identity, raw, service| {
            let auth = of_auth.clone();
            async move { app(app_id, identity, raw, service, auth).await }
        })
        .boxed()
}

async fn app(
    app_id: AppId,
    _operator: Identity,
    raw: String,
    service: Service,
    auth: Auth,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq"])?;
    shown(&service, &auth, query.min_seq()?).await?;
    let registered = auth.apps().registered();
    let registered = registered.borrow();
    let registry = registered.registry();
    let Some(app) = registry.apps.get(&app_id).cloned() else {
        let deleted = registry.deleted.contains_key(&app_id);
        return Err(if deleted { AuthError::AppDeleted } else { AuthError::AppNotFound }.into());
    };
    let log_seq = registered.log_seq();
    Ok(json(&Answer { app: App { app_id, app }, log_seq }))
}
