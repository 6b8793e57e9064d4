//! `PUT /v1/apps/{app}/rooms/{room_id}/status`: where the show stands.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::change_room_status::ChangeRoomStatus;
use service_kit::http::{json_body, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/status", "Where the show stands.").body::<ChangeRoomStatus>()
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("status"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(change_room_status)
        .map(Reply::into_response)
        .boxed()
}

async fn change_room_status(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: ChangeRoomStatus,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::ChangeRoomStatus(body)).await
}
