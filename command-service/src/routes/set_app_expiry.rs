//! `PUT /v1/apps/{app}/expiry`: the app ends at another time, or never.

use domain::command::AppCommand;
use domain::ids::AppId;
use domain::limits::Limits;
use domain::registry::set_app_expiry::SetAppExpiry;
use domain::timestamp::Timestamp;
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
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

pub(super) fn operation(_limits: &Limits) -> Operation {
    operator_command("put", "/{app}/expiry", "When the app ends.").body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("expiry"))
        .and(warp::path::end())
        .and(put())
        .and(operator(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_app_expiry)
        .map(Reply::into_response)
        .boxed()
}

async fn set_app_expiry(
    app: AppId,
    request: OperatorRequest,
    body: Body,
) -> Result<Response, Problem> {
    let command = SetAppExpiry { app_id: app, expires_at: body.expires_at };
    request.to_registry(AppCommand::SetAppExpiry(command)).await
}
