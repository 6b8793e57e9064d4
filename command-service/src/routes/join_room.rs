//! `PUT /v1/apps/{app}/rooms/{room_id}/members/{user_id}`: a viewer comes in. The user is the caller;
//! an admin may let anybody in.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId, UserId};
use domain::limits::Limits;
use domain::room::join_room::JoinRoom;
use schemars::JsonSchema;
use serde::Deserialize;
use service_kit::http::{json_body_or_default, path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {}

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/members/{user_id}", "A viewer comes in.")
        .optional_body::<Body>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("members"))
        .and(path_id::<UserId>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body_or_default(gateway.config.body_bytes_max))
        .then(join_room)
        .map(Reply::into_response)
        .boxed()
}

async fn join_room(
    app: AppId,
    room_id: RoomId,
    user_id: UserId,
    request: Request,
    _body: Body,
) -> Result<Response, Problem> {
    let request = request.in_the_name_of(user_id)?;
    request.to_room(app, room_id, RoomCommand::JoinRoom(JoinRoom {})).await
}
