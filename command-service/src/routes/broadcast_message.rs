//! `POST /v1/apps/{app}/broadcasts`: all rooms of the app are told something at once.

use domain::app::broadcast_message::BroadcastMessage;
use domain::command::AppCommand;
use domain::ids::AppId;
use domain::limits::Limits;
use service_kit::http::{app_path, json_body, post};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command("post", "/broadcasts", "All rooms of the app are told something at once.")
        .body::<BroadcastMessage>()
        .bytes_max("text", limits.message_bytes_max)
        .bytes_max("data", limits.custom_data_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    app_path()
        .and(warp::path("broadcasts"))
        .and(warp::path::end())
        .and(post())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(broadcast_message)
        .map(Reply::into_response)
        .boxed()
}

async fn broadcast_message(
    app: AppId,
    request: Request,
    body: BroadcastMessage,
) -> Result<Response, Problem> {
    request.to_app(app, AppCommand::BroadcastMessage(body)).await
}
