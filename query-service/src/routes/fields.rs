//! `GET /v1/apps/{app}/fields?min_seq=`: the custom fields of the app, which rooms have them, and who
//! may read and write them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::field::{Clearance, Field, FieldScope};
use domain::ids::{AppId, FieldKey, LogSeq};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::auth::{Auth, Identity};
use service_kit::http::app_path;
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};

use crate::openapi::question;
use crate::routes::query::Query;
use crate::routes::{asked, json};
use crate::service::Service;

/// The answer.
#[derive(Debug, Serialize, JsonSchema)]
struct Answer {
    fields: BTreeMap<FieldKey, Definition>,
    log_seq: LogSeq,
}

/// One field.
#[derive(Debug, Serialize, JsonSchema)]
struct Definition {
    scope: FieldScope,
    read: Clearance,
    write: Clearance,
    /// The kinds of rooms that have it; empty if all have.
    kinds: BTreeSet<Arc<str>>,
}

pub(super) fn operation() -> Operation {
    question("/fields", "The custom fields of the app.")
        .number("min_seq")
        .answer::<Answer>(200)
        .problems(&[(412, "not_yet")])
}

pub(super) fn route(service: Service, auth: &Auth) -> BoxedFilter<(impl Reply + use<>,)> {
    app_path().and(warp::path("fields")).and(asked(service, auth)).then(fields).boxed()
}

async fn fields(
    app: AppId,
    _identity: Identity,
    raw: String,
    service: Service,
) -> Result<Response, Problem> {
    let query = Query::parse(&raw, &["min_seq"])?;
    let hub = &service.hub(&app)?;
    service.shown(hub, query.min_seq()?).await?;
    let fields = hub.look(|app| {
        let fields = app.fields.iter().map(|(key, field)| {
            let Field { scope, read, write, kinds } = field.clone();
            (key.clone(), Definition { scope, read, write, kinds })
        });
        fields.collect()
    });
    Ok(json(&Answer { fields, log_seq: hub.log_seq() }))
}
