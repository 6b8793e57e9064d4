//! `PUT /v1/apps/{app}/rooms/{room_id}/profile`: what a room is called, of which kind it is, its cover.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::set_room_profile::SetRoomProfile;
use service_kit::http::{json_body, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(limits: &Limits) -> Operation {
    command(
        "put",
        "/rooms/{room_id}/profile",
        "What a room is called, of which kind it is, its cover.",
    )
    .body::<SetRoomProfile>()
    .bytes_max("name", limits.room_name_bytes_max)
    .bytes_max("kind", limits.room_kind_bytes_max)
    .bytes_max("cover", limits.url_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("profile"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_room_profile)
        .map(Reply::into_response)
        .boxed()
}

async fn set_room_profile(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SetRoomProfile,
) -> Result<Response, Problem> {
    let command = RoomCommand::SetRoomProfile(body);
    request.to_room(app, room_id, command).await
}
