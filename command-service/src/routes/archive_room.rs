//! `PUT /v1/apps/{app}/rooms/{room_id}/archive`: the end of a room's life.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::archive_room::ArchiveRoom;
use service_kit::http::{put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/archive", "The end of a room's life.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("archive"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .then(archive_room)
        .map(Reply::into_response)
        .boxed()
}

async fn archive_room(app: AppId, room_id: RoomId, request: Request) -> Result<Response, Problem> {
    let command = RoomCommand::ArchiveRoom(ArchiveRoom {});
    request.to_room(app, room_id, command).await
}
