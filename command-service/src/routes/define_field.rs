//! `PUT /v1/apps/{app}/fields/{key}`: a custom field, which rooms have it, and who may read and
//! write it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::app::define_field::DefineField;
use domain::command::AppCommand;
use domain::field::{Clearance, FieldScope};
use domain::ids::{AppId, FieldKey};
use domain::limits::Limits;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{app_path, json_body, path_id, put};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    scope: FieldScope,
    read: Clearance,
    write: Clearance,
    /// The kinds of rooms that have it; empty or absent if all have.
    #[serde(default)]
    kinds: BTreeSet<Arc<str>>,
}

pub(super) fn operation(_: &Limits) -> Operation {
    command("put", "/fields/{key}", "A custom field, and who may read and write it.").body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("fields"))
        .and(path_id::<FieldKey>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(define_field)
        .map(Reply::into_response)
        .boxed()
}

async fn define_field(
    app: AppId,
    key: FieldKey,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let Body { scope, read, write, kinds } = body;
    let command = DefineField { key, scope, read, write, kinds };
    request.to_app(app, AppCommand::DefineField(command)).await
}
