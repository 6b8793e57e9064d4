//! `PUT /v1/apps/{app}/rooms/{room_id}`: a room under an id of the caller's choice.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::create_room::CreateRoom;
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
    command("put", "/rooms/{room_id}", "A room under an id of the caller's choice.")
        .body::<CreateRoom>()
        .bytes_max("name", limits.room_name_bytes_max)
        .bytes_max("kind", limits.room_kind_bytes_max)
        .bytes_max("cover", limits.url_bytes_max)
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(create_room)
        .map(Reply::into_response)
        .boxed()
}

async fn create_room(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: CreateRoom,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::CreateRoom(body)).await
}
