//! `PUT /v1/apps/{app}/rooms/{room_id}/slow-mode`: how long viewers wait between two messages.

use domain::command::RoomCommand;
use domain::ids::{AppId, RoomId};
use domain::limits::Limits;
use domain::room::set_slow_mode::SetSlowMode;
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
    command("put", "/rooms/{room_id}/slow-mode", "How long viewers wait between two messages.")
        .body::<SetSlowMode>()
        .range("seconds", 0, limits.slow_mode_s_max.into())
}

pub(super) fn route(gateway: &Gateway) -> BoxedFilter<(Response,)> {
    room_path()
        .and(warp::path("slow-mode"))
        .and(warp::path::end())
        .and(put())
        .and(request(gateway))
        .and(json_body(gateway.config.body_bytes_max))
        .then(set_slow_mode)
        .map(Reply::into_response)
        .boxed()
}

async fn set_slow_mode(
    app: AppId,
    room_id: RoomId,
    request: Request,
    body: SetSlowMode,
) -> Result<Response, Problem> {
    request.to_room(app, room_id, RoomCommand::SetSlowMode(body)).await
}
