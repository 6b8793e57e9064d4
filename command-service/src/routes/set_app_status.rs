//! `PUT /v1/apps/{app}/status`: the app is served, or not for now.

use domain::command::AppCommand;
use domain::ids::AppId;
use domain::limits::Limits;
use domain::registry::set_app_status::SetAppStatus;
use domain::registry::state::AppStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{app_path, json_body, put};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::operator::{OperatorRequest, operator};
use crate::openapi::operator_command;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    status: AppStatus,
}

pub(super) fn operation(_limits: &Limits) -> Operation {
    operator_command("put", "/{app}/status", "Whether the app is served.").body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("status"))
        .and(warp::path::end())
        .and(put())
        .and(operator(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_app_status)
        .map(Reply::into_response)
        .boxed()
}

async fn set_app_status(
    app: AppId,
    request: OperatorRequest,
    body: Body,
) -> Result<Response, Problem> {
    let command = SetAppStatus { app_id: app, status: body.status };
    request.to_registry(AppCommand::SetAppStatus(command)).await
}
