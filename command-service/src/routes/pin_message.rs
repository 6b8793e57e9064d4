//! `PUT /v1/apps/{app}/rooms/{room_id}/pins/{room_seq}`: a message that everybody shall see.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::pin_message::PinMessage;
use service_kit::http::{path_id, put, room_path};
use service_kit::openapi::Operation;
use service_kit::problem::Problem;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::gateway::Gateway;
use crate::gateway::request::{Request, request};
use crate::openapi::command;

pub(super) fn operation(_limits: &Limits) -> Operation {
    command("put", "/rooms/{room_id}/pins/{room_seq}", "A message that everybody shall see.")
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("pins"))
        .and(path_id::<u64>())
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .then(pin_message)
        .map(Reply::into_response)
        .boxed()
}

async fn pin_message(
    app: AppId,
    room_id: RoomId,
    room_seq: u64,
    request: Request,
) -> Result<Response, Problem> {
    let command = RoomCommand::PinMessage(PinMessage { room_seq });
    request.to_room(app, room_id, command).await
}
