//! `PUT /v1/apps/{app}/admins`: whom the app knows as its admins.

use std::collections::BTreeSet;

use domain::app::set_admins::SetAdmins;
use domain::command::AppCommand;
use domain::ids::{AppId, UserId};
use domain::limits::Limits;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{app_path, json_body, put};
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
    user_ids: BTreeSet<UserId>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    command(
        "put",
        "/admins",
        "The admin accounts of the app; none is everybody whose token says so.",
    )
    .body::<Body>()
    .items_max("user_ids", limits.admins_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("admins"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_admins)
        .map(Reply::into_response)
        .boxed()
}

async fn set_admins(app: AppId, request: Request, body: Body) -> Result<Response, Problem> {
    let command = SetAdmins { user_ids: body.user_ids };
    request.to_app(app, AppCommand::SetAdmins(command)).await
}
