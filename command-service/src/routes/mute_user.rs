//! `PUT /v1/apps/{app}/rooms/{room_id}/mutes/{user_id}`: somebody may not send for a while.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::mute_user::MuteUser;
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
}

pub(super) fn operation(_limits: &Limits) -> Operation {
    command(
        "put",
        "/rooms/{room_id}/mutes/{user_id}",
        "Somebody may not send for a while; 0 seconds end that.",
    )
    .body::<Body>()
    .range("seconds", 0, u32::MAX.into())
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("mutes"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(mute_user)
        .map(Reply::into_response)
        .boxed()
}

async fn mute_user(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
    body: Body,
) -> Result<Response, Problem> {
    let command = RoomCommand::MuteUser(MuteUser { user_id, seconds: body.seconds });
    request.to_room(app, room_id, command).await
}
