//! `PUT /v1/apps/{app}/rooms/{room_id}/bans/{user_id}`: somebody may neither come in nor send for a while.

use std::sync::Arc;

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::ban_user::BanUser;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{json_body, path_id, put, room_path};
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
    seconds: u32,
    #[serde(default)]
    reason: Option<Arc<str>>,
}

pub(super) fn operation(limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/bans/{user_id}", "Somebody may not come in for a while.")
        .body::<Body>()
        .bytes_max("reason", limits.reason_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("bans"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(ban_user)
        .map(Reply::into_response)
        .boxed()
}

async fn ban_user(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let command = BanUser { user_id, seconds: body.seconds, reason: body.reason };
    request.to_room(app, room_id, RoomCommand::BanUser(command)).await
}
